"""The server as an ASGI application, alone or in front of a site's own."""

from __future__ import annotations

import asyncio

from onair.server.api.asgi import answer, head_of
from onair.server.api.router import serves
from onair.server.buffered import GONE
from onair.server.fallback import paths
from onair.server.fallback.routes import Fallback
from onair.server.lifespan import Lifespan
from onair.server.outbox import OutboxSession
from onair.server.scopes import handshake_of
from onair.server.server import Server
from onair.server.types import ASGIApp, Receive, Scope, Send


class ServerApp:
    """Serves the HTTP API, the fallback, and sockets under an ASGI server that has no class of ours for them.

    With ``inner``, a site, only what is for our keys and signed requests for our apps are answered here.

    Args:
        server: The server whose apps these are.
        inner: The application for everything else; without one that is answered as not found.
    """

    def __init__(self, server: Server, inner: ASGIApp | None = None) -> None:
        self.server = server
        self.inner = inner
        self._fallback = Fallback(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self.server.attach(asyncio.get_running_loop())
            await Lifespan(self.inner, receive, send, self.server.close_all).run(scope)
        elif self._is_ours(scope):
            await self._answer(scope, receive, send)
        elif self.inner is not None:
            await self.inner(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if self.inner is None:
            return True
        if scope["type"] == "websocket":
            return self.server.serves(scope["path"])
        if self._fallback.serves(scope):
            return True
        return serves(self.server, head_of(scope))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.server.attach(asyncio.get_running_loop())
        if scope["type"] == "websocket":
            await _serve_socket(self.server, scope, receive, send)
        elif (path := paths.split(scope["path"])) is not None:
            await self._fallback.answer(path, scope, receive, send)
        else:
            await answer(self.server, scope, receive, send)


async def _serve_socket(server: Server, scope: Scope, receive: Receive, send: Send) -> None:
    if (await receive())["type"] != "websocket.connect":
        return
    try:
        await send({"type": "websocket.accept"})
    except GONE:
        return
    session = OutboxSession(server)
    session.open(handshake_of(scope))
    await session.run(receive, send)
