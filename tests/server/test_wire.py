"""Frames of RFC 6455, over a bare socket to our protocol class."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from websockets.frames import Opcode

from onair.server.watch import Timings
from tests.server.clients import Client, RawClient, Site, client_frame, text_frame, wait_until
from tests.server.conftest import Serve

PING = json.dumps({"event": "pusher:ping", "data": {}}).encode()
CONT, TEXT, BINARY = Opcode.CONT, Opcode.TEXT, Opcode.BINARY
CLOSE = Opcode.CLOSE


@pytest.fixture
def transport() -> str:
    return "wire"


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(timings=Timings(tick=0.05, linger=0.2))


@pytest.fixture
def raw(site: Site) -> Iterator[RawClient]:
    with site.raw() as client:
        client.read_message()
        yield client


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return client_frame(CLOSE, code.to_bytes(2) + reason)


def half(payload: bytes, opcode: int = TEXT) -> bytes:
    return client_frame(opcode, payload, fin=False)


ALIVE = {
    "a plain message": client_frame(TEXT, PING),
    "a message of 16 bits length": client_frame(TEXT, PING.ljust(9000)),
    "a message of 64 bits length": bytes((0x81, 0xFF)) + len(PING).to_bytes(8) + bytes(4) + PING,
    "two messages, the first of nothing": client_frame(TEXT, b"") + client_frame(TEXT, PING),
    "fragments": half(PING[:5]) + client_frame(CONT, PING[5:]),
    "many fragments, some empty": half(b"") + half(PING, CONT) + half(b"", CONT) + client_frame(CONT),
    "fragments that cut a character": half(b'{"event":"\xc3')
    + client_frame(CONT, b'\xbc"}')
    + client_frame(TEXT, PING),
    "a pong that nobody asked for": client_frame(Opcode.PONG, b"x" * 125) + client_frame(TEXT, PING),
    "a pong between fragments": half(PING[:9]) + client_frame(Opcode.PONG) + client_frame(CONT, PING[9:]),
    "fragments and then a plain message": half(b"{") + client_frame(CONT, b"}") + client_frame(TEXT, PING),
}


def pong_of(raw: RawClient) -> bool:
    """Whether the message among what was sent was answered; what came before it may be told as errors."""
    while (message := raw.read_message())["event"] == "pusher:error":
        assert message["data"]["code"] is None
    return str(message["event"]) == "pusher:pong"


@pytest.mark.parametrize("wire", ALIVE.values(), ids=ALIVE)
def test_what_the_protocol_allows_is_read(raw: RawClient, wire: bytes) -> None:
    raw.send(wire)
    assert pong_of(raw)


@pytest.mark.parametrize("wire", ALIVE.values(), ids=ALIVE)
def test_it_is_read_byte_by_byte_as_well(raw: RawClient, wire: bytes) -> None:
    for offset in range(len(wire)):
        raw.send(wire[offset : offset + 1])
    assert pong_of(raw)


@pytest.mark.parametrize("payload", [b"", b"hello", b"x" * 125])
def test_a_ping_is_answered_with_its_payload(raw: RawClient, payload: bytes) -> None:
    raw.send(client_frame(Opcode.PING, payload))
    assert raw.read_frame() == (Opcode.PONG, payload)


def test_a_ping_between_fragments_is_answered_at_once(raw: RawClient) -> None:
    raw.send(half(PING[:9]) + client_frame(Opcode.PING, b"now"))
    assert raw.read_frame() == (Opcode.PONG, b"now")
    raw.send(client_frame(CONT, PING[9:]))
    assert pong_of(raw)


VIOLATIONS = [
    ("unmasked", client_frame(TEXT, PING, mask=False), 1002),
    ("an unmasked ping", client_frame(Opcode.PING, mask=False), 1002),
    ("reserved bit 1", client_frame(TEXT, PING, rsv=4), 1002),
    ("reserved bit 2", client_frame(TEXT, PING, rsv=2), 1002),
    ("reserved bit 3", client_frame(TEXT, PING, rsv=1), 1002),
    *(
        (f"opcode {opcode}", client_frame(opcode, PING), 1002)
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    ),
    ("a fragmented ping", client_frame(Opcode.PING, fin=False), 1002),
    ("a long ping", client_frame(Opcode.PING, b"x" * 126), 1002),
    ("a ping that announces too much", bytes((0x89, 0xFF)) + b"\xff" * 8 + bytes(4), 1009),
    ("a long close", client_frame(CLOSE, b"\x03\xe8" + b"x" * 124), 1002),
    ("a continuation of nothing", client_frame(CONT, PING), 1002),
    ("a text between fragments", half(b"{") + client_frame(TEXT, PING), 1002),
    ("a close between fragments", half(b"{") + close_frame(1000), 1002),
    ("a close of one byte", client_frame(CLOSE, b"\x03"), 1002),
    ("binary", client_frame(BINARY, PING), 1003),
    ("fragmented binary", half(PING, BINARY) + client_frame(CONT), 1003),
    ("not UTF-8", client_frame(TEXT, b'{"event":"\xff"}'), 1007),
    ("not UTF-8 in fragments", half(b'{"event":"\xff') + client_frame(CONT, b'"}'), 1007),
    ("an overlong encoding", client_frame(TEXT, b"\xc0\xaf"), 1007),
    ("a surrogate", client_frame(TEXT, b"\xed\xa0\x80"), 1007),
    ("a close reason that is not UTF-8", close_frame(1000, b"\xff"), 1007),
    ("too large", client_frame(TEXT, b" " * 10_241), 1009),
    ("too large, 64 bits, announced alone", bytes((0x81, 0xFF)) + (2**62).to_bytes(8) + bytes(4), 1009),
    ("too large in fragments", half(b" " * 10_000) + client_frame(CONT, b" " * 241), 1009),
    *(
        (f"a close with {code}", close_frame(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000)
    ),
]


@pytest.mark.parametrize(
    ("wire", "code"), [case[1:] for case in VIOLATIONS], ids=[case[0] for case in VIOLATIONS]
)
def test_a_violation_closes_with_its_code_and_disturbs_nobody(site: Site, wire: bytes, code: int) -> None:
    with site.connect() as connection, site.subscribed_raw("news") as raw:
        other = Client(connection)
        other.established()
        other.subscribe("news")
        raw.send(wire)
        assert raw.close_code() == code
        assert raw.is_at_end()
        site.publish("news", "saved")
        assert other.receive()["event"] == "saved"
        assert site.connections() == 1


CLOSES = [
    ("no code", client_frame(CLOSE), b""),
    *(
        (str(code), close_frame(code, b"bye"), code.to_bytes(2) + b"bye")
        for code in (1000, 1001, 1012, 3000, 4999)
    ),
]


@pytest.mark.parametrize(("wire", "echo"), [case[1:] for case in CLOSES], ids=[case[0] for case in CLOSES])
def test_a_close_is_answered_with_the_same(raw: RawClient, site: Site, wire: bytes, echo: bytes) -> None:
    raw.send(wire)
    assert raw.read_frame() == (CLOSE, echo)
    assert raw.is_at_end()
    assert site.connections() == 0


def test_after_a_violation_more_of_it_is_swallowed(raw: RawClient) -> None:
    """Unread bytes would reset the connection, and with it the close frame that says why."""
    raw.send(client_frame(BINARY, b"x") * 5000)
    assert raw.close_code() == 1003


def test_messages_behind_a_close_do_not_count(raw: RawClient, site: Site) -> None:
    raw.send(close_frame(1000) + text_frame("pusher:subscribe", {"channel": "news"}))
    assert raw.close_code() == 1000
    assert site.members("news") == 0


def test_a_flood_of_empty_fragments_is_only_read(raw: RawClient) -> None:
    raw.send(half(b"") + half(b"", CONT) * 20_000)
    raw.send(client_frame(CONT, PING))
    assert pong_of(raw)


def test_the_end_of_the_stream_is_the_end_of_the_session(raw: RawClient, site: Site) -> None:
    raw.send(text_frame("pusher:subscribe", {"channel": "news"}))
    raw.read_message()
    raw.sock.shutdown(1)
    assert raw.is_at_end()
    assert site.members("news") == 0


def test_a_client_that_is_closed_in_the_middle_of_a_frame_may_finish_it(raw: RawClient, site: Site) -> None:
    wire = client_frame(TEXT, PING)
    raw.send(client_frame(Opcode.PING) + wire[:9])
    assert raw.read_frame()[0] == Opcode.PONG
    site.call(site.server.close_all)
    assert raw.close_code() == 4200
    raw.send(wire[9:] + close_frame(4200))
    assert raw.is_at_end()
    wait_until(lambda: not site.runner.server_state.connections, "uvicorn has forgotten it")


BAD_REQUESTS = [
    ({"Sec-WebSocket-Key": "short"}, b"400"),
    ({"Sec-WebSocket-Key": ""}, b"400"),
    ({"Sec-WebSocket-Version": "8"}, b"400"),
    ({"X": "x" * 9000}, b"431"),
]


@pytest.mark.parametrize(("headers", "status"), BAD_REQUESTS)
def test_a_request_that_is_no_handshake_is_answered_by_http(
    site: Site, headers: dict[str, str], status: bytes
) -> None:
    with site.raw(headers=headers) as raw:
        assert raw.response.startswith(b"HTTP/1.1 " + status)
    wait_until(lambda: not site.runner.server_state.connections, "uvicorn has forgotten it")


def test_the_answer_is_the_least_that_the_rfc_asks_for(site: Site) -> None:
    """RFC 6455, 1.3: the key of its example, in a request as browsers write it."""
    headers = {
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Connection": "keep-alive, Upgrade",
        "Origin": "http://example.com",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    }
    with site.raw(headers=headers) as raw:
        assert raw.response == (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        )


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "0"}], ids=["plain", "parsed"])
def test_the_first_frame_comes_with_the_answer(site: Site, headers: dict[str, str]) -> None:
    for path, event in {
        "/app/key?protocol=7": b"pusher:connection_established",
        "/": b"pusher:error",
    }.items():
        with site.raw(path, headers=headers) as raw:
            assert event in raw.unread


def test_no_compression_is_agreed(site: Site) -> None:
    """Compressed, a frame could not be shared by its subscribers."""
    with site.raw(headers={"Sec-WebSocket-Extensions": "permessage-deflate"}) as raw:
        assert b"permessage-deflate" not in raw.response
