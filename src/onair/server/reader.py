"""Where a client's frames end, and the parser for those that are not plain."""

from __future__ import annotations

import logging

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

_MASKED = 0x80
_LENGTH = 0x7F

# The parser logs "connection open" and the like for each socket; what is a bug of ours still passes.
_logger = logging.getLogger("onair.server.frames")
_logger.setLevel(logging.WARNING)


def frame_end(wire: bytes, at: int, limit: int) -> int | None:
    """Where the frame ends that begins at ``at``; None when it has not all come yet.

    A frame that a parser refuses by its header, because it is unmasked or its payload exceeds ``limit``, ends
    there.
    """
    if len(wire) < at + 2:
        return None
    if not wire[at + 1] & _MASKED:
        return at + 2
    length, start = wire[at + 1] & _LENGTH, at + 6
    if length > 125:
        start += 2 if length == 126 else 8
        length = int.from_bytes(wire[at + 2 : start - 4])
    if len(wire) < start:
        return None
    end = start if length > limit else start + length
    return end if end <= len(wire) else None


def handshake_parser() -> ServerProtocol:
    """Reads an upgrade request and answers it. No extension: a compressed frame could not be shared."""
    return ServerProtocol(logger=_logger)


class RareFrames:
    """Reads fragments, binary and control frames, and what violates RFC 6455; made when needed, then dropped.

    Feed it whole frames (:func:`frame_end`), then take :meth:`output` and the finished :attr:`messages`.
    """

    __slots__ = ("_is_fragmented", "_message", "_parser", "messages", "saw_binary")

    def __init__(self, limit: int) -> None:
        self._parser = ServerProtocol(state=OPEN, max_size=limit, logger=_logger)
        self._message = bytearray()
        self._is_fragmented = False
        self.messages: list[bytes] = []
        self.saw_binary = False

    @property
    def is_idle(self) -> bool:
        """Whether it holds nothing and can be dropped."""
        return self._parser.state is OPEN and not self._is_fragmented

    @property
    def has_ended(self) -> bool:
        """Whether a close frame was sent, for whatever reason: no message counts any more."""
        return self._parser.state is not OPEN

    @property
    def is_over(self) -> bool:
        """Whether both sides have sent a close frame."""
        return self._parser.close_rcvd is not None and self._parser.close_sent is not None

    def feed(self, wire: bytes) -> None:
        """Take bytes of the client: whole frames, or anything once this side has ended."""
        self._parser.receive_data(wire)
        for event in self._parser.events_received():
            assert isinstance(event, Frame)  # the handshake is over
            if event.opcode is Opcode.BINARY:
                self.saw_binary = True
            elif event.opcode in (Opcode.TEXT, Opcode.CONT):
                self._add(event)

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, unless one was sent."""
        if not self.has_ended:
            self._parser.send_close(code, _short(reason))

    def output(self) -> tuple[bytes, bool]:
        """What to write now, and whether nothing more will come."""
        pieces = self._parser.data_to_send()
        return b"".join(pieces), b"" in pieces

    def _add(self, frame: Frame) -> None:
        self._message += frame.data
        self._is_fragmented = not frame.fin
        if frame.fin:
            self.messages.append(bytes(self._message))
            self._message.clear()


def _short(reason: str) -> str:
    """A reason that fits into a close frame: 123 bytes, cut between two characters (RFC 6455, 5.5)."""
    return reason.encode()[:123].decode(errors="ignore")
