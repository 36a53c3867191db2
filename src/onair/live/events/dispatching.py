"""What a POST to a page's URL does: an event of its script, or a plain form of it, reaches its handler.

Before that the request has passed the site's middleware and the view's ``dispatch``, as any other.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from onair.conf import settings
from onair.live import tokens
from onair.live.events import answers, forms
from onair.live.events.declaring import Handler, handlers_of
from onair.live.events.gathered import gather
from onair.live.events.limits import RateLimit
from onair.live.events.refusals import Foreign, Malformed, Refusal, TooMany

logger = logging.getLogger("onair.live")

#: The headers of the page's script: which handler it means, the page's token, its regions' versions.
EVENT = "X-OnAir-Event"
TOKEN = "X-OnAir-Token"  # noqa: S105 (a header's name)
REGIONS = "X-OnAir-Regions"

#: The field by which a plain form names its handler, by the method's name.
FIELD = "onair-event"

#: Regions of one page that an answer may bring up to date, and the length of the header that names them.
MAX_REGIONS = 64
MAX_REGIONS_LENGTH = 8_192

_NO_EVENT = "This page has no such event. Reload it."

_rate = RateLimit()

Answer = Callable[[Any, HttpRequest], HttpResponseBase]


def is_event(request: HttpRequest) -> bool:
    """Whether a POST names a handler."""
    return EVENT in request.headers or FIELD in request.POST


def answer_event(view: Any, request: HttpRequest) -> HttpResponseBase:
    """Answer a POST that names a handler."""
    return _answer_script(view, request) if EVENT in request.headers else answer_form(view, request)


def _refusing(answer: Answer) -> Answer:
    """Let a refusal be the answer."""

    @wraps(answer)
    def answering(view: Any, request: HttpRequest) -> HttpResponseBase:
        try:
            return answer(view, request)
        except Refusal as refusal:
            logger.warning("An event at %s is refused: %s", request.path, refusal)
            return _refused(request, refusal)

    return answering


@_refusing
def _answer_script(view: Any, request: HttpRequest) -> HttpResponseBase:
    """Answer an event that the page's script has sent."""
    _count(request)
    try:
        tokens.check(request.headers.get(TOKEN, ""), request, view)
    except tokens.BadPageToken as error:
        raise Foreign(str(error)) from None
    handler = _handler_at(view, request.headers[EVENT])
    gathered = gather(handler, request.POST, request.FILES)
    if handler.form is not None:
        form = forms.bind(view, handler, request)
        if not form.is_valid():
            return JsonResponse({"ops": [], "errors": forms.errors_of(form), "patches": []})
        gathered["form"] = form
    returned = answers.steps_of(_call(view, handler, request, gathered), handler)
    return answers.for_script(request, returned, lambda: _patches(view, request))


@_refusing
def answer_form(view: Any, request: HttpRequest) -> HttpResponseBase:
    """Answer a form that was posted without the page's script."""
    handler = _handler_of_form(view, request.POST.get(FIELD))
    if handler is None:
        answer: HttpResponseBase = view.http_method_not_allowed(request, *view.args, **view.kwargs)
        return answer
    gathered = gather(handler, request.POST, request.FILES)
    if handler.form is not None:
        form = forms.bind(view, handler, request)
        if not form.is_valid():
            view._invalid_forms = {handler.method: form}
            return _page_again(view, request)
        gathered["form"] = form
    return answers.for_form(request, answers.steps_of(_call(view, handler, request, gathered), handler))


def _page_again(view: Any, request: HttpRequest) -> HttpResponseBase:
    """Return the page as a GET would, with the forms that are not valid."""
    get = async_to_sync(view.get) if iscoroutinefunction(view.get) else view.get
    answer: HttpResponseBase = get(request, *view.args, **view.kwargs)
    return answer


def _call(view: Any, handler: Handler, request: HttpRequest, keywords: dict[str, Any]) -> Any:
    method = getattr(view, handler.method)
    if iscoroutinefunction(method):
        method = async_to_sync(method)
    return method(request, **keywords)


def _handler_at(view: Any, index: str) -> Handler:
    handlers = handlers_of(type(view))
    if not (index.isascii() and index.isdigit() and len(index) < 5 and int(index) < len(handlers)):
        raise Malformed(_NO_EVENT)
    return handlers[int(index)]


def _handler_of_form(view: Any, method: str | None) -> Handler | None:
    """Return the handler that a form names, or that is the only one for forms."""
    handlers = handlers_of(type(view))
    if method is None:
        submitted = [handler for handler in handlers if handler.on == "submit"]
        return submitted[0] if len(submitted) == 1 else None
    for handler in handlers:
        if handler.method == method:
            return handler
    raise Malformed(_NO_EVENT)


def _count(request: HttpRequest) -> None:
    per_second = settings.MAX_PAGE_EVENTS_PER_SECOND
    wait = _rate.wait(_sender(request), per_second, 2 * per_second)
    if wait:
        raise TooMany(wait)


def _sender(request: HttpRequest) -> tuple[str, str]:
    """Return who is counted: the session, or else the browser, or else the address, which a proxy shares."""
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        return "session", session.session_key
    if browser := request.META.get("CSRF_COOKIE"):
        return "browser", browser
    return "address", request.META.get("REMOTE_ADDR", "")


def _patches(view: Any, request: HttpRequest) -> list[Any]:
    """Return the patches of the page's regions; it gets them later too, so that none is worth an error."""
    regions = _regions(request.headers.get(REGIONS, ""))
    if not regions:
        return []
    try:
        patches: list[Any] = view.live_patches(regions)
    except Exception:
        logger.exception("The answer to an event at %s is without the page's changes.", request.path)
        return []
    return patches


def _regions(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if 0 < len(text) <= MAX_REGIONS_LENGTH else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or len(found) > MAX_REGIONS:
        return {}
    return {name: version for name, version in found.items() if isinstance(version, str)}


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    answer: HttpResponse
    if EVENT in request.headers:
        content = {"error": str(refusal), "reload": refusal.reload}
        answer = JsonResponse(content, status=refusal.status)
    else:
        answer = HttpResponse(str(refusal), content_type="text/plain; charset=utf-8", status=refusal.status)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(max(1, round(refusal.retry_after)))
    return answer
