"""A network that loses what it is told to lose, between a client and a server of TCP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress


class Lossy:
    """Carries bytes both ways, until some are to be lost: then the connection ends, as well."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._upstream = port
        self._lock = threading.Lock()
        self._loses = {"request": 0, "reply": 0}
        self._open: list[socket.socket] = []

    def lose(self, kind: str, times: int = 1) -> None:
        """Lose the next that the client says, a ``request``, or the server, a ``reply``; so many times."""
        with self._lock:
            self._loses[kind] = times

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._upstream))
            with self._lock:
                self._open += [client, server]
            for kind, source, sink in (("request", client, server), ("reply", server, client)):
                threading.Thread(target=self._carry, args=(kind, source, sink), daemon=True).start()

    def end(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
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
def lossy(port: int) -> Iterator[Lossy]:
    """Be such a network before the server at a port of this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        network = Lossy(listener, port)
        thread = threading.Thread(target=network.serve)
        thread.start()
        try:
            yield network
        finally:
            network.end()
            thread.join()
