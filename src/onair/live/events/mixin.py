"""``EventsMixin``: a view that handles what happens in the pages that it makes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import get_token

from onair.live.events.declaring import Handler, event, handlers_of, remember_handlers
from onair.live.events.dispatching import answer_event, answer_form, is_event
from onair.live.events.forms import context_of

_TAKES_EVENTS = "_onair_takes_events"


def _takes_events(post: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view's own ``post``, with events looked for first."""
    taking: Callable[..., Any]
    if iscoroutinefunction(post):

        @wraps(post)
        async def taking(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if is_event(request):
                return await sync_to_async(answer_event)(self, request)
            return await post(self, request, *args, **kwargs)

    else:

        @wraps(post)
        def taking(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return answer_event(self, request) if is_event(request) else post(self, request, *args, **kwargs)

    setattr(taking, _TAKES_EVENTS, True)
    return taking


class EventsMixin:
    """What a class-based view needs to handle events. ``RTMixin`` has it."""

    event = staticmethod(event)

    #: The forms that were posted and are not valid, by the name of their method.
    _invalid_forms: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        remember_handlers(cls)
        post = cls.post
        if post in (EventsMixin.post, EventsMixin._apost):
            # Django wants all methods of a view to be alike.
            is_async = iscoroutinefunction(getattr(cls, "get", None))
            fitting = EventsMixin._apost if is_async else EventsMixin.post
            if post is not fitting:
                setattr(cls, "post", fitting)  # noqa: B010 (for mypy, the two are no equals)
        elif handlers_of(cls) and not hasattr(post, _TAKES_EVENTS):
            setattr(cls, "post", _takes_events(post))  # noqa: B010 (the nearest one knows nothing of events)

    def get_event_form_kwargs(self, handler: Handler) -> dict[str, Any]:
        """Return what a handler's form is made with, beside what was posted: ``instance``, ``initial`` …"""
        return {}

    def live_patches(self, regions: dict[str, str]) -> list[Any]:
        """Return what changed in regions of the page that called, by the versions that it has."""
        return []

    def get_live_events(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the page's script is told: the handlers, and a CSRF token for what it posts."""
        handlers = handlers_of(type(self))
        if not handlers:
            return {}
        return {"events": [handler.as_data() for handler in handlers], "csrf": get_token(request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the forms of the handlers: ``METHOD_form``, and ``form`` where there is one and no other."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        invalid = getattr(self, "_invalid_forms", {})
        for name, form in context_of(self, invalid).items():
            if invalid or name not in context:
                context[name] = form
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer an event, a plain form, or what another class of the view answers."""
        if is_event(request):
            return answer_event(self, request)
        other = getattr(super(), "post", None)
        if other is None:
            return answer_form(self, request)
        answer: HttpResponseBase = other(request, *args, **kwargs)
        return answer

    async def _apost(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as :meth:`post` does, for a view whose ``get`` is asynchronous."""
        if is_event(request):
            return await sync_to_async(answer_event)(self, request)
        other = getattr(super(), "post", None)
        if other is None:
            return await sync_to_async(answer_form)(self, request)
        answer: HttpResponseBase = await other(request, *args, **kwargs)
        return answer
