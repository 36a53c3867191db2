"""WebSocket frames (RFC 6455) as a server writes them, and a reader for the plain case.

A server's frames are unmasked, so the same bytes are written to every subscriber.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

_FIN = 0x80
_TEXT = _FIN | 0x1
_CLOSE = _FIN | 0x8
_PONG = _FIN | 0xA

_MASKED = 0x80
_LENGTH_16 = 126
_LENGTH_64 = 127

#: RFC 6455, 5.5: a control frame carries at most 125 bytes, two of which are a close frame's code.
MAX_CONTROL_BYTES = 125


class Unread(Enum):
    """Why :func:`read_text` read nothing."""

    INCOMPLETE = "more bytes are needed"
    NOT_PLAIN = "not one complete masked text frame of at most 65,535 bytes: let a whole parser read it"


def _frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < _LENGTH_16:
        return bytes((first, length)) + payload
    if length < 0x10000:
        return bytes((first, _LENGTH_16)) + length.to_bytes(2) + payload
    return bytes((first, _LENGTH_64)) + length.to_bytes(8) + payload


def text(payload: bytes) -> bytes:
    """A text frame around ``payload``, which is UTF-8."""
    return _frame(_TEXT, payload)


def close(code: int, reason: str = "") -> bytes:
    """A close frame; a reason that is too long for it is cut between two characters."""
    cut = reason.encode()[: MAX_CONTROL_BYTES - 2].decode(errors="ignore")
    return _frame(_CLOSE, code.to_bytes(2) + cut.encode())


def pong(payload: bytes) -> bytes:
    """The answer to a ping frame with this payload."""
    return _frame(_PONG, payload)


def _header(wire: bytes, offset: int) -> tuple[int, int]:
    """Where the payload of the unmasked frame at ``offset`` starts and ends."""
    length = wire[offset + 1]
    start = offset + 2
    if length == _LENGTH_16:
        start = offset + 4
        length = int.from_bytes(wire[offset + 2 : start])
    elif length == _LENGTH_64:
        start = offset + 10
        length = int.from_bytes(wire[offset + 2 : start])
    return start, start + length


def texts(wire: bytes) -> Iterator[str]:
    """The payloads of whole frames that :func:`text` made, for a shell that cannot write frames itself."""
    offset = 0
    while offset < len(wire):
        start, offset = _header(wire, offset)
        yield wire[start:offset].decode()


def _unmasked(payload: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


def read_text(buffer: bytes | bytearray, offset: int = 0) -> tuple[bytes, int] | Unread:
    """The text message of a client at ``offset``, and the offset after it.

    Reads nothing but one complete, masked, unfragmented text frame, as nearly every message of a client is.
    Does not check that the payload is UTF-8.
    """
    available = len(buffer) - offset
    if available > 0 and buffer[offset] != _TEXT:
        return Unread.NOT_PLAIN
    if available < 2:
        return Unread.INCOMPLETE
    length = buffer[offset + 1] - _MASKED
    if length < 0 or length == _LENGTH_64:
        return Unread.NOT_PLAIN
    start = offset + 6
    if length == _LENGTH_16:
        if available < 4:
            return Unread.INCOMPLETE
        length = int.from_bytes(buffer[offset + 2 : offset + 4])
        start = offset + 8
    end = start + length
    if end > len(buffer):
        return Unread.INCOMPLETE
    return _unmasked(buffer[start:end], buffer[start - 4 : start]), end
