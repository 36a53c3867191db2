"""A page asked for again: a GET of its address, through the site's middleware and URLconf, as its viewer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.signals import setting_changed
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponseBase
from django.urls import set_script_prefix
from django.utils import timezone, translation

from onair.live import again
from onair.live.reading.recorder import Recorder, recording
from onair.live.rendering.log import log
from onair.live.rendering.result import PageRendering
from onair.live.rendering.viewer import Address, RenderRequest, Viewer
from onair.live.templating.lists import Last

logger = logging.getLogger("onair.live")


@dataclass(slots=True)
class Replay:
    """The wish for some regions of a page, and what came of it.

    Args:
        wanted: the ids of the regions, None for all.
        last: how regions of it were rendered last, by their ids.
    """

    wanted: frozenset[str] | None
    last: Mapping[str, Last] = field(default_factory=dict)
    result: PageRendering | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Denied:
    """The site did not show the page to its viewer.

    ``status`` is that of its answer: of a redirect, to log in as a rule, or of an error.
    """

    status: int

    @property
    def is_failure(self) -> bool:
        """Whether the site failed, rather than refused."""
        return self.status >= 500


class _Handler(BaseHandler):
    """The site's middleware and views, as a server has them."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()


@cache
def _handler() -> _Handler:
    return _Handler()


def _forget(setting: str, **kwargs: object) -> None:
    if setting == "MIDDLEWARE":
        _handler.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onair.live.replay")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answered, and the live page that it is; None where it is none, or was not rendered."""

    response: HttpResponseBase
    page: PageRendering | None


def ask(
    address: Address,
    viewer: Viewer,
    wanted: frozenset[str] | None,
    session: Mapping[str, Any] | None = None,
    last: Mapping[str, Last] | None = None,
) -> Answer:
    """Ask the site for a page, as a browser does, for the sake of its regions.

    Nothing that the page would save of the session, and no cookie, is kept.

    Args:
        wanted: the ids of the regions, None for all.
        session: what the viewer's session holds beside what it has, for this request alone.
        last: how the regions were rendered last, by their ids.
    """
    wish = Replay(wanted, last or {})
    since = log.position()
    request = RenderRequest(viewer.environ(address), wish, session)
    middleware = Recorder()
    with (
        again.rendering(),
        recording(middleware),
        translation.override(translation.get_language()),
        _own_zone(),
    ):
        set_script_prefix(address.prefix + "/")
        response = _handler().get_response(request)
    if wish.result is None or response.status_code >= 300:
        return Answer(response, None)
    access = Recorder()
    access.include(middleware.read_set())
    access.include(wish.result.access)
    seen = replace(wish.result, access=access.read_set(), access_since=since, is_all_seen=True)
    return Answer(response, seen)


def replay(
    address: Address, viewer: Viewer, wanted: frozenset[str], last: Mapping[str, Last] | None = None
) -> PageRendering | Denied:
    """Render some regions of a page again, as it is for this viewer.

    Args:
        last: how they were rendered last, by their ids.
    """
    answer = ask(address, viewer, wanted, last=last)
    if answer.response.status_code >= 300:
        return Denied(answer.response.status_code)
    if answer.page is None:
        logger.error(
            "%s did not render its live page again: is it answered from a cache, or by another view? Exempt "
            "it from the site's cache, and let its view ask request.onair_render.",
            address,
        )
        return Denied(500)
    return answer.page


@contextmanager
def _own_zone() -> Iterator[None]:
    """Let the site's middleware choose a time zone for the page alone."""
    with timezone.override(timezone.get_current_timezone()):
        timezone.deactivate()
        yield


def in_transaction() -> bool:
    """Whether this thread has a transaction open: it sees what was there when that began."""
    return any(connection.in_atomic_block for connection in connections.all(initialized_only=True))


@contextmanager
def own_connections() -> Iterator[None]:
    """Treat the databases as a request does, on a thread that no request has."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
        for connection in connections.all(initialized_only=True):
            # Django leaves those to databases in memory open, of which a thread has its own.
            if getattr(connection, "is_in_memory_db", bool)():
                BaseDatabaseWrapper.close(connection)
