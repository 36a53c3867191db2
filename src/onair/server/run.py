"""Running a server: uvicorn with our protocol class."""

from __future__ import annotations

import contextlib
import gc
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from onair.server.asgi import ServerApp
from onair.server.http import HttpProtocol
from onair.server.server import Server
from onair.server.types import ASGIApp
from onair.server.websocket import websocket_class

#: Called with the host and the port that are really bound.
OnBound = Callable[[str, int], object]

#: Seconds that requests under way have when the server stops; sockets are given less (``Timings.linger``).
GRACE = 10


class Runner(uvicorn.Server):
    """uvicorn, which says where it listens."""

    def __init__(self, config: uvicorn.Config, on_bound: OnBound | None) -> None:
        super().__init__(config)
        self._on_bound = on_bound

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_bound is not None:
            host, port = self.address()
            self._on_bound(host, port)

    def address(self) -> tuple[str, int]:
        """The host and the port of the first listening socket."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return str(host), int(port)


def runner(
    server: Server,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    app: ASGIApp | None = None,
    on_bound: OnBound | None = None,
    **options: Any,
) -> Runner:
    """A uvicorn server for these sockets, ready to ``run()`` or ``await serve()``; ``should_exit`` stops it.

    Args:
        server: The apps and their sockets.
        host: The address to listen at.
        port: The port; 0 takes a free one.
        app: A site of ASGI to serve beside the server's own paths and sockets.
        on_bound: Called in the event loop with the real host and port.
        options: Anything else that ``uvicorn.Config`` takes. The log is left as it is, without a line for
            each request.
    """
    defaults: dict[str, Any] = {
        "ws": websocket_class(server, None if app is None else AutoWebSocketsProtocol),
        "http": HttpProtocol,
        "interface": "asgi3",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE,
    }
    config = uvicorn.Config(ServerApp(server, app), host=host, port=port, **{**defaults, **options})
    return Runner(config, on_bound)


def run(
    server: Server,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    app: ASGIApp | None = None,
    on_bound: OnBound | None = None,
    **options: Any,
) -> None:
    """Serve until a signal comes; the arguments are those of :func:`runner`.

    uvicorn takes SIGINT and SIGTERM in the main thread, and the loop is uvloop's where that is installed.

    Raises:
        SystemExit: The address cannot be bound; the log says why.
    """

    def freeze(host: str, port: int) -> None:
        """Keep what was made until now, and stays, out of every garbage collection to come."""
        gc.collect()
        gc.freeze()
        if on_bound is not None:
            on_bound(host, port)

    with contextlib.suppress(KeyboardInterrupt):
        runner(server, host=host, port=port, app=app, on_bound=freeze, **options).run()
