"""One kept-alive HTTP connection, on which the same request is posted again and again."""

from __future__ import annotations

import socket

READ_SIZE = 1 << 16

_END = b"\r\n\r\n{}"  # of every answer that says yes


class Publisher:
    """Publishes an event to a server."""

    def __init__(self, port: int, request: bytes, seconds: float) -> None:
        """
        Args:
            port: Of the server.
            request: The bytes of one request.
            seconds: To wait for an answer.
        """
        self._request = request
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self, count: int) -> None:
        """Send so many requests at once, without waiting for an answer."""
        self._sock.sendall(self._request * count)

    def read_answers(self, count: int) -> None:
        """Read so many answers, each of which must be a 200 that ends with ``{}``."""
        received = b""
        while received.count(_END) < count:
            chunk = self._sock.recv(READ_SIZE)
            received += chunk
            if not chunk or b"HTTP/1.1 4" in received or b"HTTP/1.1 5" in received:
                raise ConnectionError(f"The server refused an event: {received.decode(errors='replace')}")

    def close(self) -> None:
        self._sock.close()
