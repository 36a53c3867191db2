"""HTTP as it stands on the wire."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from tests.server.clients import PATIENCE, Site


@dataclass(frozen=True)
class Response:
    """What a server answered; the date, which is never the same, is left out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return dict(self.headers).get(name)


class Exchange:
    """One connection."""

    def __init__(self, site: Site) -> None:
        self._sock = socket.create_connection((site.host, site.port), timeout=PATIENCE)
        self._received = b""

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: Any) -> None:
        self._sock.close()

    def send(self, *parts: bytes) -> None:
        self._sock.sendall(b"".join(parts))

    def response(self, *, has_body: bool = True) -> Response:
        """The next response, whose length is announced."""
        while b"\r\n\r\n" not in self._received:
            self._fill()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        length = int(dict(headers).get("content-length", 0)) if has_body else 0
        while len(self._received) < length:
            self._fill()
        body, self._received = self._received[:length], self._received[length:]
        return Response(int(first.split()[1]), [pair for pair in headers if pair[0] != "date"], body)

    def is_at_end(self) -> bool:
        """Whether the server has closed, and has said no more."""
        return self._received == b"" and self._sock.recv(1) == b""

    def _fill(self) -> None:
        data = self._sock.recv(65_536)
        if not data:
            raise EOFError(self._received)
        self._received += data


def request(
    target: str, body: bytes | None = b"", *lines: str, method: str = "POST", version: str = "1.1"
) -> bytes:
    """A request; without a body none is announced."""
    length = () if body is None else (f"Content-Length: {len(body)}",)
    head = "\r\n".join([f"{method} {target} HTTP/{version}", "Host: x", *length, *lines, "", ""])
    return head.encode() + (body or b"")
