"""Mixins for class-based views: each says on an object's channel who opened, saved or deleted it.

Put the mixin before the view's class, as in ``class ArticleUpdate(PusherUpdateMixin, UpdateView)``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic.edit import DeletionMixin, ModelFormMixin

from onair import conf
from onair.model_channels import PRIVATE, pusherable_channel_of
from onair.payloads import FieldNames, model_payload
from onair.publishing import dispatch, failures, stats
from onair.publishing.api import socket_id
from onair.publishing.event import Event
from onair.views.access import is_access, is_success, username

UPDATED = "updated"
DELETED = "deleted"


class PusherMixin:
    """Say ``pusher_event_name`` when somebody opens the page of ``self.object``.

    That is a GET that answers below 400, whatever the view does to answer it. Where Django's form views save
    or delete the object, that is said as well: ``updated``, ``deleted``, after the commit. Nothing that goes
    wrong reaches the visitor.
    """

    #: What is said when somebody opens the page.
    pusher_event_name: str | None = None
    #: The fields to send, instead of all editable ones: one name, or several.
    pusher_include_model_fields: FieldNames = None
    #: The fields not to send: one name, or several.
    pusher_exclude_model_fields: FieldNames = None
    #: Whether the channel is ``private-modelname_pk``; None is what ``ONAIR["PUSHERABLE_PRIVATE"]`` says.
    pusher_private: bool | None = None

    # The class that hosted Pusher is called with, in place of the library's own.
    _client: str | None = None

    request: HttpRequest
    object: Any

    def get_pusher_channel(self) -> str:
        """Return the channel of ``self.object``."""
        return channel_of(self.object, self.pusher_private)

    def get_pusher_event_name(self) -> str:
        """Return the name of the event that says that the page was opened.

        Raises:
            ImproperlyConfigured: the class has no ``pusher_event_name``.
        """
        if not self.pusher_event_name:
            name = type(self).__name__
            raise ImproperlyConfigured(
                f'{name} has no name for its event. Set {name}.pusher_event_name = "view", or another word '
                "for what its visitors do; or override get_pusher_event_name()."
            )
        return self.pusher_event_name

    def get_pusher_payload(self) -> dict[str, Any]:
        """Return the data of an event: the object's fields, and the visitor's name."""
        fields = model_payload(
            self.object, include=self.pusher_include_model_fields, exclude=self.pusher_exclude_model_fields
        )
        return {"object": fields, "user": username(self.request)}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc] # a mixin of views
        # Not a method of this class: views that delete nothing would seem to answer DELETE.
        if isinstance(self, DeletionMixin) and not iscoroutinefunction(self.delete):
            self.delete = partial(self._delete, self.delete)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc] # a mixin of views
        return _followed_by(self._say_access, response)

    def form_valid(self, form: Any) -> Any:
        """Answer a valid form, and say what this has done to the object that the view had."""
        name = self._name_of_action()
        if name is None:
            return super().form_valid(form)  # type: ignore[misc] # a mixin of views
        if name == DELETED:
            return self._say_deletion(partial(super().form_valid, form))  # type: ignore[misc]
        response = super().form_valid(form)  # type: ignore[misc]
        return _followed_by(partial(self._say_success, name), response)

    def _name_of_action(self) -> str | None:
        """Return what a valid form does: nothing to an object that was not there before."""
        if not self._has_object():
            return None
        if isinstance(self, DeletionMixin):
            return DELETED
        return UPDATED if isinstance(self, ModelFormMixin) else None

    def _delete(self, delete: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer DELETE: the row's values are read before the view does, since after it nothing is left."""
        self.object = self.get_object()  # type: ignore[attr-defined] # the deleting views have it
        return self._say_deletion(partial(delete, request, *args, **kwargs))

    def _say_deletion(self, delete: Callable[[], Any]) -> Any:
        event, using = self._event(DELETED), self._database()
        return _followed_by(partial(_send_on_success, event, using), delete())

    def _say_success(self, name: str, response: HttpResponseBase) -> None:
        _send_on_success(self._event(name), self._database(), response)

    def _say_access(self, response: HttpResponseBase) -> None:
        if self._has_object() and is_access(self.request, response):
            _send(self._event(self.get_pusher_event_name()), self._database())

    def _event(self, name: str) -> Event | None:
        """Return an event about the object as it is now; None, and a line in the log, if that fails."""
        try:
            channels = (self.get_pusher_channel(),)
            data = self.get_pusher_payload()
        except Exception as error:
            view = type(self).__name__
            _report(view, f"{view} did not say {name!r}: what it overrides of PusherMixin raised.", error)
            return None
        return Event(channels, name, data, socket_id(self.request), self._client)

    def _has_object(self) -> bool:
        instance = getattr(self, "object", None)
        return isinstance(instance, Model) and instance.pk is not None

    def _database(self) -> str | None:
        using: str | None = self.object._state.db
        return using


class PusherDetailMixin(PusherMixin):
    """Say ``view`` when somebody opens the object's page."""

    pusher_event_name = "view"


class PusherUpdateMixin(PusherMixin):
    """Say ``update`` when somebody opens the object's form, and ``updated`` when it is saved."""

    pusher_event_name = "update"


class PusherDeleteMixin(PusherMixin):
    """Say ``delete`` when somebody is asked whether to delete the object, and ``deleted`` when it is gone."""

    pusher_event_name = "delete"


def channel_of(instance: Model, private: bool | None = None) -> str:
    """Return the channel of an object, ``modelname_pk`` or ``private-modelname_pk``.

    Args:
        private: which of them; None is what ``ONAIR["PUSHERABLE_PRIVATE"]`` says.
    """
    is_private = conf.settings.PUSHERABLE_PRIVATE if private is None else private
    return pusherable_channel_of(instance, PRIVATE if is_private else "")


def _send_on_success(event: Event | None, using: str | None, response: HttpResponseBase) -> None:
    if is_success(response):
        _send(event, using)


def _send(event: Event | None, using: str | None) -> None:
    if event is None:
        return
    try:
        dispatch.send(event, using=using)
    except Exception as error:
        _report("view", f"The event {event.name!r} was not sent: {error}", error)


def _report(kind: str, message: str, error: Exception) -> None:
    stats.add(failed=1)
    failures.report(kind, message, error=error)


def _followed_by(action: Callable[[Any], None], response: Any) -> Any:
    """Return the response after ``action(response)``; a coroutine of that, where the view is asynchronous."""
    if isawaitable(response):
        return _await_then(action, response)
    action(response)
    return response


async def _await_then(action: Callable[[Any], None], response: Awaitable[Any]) -> Any:
    answer = await response
    # The object's fields and the user may have to be read from the database.
    await sync_to_async(action)(answer)
    return answer
