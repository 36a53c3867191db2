"""The sockets of an ASGI site, in front of its application."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from onair.embedded import process

if TYPE_CHECKING:
    from onair.embedded.process import ProcessServer
    from onair.server.types import ASGIApp, Receive, Scope, Send

#: The schemes of connections without TLS: those that a publisher on this machine can use.
PLAIN = frozenset({"http", "ws"})


class LiveApplication:
    """Answers this site's sockets and HTTP API; everything else is the application's."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not at import: a server may fork between that and the first scope.
        server = process.current()
        if server is None:
            await self.inner(scope, receive, send)
            return
        server.attach(asyncio.get_running_loop())
        if not server.has_address:
            _announce(server, scope)
        await _with_sockets(server, self.inner)(scope, receive, send)


@lru_cache(maxsize=4)
def _with_sockets(server: ProcessServer, inner: ASGIApp) -> ASGIApp:
    from onair.server.asgi import ServerApp

    return ServerApp(server.server, inner)


def _announce(server: ProcessServer, scope: Scope) -> None:
    """Announce where the server of this scope listens, if it is a port without TLS."""
    host, port = scope.get("server") or (None, None)
    scheme = scope.get("scheme", "http")  # Daphne names none
    if host and port and (scheme in PLAIN or _came_through_proxy(scope)):
        server.announce(host, port)


def _came_through_proxy(scope: Scope) -> bool:
    """Whether the scheme is the proxy's, as told in a header, and not that of this server's own port."""
    return any(name == b"x-forwarded-proto" for name, _ in scope["headers"])
