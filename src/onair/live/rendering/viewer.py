"""Where a page is, and who looks at it: what it takes to ask the site for the page again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from onair.live.templating.headers import NOT_AGAIN
from onair.protocol.names import LIVE_PREFIX

#: What is taken of a request beside its headers.
_TAKEN = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "REMOTE_USER")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page, as its visitors have it.

    Args:
        origin: scheme and host.
        prefix: the path below which the site is, as WSGI has it (``SCRIPT_NAME``).
        path: the rest of the path.
        query: its parameters by their names; those of one name in the order in which they came.
    """

    origin: str
    prefix: str
    path: str
    query: str

    @classmethod
    def of(cls, request: HttpRequest) -> Address:
        """Return where a request goes to."""
        given = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        query = urlencode(sorted(given, key=itemgetter(0)))
        prefix = request.META.get("SCRIPT_NAME", "").rstrip("/")
        return cls(f"{request.scheme}://{request.get_host()}", prefix, request.path_info, query)

    def channel(self, region_id: str, audience: str) -> str:
        """Return the channel of a region for an audience: nobody can tell it from the address."""
        value = "\n".join([self.origin, self.prefix, self.path, self.query, region_id, audience])
        return LIVE_PREFIX + salted_hmac("onair.live.channel", value, algorithm="sha256").hexdigest()[:32]

    def __str__(self) -> str:
        return f"{self.prefix}{self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, with the headers of the browser: the site decides anew who that is.

    Args:
        user: the primary key of the user as text, empty for nobody.
        session: what tells the session from others, empty without one.
        meta: the headers, and where the request came from, as WSGI has them. They are kept in memory alone.
        language: what the browser asks for of languages: the site may choose by it.
        browser: what tells the browser from others, by all its headers; empty where no page asked for that.
    """

    user: str
    session: str
    meta: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    language: str = ""
    browser: str = ""

    @classmethod
    def of(cls, request: HttpRequest, user: str, session: str) -> Viewer:
        """Return who has sent a request."""
        meta = {name: str(request.META[name]) for name in _TAKEN if request.META.get(name)}
        for name, value in request.META.items():
            if name.startswith("HTTP_") and name not in NOT_AGAIN:
                meta[name] = str(value)
        meta["HTTP_ACCEPT"] = "text/html"
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return cls(user, session, meta, f"{cookie};{meta.get('HTTP_ACCEPT_LANGUAGE', '')}")

    def alone(self) -> Viewer:
        """Return the viewer as one browser, where a page is made of what it sends."""
        sent = "\n".join(f"{name}:{value}" for name, value in sorted(self.meta.items()))
        return replace(
            self, browser=hashlib.blake2b(sent.encode(errors="replace"), digest_size=12).hexdigest()
        )

    def together(self) -> Viewer:
        """Return the viewer as one of all the browsers that have the same session, or none."""
        return replace(self, browser="")

    def environ(self, address: Address) -> dict[str, Any]:
        """Return the WSGI environment of a GET of a page by this viewer."""
        scheme = address.origin.partition("://")[0]
        return {
            "REQUEST_METHOD": "GET",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443" if scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            **self.meta,
            "SCRIPT_NAME": address.prefix,
            "PATH_INFO": address.path.encode().decode("latin-1"),
            "QUERY_STRING": address.query,
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


class RenderRequest(WSGIRequest):
    """A GET of a page for the sake of its regions: what it would save of the session is dropped.

    Args:
        session: what its session holds beside what it has, for this request alone.
    """

    def __init__(
        self, environ: dict[str, Any], render: object, session: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(environ)
        self._in_session = session
        #: True in a view that is asked for its regions, and for no visitor's request.
        self.onair_render = render
        self._dont_enforce_csrf_checks = True

    @property
    def session(self) -> Any:
        try:
            return self.__dict__["session"]
        except KeyError:
            raise AttributeError("session") from None  # the site has none

    @session.setter
    def session(self, store: Any) -> None:
        for name in _SAVES:
            if hasattr(store, name):
                setattr(store, name, _adropped if name.startswith("a") else _dropped)
        if self._in_session:
            store.update(self._in_session)
            # As if it had come so: nothing of it is to be saved.
            store.accessed = store.modified = False
            self._in_session = None
        self.__dict__["session"] = store


_SAVES = (
    "save",
    "create",
    "delete",
    "flush",
    "cycle_key",
    "asave",
    "acreate",
    "adelete",
    "aflush",
    "acycle_key",
)


def _dropped(*args: Any, **kwargs: Any) -> None:
    """Save nothing."""


async def _adropped(*args: Any, **kwargs: Any) -> None:
    """Save nothing."""
