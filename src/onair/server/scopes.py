"""What an ASGI scope says of a client."""

from __future__ import annotations

from collections.abc import Iterable

from onair.server.server import Handshake
from onair.server.types import Scope


def handshake_of(scope: Scope, path: str | None = None) -> Handshake:
    """What a client asks for, at ``path`` where that is only a part of the request's own."""
    headers = scope["headers"]
    return Handshake(
        path=scope["path"] if path is None else path,
        query=scope["query_string"].decode("latin-1"),
        origin=_header(headers, b"origin"),
        host=_header(headers, b"host") or "",
    )


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """A header's value; several are joined, which makes of two origins none that is allowed."""
    values = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return ", ".join(values) if values else None
