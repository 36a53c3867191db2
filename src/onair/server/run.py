"""Running a server: uvicorn with our protocol class."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import socket
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from onair.server.api.wire import http_class
from onair.server.asgi import ServerApp
from onair.server.drain import Drain
from onair.server.inherited import Inherited, Urgency
from onair.server.listening import bound_to, is_used, why_not
from onair.server.pages import Pages, WithPages
from onair.server.server import Server
from onair.server.settling import SETTLE, TURNS, Settling, shaking_hands
from onair.server.types import ASGIApp
from onair.server.websocket import websocket_class
from onair.server.wire import LAST_LINGER

logger = logging.getLogger("onair.server")

#: Called with the host and the port that are really bound; with the path and 0 for a Unix socket.
OnBound = Callable[[str, int], object]

#: Seconds that requests under way have when the server stops; sockets are given less (``Timings.linger``).
GRACE = 10

#: Seconds that the last webhooks have when the server has stopped.
TELL_WITHIN = 5


class Runner(uvicorn.Server):
    """uvicorn, which says where it listens, and drains its sockets before it stops listening.

    A signal begins the end, a second one ends the drain, and after a third nothing is waited for.

    A worker whose place another one has taken stops listening first, and lets in who had come before: they
    have some seconds for TLS and their first request.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server: Server,
        drain: float,
        on_bound: OnBound | None,
        inherited: Inherited | None = None,
        settle: float = SETTLE,
    ) -> None:
        super().__init__(config)
        self._sockets = server
        self._drain_seconds = drain
        self._drain: Drain | None = None
        self._is_in_hurry = False
        self._on_bound = on_bound
        self._inherited = inherited
        self._yields = False
        self._settle_seconds = settle
        self._settling: Settling | None = None
        self._shaking_hands: Collection[object] = ()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._inherited is not None:
            self._inherited.follow(asyncio.get_running_loop(), self.end)
        elif is_used(self.config.uds):
            self._cannot_listen(OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)))
        self._shaking_hands = shaking_hands(self.config.ssl)
        try:
            await super().startup(sockets)
        except OSError as error:
            await self.lifespan.shutdown()
            self._cannot_listen(error)
        except SystemExit as ended:  # of a port, uvicorn has logged the error, with no remedy
            if isinstance(ended.__context__, OSError):
                self._cannot_listen(ended.__context__)
            raise
        if self.started and self._on_bound is not None:
            self._on_bound(*self.address())

    def address(self) -> tuple[str, int]:
        """The host and the port of the first listening socket; the path and 0 of a Unix socket."""
        return bound_to(self.servers[0].sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called for a signal. It is not raised anew at the end, as uvicorn does: the process goes on."""
        self.end(Urgency(min(1 + self.should_exit + self._is_in_hurry, Urgency.FORCE)))

    def end(self, urgency: Urgency) -> None:
        """End so; what was more urgent stays. Only in the loop, or in a signal's handler."""
        self._yields |= urgency is Urgency.YIELD and not self.should_exit
        self.should_exit = True
        self._is_in_hurry |= urgency >= Urgency.HURRY
        self.force_exit |= urgency >= Urgency.FORCE

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits until every answer has ended, and those of the fallback end when their session does.
        self._sockets.close_all(linger=LAST_LINGER)
        await super().shutdown(sockets)
        await self._sockets.leave()
        if self.force_exit:  # uvicorn leaves it out then, and logs that it was broken off
            await self.lifespan.shutdown()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; the first True ends the serving."""
        if not await super().on_tick(counter):
            return False
        if self._yields and self._settling is None:
            await self._stop_listening()
        return self._has_drained()

    def _cannot_listen(self, error: OSError) -> NoReturn:
        logger.error("%s", why_not(self.config.uds or f"{self.config.host}:{self.config.port}", error))
        sys.exit(STARTUP_FAILURE)

    def _has_drained(self) -> bool:
        has_settled = self._settling is None or self._is_in_hurry or self._settling.is_over
        return self._all_have_gone() and has_settled

    def _all_have_gone(self) -> bool:
        if not self._drain_seconds:
            return True
        if self._drain is None:
            count = self._sockets.connections()
            if count:
                logger.info("Sockets to close in turn: %d. Another signal closes them at once.", count)
            self._drain = Drain(self._sockets, self._drain_seconds, refuses=not self._yields)
            self._drain.start()
        elif (self._is_in_hurry or self._drain.all_had_turn) and not self._drain.is_over:
            self._drain.hurry()
            return False  # the closes leave before the next tick
        return self._drain.is_over

    async def _stop_listening(self) -> None:
        """Leave those who come to the other workers; a connection that is there already is this one's."""
        for server in self.servers:
            server.close()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._settling = Settling(self._settle_seconds, self._shaking_hands, self.server_state.connections)


def runner(
    server: Server,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    app: ASGIApp | None = None,
    pages: Pages | None = None,
    drain: float = 0,
    on_bound: OnBound | None = None,
    inherited: Inherited | None = None,
    settle: float = SETTLE,
    **options: Any,
) -> Runner:
    """A uvicorn server for these sockets, ready to ``run()`` or ``await serve()``; ``should_exit`` stops it.

    Args:
        server: The apps and their sockets.
        host: The address to listen at.
        port: The port; 0 takes a free one.
        app: A site of ASGI to serve beside the server's own paths and sockets.
        pages: Pages of a server alone, such as its health.
        drain: Over how many seconds the sockets are closed when the server stops; 0 closes all at once.
        on_bound: Called in the event loop with the real host and port.
        inherited: What a worker has of its parent: give its sockets to ``run()`` or ``serve()``.
        settle: The seconds that a connection has for TLS and its first request when another worker takes
            those who come.
        options: Anything else that ``uvicorn.Config`` takes. The log is left as it is, without a line for
            each request.
    """
    defaults: dict[str, Any] = {
        "ws": websocket_class(server, None if app is None else AutoWebSocketsProtocol),
        "http": http_class(server),
        "interface": "asgi3",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE,
    }
    served: ASGIApp = ServerApp(server, app)
    if pages:
        served = WithPages(served, pages)
    config = uvicorn.Config(served, host=host, port=port, **{**defaults, **options})
    return Runner(config, server, drain, on_bound, inherited, settle)


def run(
    server: Server,
    *,
    on_bound: OnBound | None = None,
    uds: str | None = None,
    inherited: Inherited | None = None,
    **options: Any,
) -> None:
    """Serve until a signal comes; the other arguments are those of :func:`runner`.

    uvicorn takes SIGINT and SIGTERM in the main thread, and the loop is uvloop's where that is installed.

    Args:
        server: The apps and their sockets.
        on_bound: Called in the event loop with the real host and port.
        uds: The path of a Unix socket to listen at instead; the file goes with the server.
        inherited: What a worker has of its parent. It listens there, and tells its parent, too.

    Raises:
        SystemExit: The address cannot be bound; the log says why.
    """

    def freeze(host: str, port: int) -> None:
        """Keep what was made until now, and stays, out of every garbage collection to come."""
        gc.collect()
        gc.freeze()
        if on_bound is not None:
            on_bound(host, port)
        if inherited is not None:
            inherited.say_serving()

    serving = runner(server, on_bound=freeze, uds=uds, inherited=inherited, **options)
    with contextlib.suppress(KeyboardInterrupt):
        serving.run(None if inherited is None else list(inherited.sockets))
        if uds is not None and inherited is None and serving.started:
            Path(uds).unlink(missing_ok=True)
        server.end_telling(TELL_WITHIN)
        server.join_telling()
    if inherited is not None:
        inherited.line.close()
