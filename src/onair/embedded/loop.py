"""An event loop in a thread, for a process whose own server is threaded."""

from __future__ import annotations

import asyncio
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.server import ServerState

from onair.embedded.handover import Ours
from onair.embedded.pages import pages
from onair.embedded.process import CLOSE_WITHIN, ProcessServer
from onair.server.api.wire import ApiProtocol, bound_to
from onair.server.asgi import ServerApp
from onair.server.server import Server
from onair.server.websocket import websocket_class
from onair.server.wire import WireSession

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class LoopThread:
    """Runs a process's server in a loop of its own, and feeds it sockets that somebody else accepted.

    The thread starts with the first socket, so that a process that never gets one pays nothing. It is a
    daemon: a thread that is waited for would block the exit of Django's reloader.

    Args:
        process: The server of this process.
        site: The site's WSGI application. A client that keeps a connection may ask for a page at the next
            turn, as a proxy does for another visitor.
    """

    def __init__(self, process: ProcessServer, site: WSGIApplication) -> None:
        self.process = process
        self._site = site
        self.ours = Ours.of(process.app)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def adopt(self, sock: socket.socket, head: bytes, rest: bytes) -> None:
        """Serve a connection. From any thread.

        Args:
            sock: The connection, which nobody else uses any more.
            head: What was read of it; of an upgrade only its head, since uvicorn's reader drops the rest.
            rest: What was read behind the head.
        """
        sock.setblocking(False)
        loop = self._started()
        if loop.is_closed():  # the server has just ended
            sock.close()
            return
        asyncio.run_coroutine_threadsafe(self._adopt(sock, head, rest), loop)

    def close(self) -> None:
        """Close the sockets (4200) and every connection, so that no client comes back on one that it kept."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._connections.shut_down)
        self.process.close()

    def stop(self) -> None:
        """Stop the loop and close it; the sockets should be closed before. Twice does no harm."""
        if self._loop is None or self._thread is None or self._thread is threading.current_thread():
            return
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._end, self._loop)
        self._thread.join(CLOSE_WITHIN)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        self._connections.close()
        # The transports close in the next turn.
        loop.call_soon(loop.call_soon, loop.stop)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                loop = new_event_loop()
                self.process.attach(loop)
                self._connections = _Connections(self.process.server, self._site, loop)
                self._loop = loop
                self._thread = threading.Thread(target=_run, args=[loop], name="onair", daemon=True)
                self._thread.start()
            return self._loop

    async def _adopt(self, sock: socket.socket, head: bytes, rest: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(partial(self._connections.make, head, rest), sock)
        except OSError:  # the client has gone already
            sock.close()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped, then give back what it has open: a test run makes many."""
    try:
        loop.run_forever()
    finally:
        loop.close()


class _Connections:
    """Makes uvicorn's protocol object for each connection, all with one configuration."""

    def __init__(self, server: Server, site: WSGIApplication, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._state = ServerState()
        self._class = bound_to(server, _Adopted)
        self._config = uvicorn.Config(
            ServerApp(server, pages(site)),
            ws=websocket_class(server),
            http=self._class,
            interface="asgi3",  # uvicorn would take an object for ASGI 2
            lifespan="off",
            proxy_headers=False,
            log_config=None,
            access_log=False,
        )
        self._config.load()

    def close(self) -> None:
        """Close the connections that clients keep for their next request, and sockets that still linger."""
        for connection in tuple(self._state.connections):
            if isinstance(connection, WireSession):
                connection.abort()
            else:
                connection.transport.close()

    def make(self, head: bytes, rest: bytes) -> _Adopted:
        protocol = self._class(self._config, self._state, {}, self._loop)
        protocol.head, protocol.rest = head, rest
        return protocol

    def shut_down(self) -> None:
        """Close what is idle at once, and the rest behind the answer that is under way."""
        for connection in tuple(self._state.connections):
            connection.shutdown()


class _Adopted(ApiProtocol):
    """A connection of which others have read the beginning."""

    head = rest = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        # Inside connection_made nothing can have been read yet: the bytes keep their order.
        super().connection_made(transport)
        self.data_received(self.head)
        if self.rest:
            # After an upgrade the transport has another protocol.
            transport.get_protocol().data_received(self.rest)  # type: ignore[attr-defined]


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, or asyncio's where there is none (Windows, PyPy)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
