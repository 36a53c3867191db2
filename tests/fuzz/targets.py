"""What the fuzzer drives: each function takes any bytes, and raises when something does not hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from onair.hub import Hub
from onair.protocol import frames as wire_frames
from onair.protocol.app import App, Credential, Limits
from onair.protocol.connection import ClientEvent, Close, Connection, Send, SignIn, Subscribe, Unsubscribe
from onair.server.origins import OriginPolicy
from onair.server.server import Handshake, Server
from onair.server.wire import WireSession

LIMIT = 300
APP = App("1", (Credential("key", "secret"),), Limits(client_message_bytes=LIMIT), client_events=True)
HANDSHAKE = Handshake(path="/app/key", query="protocol=7", origin=None, host="localhost")


class Heard(NamedTuple):
    """What a reader made of a client's bytes: the whole messages, and the code that it closed with."""

    messages: tuple[bytes, ...]
    close_code: int | None


class Wire(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self._is_closing = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    abort = close

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        """Everything has been kept already."""

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing ever waits here."""

    def pause_reading(self) -> None:
        """Whoever feeds the session does not look."""

    def resume_reading(self) -> None:
        """Whoever feeds the session does not look."""


class HearingSession(WireSession):
    """A session that keeps the messages that reach it, and hides no error."""

    __slots__ = ("received",)

    def __init__(self, transport: Wire) -> None:
        super().__init__(_server(), transport, set())
        self.received: list[bytes] = []

    def receive(self, payload: bytes) -> None:
        if self.is_open and len(payload) <= LIMIT and _is_text(payload):
            self.received.append(payload)
        super().receive(payload)

    def fail(self) -> None:
        raise AssertionError("an unexpected error")


@cache
def _server() -> Server:
    server = Server([APP], origins=OriginPolicy(["*"]))
    server.attach(asyncio.new_event_loop())
    return server


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def _pieces(data: bytes) -> Iterator[bytes]:
    """Cut a stream at places that its own bytes choose."""
    cuts = sorted({byte % (len(data) + 1) for byte in data[:8]} | {0, len(data)})
    return (data[start:end] for start, end in pairwise(cuts))


def _heard_by_session(pieces: Iterator[bytes]) -> Heard:
    transport = Wire()
    session = HearingSession(transport)
    session.open(HANDSHAKE)
    for piece in pieces:
        session.data_received(piece)
    session.connection_lost(None)
    return Heard(tuple(session.received), _close_code(bytes(transport.written)))


def _close_code(written: bytes) -> int | None:
    """The code of the close frame in what a server wrote, which has to be whole frames."""
    offset, code = 0, None
    while offset < len(written):
        first, length, start = written[offset], written[offset + 1], offset + 2
        assert not length & 0x80, "a server masks nothing"
        if length == 126:
            length, start = int.from_bytes(written[start : start + 2]), start + 2
        payload = written[start : start + length]
        assert len(payload) == length, "a frame that is cut"
        if first & 0x0F == Opcode.CLOSE:
            assert code is None, "closed twice"
            code = int.from_bytes(payload[:2]) if payload else 1005
        elif first & 0x0F == Opcode.TEXT:
            assert code is None, "a message behind the close frame"  # a pong may follow (RFC 6455, 5.5.2)
            json.loads(payload)
        offset = start + length
    return code


def _heard_by_library(data: bytes) -> tuple[bytes, ...]:
    """The text messages before the first thing that ends a connection, as the websockets library has them."""
    parser = ServerProtocol(state=OPEN, max_size=LIMIT)
    parser.receive_data(data)
    messages: list[bytes] = []
    message, is_binary = bytearray(), False
    for event in parser.events_received():
        assert isinstance(event, Frame)
        if event.opcode is Opcode.CLOSE:
            break
        if event.opcode in {Opcode.PING, Opcode.PONG}:
            continue
        is_binary = is_binary or event.opcode is Opcode.BINARY
        message += event.data
        if is_binary:
            break
        if event.fin:
            if not _is_text(bytes(message)):
                break
            messages.append(bytes(message))
            message.clear()
    return tuple(messages)


def frames(data: bytes) -> None:
    """A client's bytes are read alike however they are cut, and as the whole parser alone reads them."""
    whole = _heard_by_session(iter([data]))
    assert _heard_by_session(_pieces(data)) == whole
    assert whole.messages == _heard_by_library(data)


class _Listener:
    """A listener of the hub; what it is written has to be whole frames of JSON."""

    def __init__(self, socket_id: str) -> None:
        self.socket_id = socket_id

    def write(self, wire: bytes) -> None:
        for text in wire_frames.texts(wire):
            json.loads(text)


def messages(data: bytes) -> None:
    """A client's messages, one in each line, never end its connection, and never raise."""
    hub = Hub(APP, wake=lambda: None, clock=lambda: 0.0, epoch="e")
    connection = Connection(APP, APP.credentials[0], "1.2", now=0)
    listener, other = _Listener("1.2"), _Listener("1.3")
    hub.subscribe(other, "private-a")
    perform: Mapping[type, Callable[[Any], object]] = {
        Send: lambda output: json.loads(output.payload),
        Subscribe: lambda output: hub.subscribe(listener, output.channel, output.member, output.resume),
        Unsubscribe: lambda output: hub.unsubscribe(listener, output.channel),
        ClientEvent: lambda output: hub.client_event(listener, output),
        SignIn: lambda output: hub.sign_in(listener, output.user),
    }
    for number, line in enumerate(data.split(b"\n")):
        for output in connection.receive(line, float(number)):
            assert not isinstance(output, Close)
            perform[type(output)](output)
    hub.flush()
    hub.disconnect(listener, connection.subscriptions)


TARGETS: Mapping[str, Callable[[bytes], None]] = {"frames": frames, "messages": messages}
