"""The class that uvicorn makes for each upgrade request: ``uvicorn.Config(ws=websocket_class(server))``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from onair.server.server import Server
from onair.server.upgrade import upgrade
from onair.server.wire import WireSession

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState


class WebSocketProtocol(asyncio.Protocol):
    """Answers the handshake, and hands the transport over: to a session, or to another's protocol.

    uvicorn calls ``connection_made``, then ``data_received`` with the whole request, and only then makes this
    the transport's protocol. So the successor takes over one turn later, and what comes before is passed on.
    """

    __slots__ = ("_app_state", "_config", "_server_state", "_successor", "_transport")

    server: ClassVar[Server]
    #: A protocol class of uvicorn for sockets that are not ours; None where all are.
    fallback: ClassVar[Callable[..., Any] | None] = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self._transport: asyncio.Transport | None = None
        self._successor: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by uvicorn."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by uvicorn with the request, and by the transport with what follows at once."""
        if self._successor is not None:
            self._successor.data_received(data)
            return
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self.server.attach(loop)
        self._successor = self._choose(self._transport, data)
        loop.call_soon(self._hand_over, self._transport)

    def eof_received(self) -> bool | None:
        return cast("bool | None", self._successor.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self._successor.connection_lost(exc)

    def pause_writing(self) -> None:
        self._successor.pause_writing()

    def resume_writing(self) -> None:
        self._successor.resume_writing()

    def _hand_over(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            transport.set_protocol(self._successor)

    def _choose(self, transport: asyncio.Transport, request: bytes) -> asyncio.Protocol:
        if self.fallback is None or self.server.serves(_path(request)):
            return self._answer(transport, request)
        other = self.fallback(config=self._config, server_state=self._server_state, app_state=self._app_state)
        other.connection_made(transport)
        other.data_received(request)
        return cast("asyncio.Protocol", other)

    def _answer(self, transport: asyncio.Transport, request: bytes) -> asyncio.Protocol:
        """Answer the handshake: a session, or nothing where the request is not one for a WebSocket."""
        answer, handshake = upgrade(request)
        if handshake is None:
            transport.write(answer)
            transport.close()
            return asyncio.Protocol()
        session = WireSession(self.server, transport, self._server_state.connections)
        session.begin(answer, handshake)
        return session


def websocket_class(
    server: Server, fallback: Callable[..., asyncio.Protocol] | None = None
) -> type[WebSocketProtocol]:
    """The class for ``uvicorn.Config(ws=…)``, bound to a server.

    Args:
        server: Whose sockets are accepted.
        fallback: A protocol class of uvicorn for sockets that are none of ours, such as a site's own.
            Without one, every socket is ours, and told when its path or key is wrong.
    """
    names: dict[str, Any] = {
        "__slots__": (),
        "server": server,
        "fallback": fallback and staticmethod(fallback),
    }
    return type("WebSocketProtocol", (WebSocketProtocol,), names)


def _path(request: bytes) -> str:
    target = request.split(b" ", 2)[1].decode("ascii", "replace")
    return target.partition("?")[0]
