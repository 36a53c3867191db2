"""A session that writes WebSocket frames to a transport of asyncio, as uvicorn hands it over.

No task, no queue and no timer of its own, and slots only: a server may hold a hundred thousand of them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from onair.protocol import frames
from onair.protocol.errors import ReconnectNow
from onair.server.reader import RareFrames, frame_end
from onair.server.server import Handshake, Server
from onair.server.session import UNSUPPORTED_DATA, Session

#: First bytes of frames, each with the bit that says that it is complete.
_TEXT = b"\x81"
_PING = 0x89
_PONG = 0x8A

#: The second byte of a control frame: masked, and with its length at once.
_CONTROL_LENGTHS = range(0x80, 0x80 + frames.MAX_CONTROL_BYTES + 1)

#: Bytes that may wait before the transport says that its reader is behind.
HIGH_WATER = 64 * 1024

#: Seconds that clients have for answering the last close: uvicorn waits for them.
LAST_LINGER = 1.0


def _ignore(wire: bytes) -> None:
    """What a session writes to when its transport has gone."""


class WireSession(Session, asyncio.Protocol):
    """One WebSocket of uvicorn after its handshake."""

    __slots__ = ("_is_blocked", "_peers", "_rare", "_rest", "_transport")

    def __init__(self, server: Server, transport: asyncio.Transport, peers: set[Any]) -> None:
        """
        Args:
            server: What the session belongs to.
            transport: What carries it.
            peers: The connections of uvicorn, which it shuts down one by one and waits for.
        """
        super().__init__(server)
        self.write = transport.write
        self._transport = transport
        self._peers = peers
        self._rest = b""  # what was not taken yet: the beginning of a frame, or all that came while blocked
        self._is_blocked = False
        self._rare: RareFrames | None = None
        transport.set_write_buffer_limits(high=HIGH_WATER)
        peers.add(self)

    def begin(self, answer: bytes, handshake: Handshake) -> None:
        """Answer the handshake and open: the answer and the first frame are written as one.

        Whoever is opened is always told something, if only why it is closed.
        """

        def write(wire: bytes) -> None:
            self.write = self._transport.write
            self.write(answer + wire)

        self.write = write
        self.open(handshake)

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        try:
            self._read(self._rest + data if self._rest else data)
        except Exception:
            self.fail()

    def eof_received(self) -> None:
        """Called by the transport, which closes itself then, when it has written what waits."""
        self.lost()
        self.server.watch.closing(self, self.server.watch.timings.linger)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        self.lost()
        self._peers.discard(self)
        self.write = _ignore

    def pause_writing(self) -> None:
        """Called by the transport when much waits. Who reads nothing is not heard: answers would wait."""
        if self.is_open:
            self._is_blocked = True
            self.server.watch.block(self)
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by the transport when little waits."""
        self._is_blocked = False
        self.server.watch.unblock(self)
        if self._rest:
            self.data_received(b"")  # one read can hold thousands of messages; their answers may block again
        if not self._is_blocked:
            self._transport.resume_reading()

    def shutdown(self) -> None:
        """Called by uvicorn when the server stops."""
        if self.is_open:
            self.close(ReconnectNow(), linger=LAST_LINGER)

    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        if self.waiting():
            self._transport.abort()
        else:
            self._transport.close()

    def _read(self, wire: bytes) -> None:
        """Take the whole frames of ``wire``, and keep what is left for the next time."""
        self._rest = b""
        at = 0
        while self.is_open and at < len(wire):
            if self._is_blocked:
                self._rest = wire[at:]
                return
            text = frames.read_text(wire, at) if self._rare is None else None
            if isinstance(text, tuple):
                payload, at = text
                self.receive(payload)
                continue
            end = frame_end(wire, at, self.message_limit)
            if end is None:
                self._rest = wire[at:]
                return
            self._take_frame(wire[at:end])
            at = end
        if not self.is_open:
            self._drain(wire[at:])

    def _take_frame(self, wire: bytes) -> None:
        """Take one frame that is not a plain text message."""
        if self._rare is None and wire[0] in (_PING, _PONG) and wire[1] in _CONTROL_LENGTHS:
            self._take_control(wire)
        else:
            self._take_rare(wire)

    def _take_control(self, wire: bytes) -> None:
        self.heard()
        if wire[0] == _PING:
            payload = frames.read_text(_TEXT + wire[1:])  # a ping differs in its first byte alone
            if isinstance(payload, tuple):
                self.write(frames.pong(payload[0]))

    def _take_rare(self, wire: bytes) -> None:
        rare = self._rare = self._rare or RareFrames(self.message_limit)
        rare.feed(wire)
        self.heard()
        messages, rare.messages = rare.messages, []
        for message in messages:
            self.receive(message)
        if rare.has_ended:
            self._end(rare)
        elif rare.saw_binary:
            self.shut(UNSUPPORTED_DATA, "Messages are text")
        else:
            self._flush(rare)
            if rare.is_idle:
                self._rare = None

    def _end(self, rare: RareFrames) -> None:
        """The client has closed, or the parser has refused a frame."""
        self._leave()
        self.server.watch.closing(self, self.server.watch.timings.linger)
        self._flush(rare)

    def _shut(self, code: int, reason: str) -> None:
        rare = self._rare = self._rare or RareFrames(self.message_limit)
        rare.feed(self._rest)
        rare.close(code, reason)
        self._rest = b""
        self._flush(rare)
        self._transport.resume_reading()  # for the client's close frame

    def _drain(self, wire: bytes) -> None:
        """Look for the close frame of a client that has been sent ours: nothing else counts."""
        if wire and self._rare is not None and not self._transport.is_closing():
            self._rare.feed(wire)
            self._rare.messages.clear()
            self._flush(self._rare)

    def _flush(self, rare: RareFrames) -> None:
        output, is_last = rare.output()
        if output:
            self.write(output)
        if is_last and (rare.is_over or not self._transport.can_write_eof()):
            self._transport.close()
        elif is_last:
            # The client is at fault and may be sending still: to close now would reset the connection,
            # and with it the close frame that says why.
            self._transport.write_eof()
