"""SockJS's framing, of which pusher-js reads this much: one letter for each line, and JSON behind it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from onair.protocol.messages import read

#: The session is new. A client that gets it again has lost its session.
OPEN = b"o\n"

#: Something for proxies to pass on. A streaming client answers it with ``[]``.
HEARTBEAT = b"h\n"

_json = msgspec.json.Encoder().encode
_texts = msgspec.json.Decoder(list[str])


def messages(texts: Iterable[str]) -> bytes:
    """The line for these messages; without any it is the sign of life that answers ``[]``."""
    return b"a%b\n" % _json(list(texts))


def close(code: int, reason: str) -> bytes:
    """The line that ends the session, with a close code as of a WebSocket."""
    return b"c%b\n" % _json((code, reason))


def length(lines: bytes) -> int:
    """The length of the lines as a browser has it, in UTF-16 code units."""
    return len(lines) if lines.isascii() else len(lines.decode().encode("utf-16-le")) // 2


def read_texts(body: bytes) -> list[str]:
    """The messages that a client sends in one request.

    Raises:
        BadMessage: The body is no JSON array of strings.
    """
    return read(body, _texts)
