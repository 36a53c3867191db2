"""A network that loses what it is told to lose, between a client and a server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Lossy:
    """Carries bytes both ways, until some are to be lost: then the connection ends, as well.

    Args:
        url: The server's address by way of this network.
        listener: Where clients come to.
        connect: Makes a connection to the server.
    """

    url: str
    listener: socket.socket
    connect: Callable[[], socket.socket]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loses: dict[str, int] = field(default_factory=lambda: {"request": 0, "reply": 0})
    _open: list[socket.socket] = field(default_factory=list)

    def lose(self, kind: str, times: int = 1) -> None:
        """Lose the next that the client says, a ``request``, or the server, a ``reply``; so many times."""
        with self._lock:
            self._loses[kind] = times

    def serve(self) -> None:
        """Carry, until it is to end."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = self.connect()
            with self._lock:
                self._open += [client, server]
            for kind, source, sink in (("request", client, server), ("reply", server, client)):
                threading.Thread(target=self._carry, args=(kind, source, sink), daemon=True).start()

    def end(self) -> None:
        """End all connections, and let nobody come."""
        _end(self.listener)
        with self._lock:
            for each in self._open:
                _end(each)
                each.close()

    def _carry(self, kind: str, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._is_lost(kind):
                    break
                sink.sendall(data)
        _end(source)
        _end(sink)

    def _is_lost(self, kind: str) -> bool:
        with self._lock:
            left = self._loses[kind]
            self._loses[kind] = max(left - 1, 0)
            return left > 0


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def running(network: Lossy) -> Iterator[Lossy]:
    """Be this network."""
    with closing(network.listener):
        thread = threading.Thread(target=network.serve)
        thread.start()
        try:
            yield network
        finally:
            network.end()
            thread.join()
