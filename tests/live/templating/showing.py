"""A live page of a template and a context, rendered on the spot: its regions, and who shares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from onair.live.rendering.replay import Replay
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.templating.lists import Last
from onair.live.wrapping import wrap

#: What every page begins with.
BEFORE = "<!doctype html><html><head></head><body>"

Context = Callable[[HttpRequest], dict[str, Any]] | dict[str, Any]


class NothingSaved(SessionStore):
    """A session with a key, whose content is in memory."""

    def __init__(self, key: str, data: dict[str, Any]) -> None:
        super().__init__(key)
        self._session_cache = data


def request_of(
    *,
    user: Any = None,
    session: SessionBase | None = None,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    path: str = "/page/",
) -> HttpRequest:
    """A GET as it comes to a view, behind Django's own middleware."""
    request = RequestFactory().get(path, headers=headers)
    request.COOKIES.update(cookies or {})
    if cookies:
        request.META["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    found = AnonymousUser() if user is None else user
    request.user = SimpleLazyObject(lambda: found)
    if session is not None:
        request.session = session
    elif user is not None:
        request.session = NothingSaved(f"session of {user}", {})
    return request


@cache
def _compiled(template: str) -> Any:
    """As a loader that caches has it: a list is known again by its tag."""
    return engines["django"].from_string(f"{{% load onair %}}{BEFORE}{template}")


def rendered(
    template: str,
    context: Context | None = None,
    request: HttpRequest | None = None,
    *,
    whole: bool = False,
    wanted: frozenset[str] | None = None,
    last: Mapping[str, Last] | None = None,
) -> PageRendering:
    """The page of a view that renders this template."""
    request = request_of() if request is None else request

    def view(request: HttpRequest) -> HttpResponse:
        values = context(request) if callable(context) else context or {}
        return HttpResponse(_compiled(template).render(values, request))

    wish = Replay(wanted, last or {})
    request.onair_render = wish  # type: ignore[attr-defined]
    wrap(view, view, whole=whole)(request)
    assert wish.result is not None
    return wish.result


def only(page: PageRendering) -> RegionRendering:
    """The one region of a page."""
    (region,) = page.regions.values()
    return region


def region(template: str, *args: Any, **options: Any) -> RegionRendering:
    """The one region of a page with this in it."""
    return only(rendered(f"{{% live %}}{template}{{% endlive %}}", *args, **options))
