"""Where a page is, and who looks at it: what it takes to ask the site for the page again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from onair.protocol.names import LIVE_PREFIX

#: Headers that belong to one request, or would have it answered in another way than the page was.
_NOT_AGAIN = frozenset(
    f"HTTP_{name}"
    for name in [
        "ACCEPT_ENCODING",
        "CACHE_CONTROL",
        "CONNECTION",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "IF_MATCH",
        "IF_MODIFIED_SINCE",
        "IF_NONE_MATCH",
        "IF_RANGE",
        "IF_UNMODIFIED_SINCE",
        "PRAGMA",
        "RANGE",
        "TRANSFER_ENCODING",
        "UPGRADE",
        "X_CSRFTOKEN",
        "X_ONAIR_EVENT",
        "X_ONAIR_REGION",
        "X_ONAIR_REGIONS",
        "X_ONAIR_TOKEN",
        "X_PUSHER_SOCKET_ID",
        "X_REQUESTED_WITH",
        "SEC_FETCH_DEST",
        "SEC_FETCH_MODE",
        "SEC_FETCH_SITE",
        "SEC_FETCH_USER",
        "SEC_PURPOSE",
    ]
)

#: What is taken of a request beside its headers.
_TAKEN = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "REMOTE_USER")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a page, as its visitors have it.

    Args:
        origin: scheme and host.
        prefix: the path below which the site is, as WSGI has it (``SCRIPT_NAME``).
        path: the rest of the path.
        query: sorted, without what is empty.
    """

    origin: str
    prefix: str
    path: str
    query: str

    @classmethod
    def of(cls, request: HttpRequest) -> Address:
        """Return where a request goes to."""
        query = urlencode(sorted(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)))
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
    """

    user: str
    session: str
    meta: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, request: HttpRequest, user: str, session: str) -> Viewer:
        """Return who has sent a request."""
        meta = {name: str(request.META[name]) for name in _TAKEN if request.META.get(name)}
        for name, value in request.META.items():
            if name.startswith("HTTP_") and name not in _NOT_AGAIN:
                meta[name] = str(value)
        meta["HTTP_ACCEPT"] = "text/html"
        return cls(user, session, meta)

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
