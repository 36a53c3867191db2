"""A page asked for by code: as a visitor, as a user, or with the cookies of a request."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from onair.exceptions import OnAirError
from onair.live.rendering.replay import ask
from onair.live.rendering.result import PageRendering
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating.lists import Last

_AS_A_USER = "Ask for it as a user who may see it: --user NAME, or user= in a test."


class PageNotShown(OnAirError):
    """The site did not answer with a live page; the message says why, and what can be done.

    Args:
        status: that of the answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and who asks for it.

    Args:
        user: as whom, None for whoever the viewer's cookies say, nobody without them.
    """

    address: Address
    viewer: Viewer
    user: Any = None

    @classmethod
    def of(cls, request: HttpRequest, user: Any = None) -> Visit:
        """Return the visit that a request is: where it goes, with its headers and cookies."""
        return cls(Address.of(request), Viewer.of(request, "", ""), user)

    @property
    def visitor(self) -> str:
        """Who asks, for people."""
        return "a visitor" if self.user is None else str(self.user.get_username())

    def render(
        self, wanted: frozenset[str] | None = None, last: Mapping[str, Last] | None = None
    ) -> PageRendering:
        """Ask the site for the page on this thread, with its database connections.

        Args:
            wanted: the ids of the regions to render, None for all.
            last: how they were rendered last, by their ids.

        Raises:
            PageNotShown: the answer is no live page, or not this user's.
        """
        session = None if self.user is None else session_data(self.user)
        # The site's middleware may choose a time zone, for the page alone.
        with timezone.override(timezone.get_current_timezone()), _failures() as failures:
            try:
                answer = ask(self.address, self.viewer, wanted, session, last)
            except Exception as error:  # DEBUG_PROPAGATE_EXCEPTIONS
                raise PageNotShown(self._failed(error), 500) from error
        page, response = answer.page, answer.response
        if page is None:
            cause = failures[-1] if failures else None
            raise PageNotShown(self._explained(response, cause), response.status_code) from cause
        if self.user is not None and page.viewer.user != str(self.user.pk):
            raise PageNotShown(
                f"{self.address} was not rendered for {self.visitor}: the site does not know the user by a "
                "session. The account has to be active, and MIDDLEWARE needs Django's SessionMiddleware and "
                "AuthenticationMiddleware.",
                response.status_code,
            )
        return page

    def _explained(self, response: HttpResponseBase, cause: BaseException | None) -> str:
        status = response.status_code
        if status >= 500:
            return self._failed(cause)
        if status >= 400:
            return _SAYS.get(status, _SAYS[403]).format(
                address=self.address, visitor=self.visitor, status=status, origin=self.address.origin
            )
        if status >= 300:
            where = response.get("Location", "")
            return f"{self.address} sends {self.visitor} on to {where} ({status}). {_AS_A_USER}"
        return self._not_live(response)

    def _failed(self, cause: BaseException | None) -> str:
        what = "an error (500)" if cause is None else f"{type(cause).__name__}: {cause}"
        return f"{self.address} failed for {self.visitor} with {what}. The log has its traceback."

    def _not_live(self, response: HttpResponseBase) -> str:
        kind = response.get("Content-Type", "")
        if "html" not in kind:
            return f"{self.address} answers with {kind or 'no content'}: only HTML pages are live."
        return (
            f"{self.address} is no live page{_view_at(self.address.path)}. Give its view the RTMixin, or "
            "@onair.live.live_view. If it has that, the page came from a cache: exempt it."
        )


_SAYS = {
    400: (
        "The site refuses to answer for {origin}{address} (400). Give the whole URL, with a host that "
        "ALLOWED_HOSTS names."
    ),
    403: "{visitor} may not see {address} ({status}). " + _AS_A_USER,
    404: (
        "There is no page at {address} for {visitor} (404). Look for its pattern in the URLconf, and for the "
        "object that it shows."
    ),
    405: "{address} cannot be asked for with GET (405), so it is no page.",
}


def session_data(user: Any) -> dict[str, Any]:
    """Return what a session holds in which this user has logged in. It is saved nowhere."""
    data = {
        SESSION_KEY: user._meta.pk.value_to_string(user),
        BACKEND_SESSION_KEY: _backend(),
    }
    if hasattr(user, "get_session_auth_hash"):
        data[HASH_SESSION_KEY] = user.get_session_auth_hash()
    return data


def _backend() -> str:
    """Return the first of the site's backends that knows its users by their keys."""
    for path in settings.AUTHENTICATION_BACKENDS:
        if hasattr(load_backend(path), "get_user"):
            return str(path)
    raise OnAirError(
        "None of AUTHENTICATION_BACKENDS can find a user by its key, so nobody can be signed in here."
    )


def _view_at(path: str) -> str:
    try:
        function = resolve(path).func
    except Resolver404:
        return ""
    view = getattr(function, "view_class", function)
    return f", but of {view.__module__}.{getattr(view, '__qualname__', type(view).__qualname__)}"


@contextmanager
def _failures() -> Iterator[list[BaseException]]:
    """Collect what Django answers with a 500 for."""
    found: list[BaseException] = []

    def note(**kwargs: object) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            found.append(error)

    got_request_exception.connect(note, weak=False)
    try:
        yield found
    finally:
        got_request_exception.disconnect(note)


def meta_of(host: str) -> Mapping[str, str]:
    """Return the headers of a browser that asks for a page of a host."""
    return {"HTTP_HOST": host, "HTTP_ACCEPT": "text/html"}
