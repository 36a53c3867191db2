"""A small real proxy, set up rightly or wrongly, and servers that answer what no server of channels does."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle

#: Gets the head of a request. Returns the head to pass on; or, as the second, what to answer in its place.
Rule = Callable[[bytes], tuple[bytes, bytes | None]]


def pass_on(head: bytes) -> tuple[bytes, bytes | None]:
    return head, None


def pass_on_as_https(head: bytes) -> tuple[bytes, bytes | None]:
    """Say that the page was asked for by TLS."""
    return head.replace(b"\r\n\r\n", b"\r\nX-Forwarded-Proto: https\r\n\r\n"), None


def without_upgrade(head: bytes) -> tuple[bytes, bytes | None]:
    """Do what nginx does that was not told of upgrades."""
    kept = re.sub(rb"\r\n(upgrade|connection):[^\r]*", b"", head, flags=re.IGNORECASE)
    return kept.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), None


def answering(status: str, body: str = "", **headers: str) -> Rule:
    """Answer every request in the server's place."""
    fields = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", body]
    return lambda head: (head, "\r\n".join(lines).encode())


def saying(text: bytes) -> Rule:
    """Say this, whatever is asked."""
    return lambda head: (head, text)


@contextmanager
def proxy(
    upstream: str | Sequence[str] = "",
    rule: Rule = pass_on,
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[int]:
    """Run a proxy, and give its port.

    Args:
        upstream: where it passes to, as ``HOST:PORT``; of several, to each in its turn.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    upstreams = cycle([upstream] if isinstance(upstream, str) else upstream)
    open_sockets: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:
                return
            open_sockets.append(accepted)
            threading.Thread(target=serve, args=(accepted,), daemon=True).start()

    def serve(client: socket.socket) -> None:
        with suppress(OSError):
            if tls is not None:
                client = tls.wrap_socket(client, server_side=True)
                open_sockets.append(client)
            received = _head(client)
            if received is None:
                return
            head, rest = received
            head, answer = rule(head)
            if answer is not None:
                client.sendall(answer)
                _close(client)
                return
            name, _, port = next(upstreams).rpartition(":")
            server = socket.create_connection((name, int(port)))
            open_sockets.append(server)
            server.sendall(head + rest)
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            _pump(server, client)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for sock in open_sockets:
            _close(sock)


def _head(client: socket.socket) -> tuple[bytes, bytes] | None:
    received = b""
    while b"\r\n\r\n" not in received:
        data = client.recv(65536)
        if not data:
            return None
        received += data
    head, end, rest = received.partition(b"\r\n\r\n")
    return head + end, rest


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _close(target)
    _close(source)


def _close(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        sock.close()
