"""Frames, checked against the frames of the websockets library."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from onair.protocol import frames
from onair.protocol.frames import Unread, read_text
from tests.protocol.clients import steady

#: Around the lengths at which a header changes its form.
PAYLOADS = st.binary(max_size=300) | st.sampled_from([0, 125, 126, 65_535, 65_536, 70_000]).map(bytes)
SHORT_PAYLOADS = st.binary(max_size=300) | st.sampled_from([0, 125, 126, 65_535]).map(bytes)


def client_frame(payload: bytes, opcode: Opcode = Opcode.TEXT, **flags: bool) -> bytes:
    return Frame(opcode, payload, **flags).serialize(mask=True)


@steady
@given(PAYLOADS)
def test_a_text_frame_is_one_of_the_rfc(payload: bytes) -> None:
    assert frames.text(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@steady
@given(st.lists(st.text(max_size=200) | st.sampled_from(["x" * 126, "é" * 40_000])))
def test_joined_text_frames_are_split_again(payloads: list[str]) -> None:
    wire = b"".join(frames.text(payload.encode()) for payload in payloads)
    assert list(frames.texts(wire)) == payloads


@pytest.mark.parametrize("payload", [b"", b"x" * 125])
def test_a_pong_frame_is_one_of_the_rfc(payload: bytes) -> None:
    assert frames.pong(payload) == Frame(Opcode.PONG, payload).serialize(mask=False)


@steady
@given(st.integers(4000, 4999), st.text())
@example(4009, "é" * 200)
@example(4009, "x" + "é" * 200)
def test_a_close_frame_has_its_code_and_what_fits_of_its_reason(code: int, reason: str) -> None:
    wire = frames.close(code, reason)
    assert len(wire) <= 2 + frames.MAX_CONTROL_BYTES
    assert wire[:2] == bytes((0x88, len(wire) - 2))
    assert int.from_bytes(wire[2:4]) == code
    shown = wire[4:].decode()
    assert reason.startswith(shown)
    assert shown == reason or len(shown.encode()) > frames.MAX_CONTROL_BYTES - 2 - 4


@steady
@given(st.binary(max_size=20), SHORT_PAYLOADS, st.binary(max_size=20))
def test_a_clients_text_frame_is_read_where_it_stands(before: bytes, payload: bytes, after: bytes) -> None:
    wire = before + client_frame(payload)
    assert read_text(wire + after, len(before)) == (payload, len(wire))
    assert read_text(bytearray(wire + after), len(before)) == (payload, len(wire))


@steady
@given(st.lists(st.binary(max_size=200), max_size=5), st.data())
def test_messages_are_read_however_their_bytes_arrive(payloads: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(map(client_frame, payloads))
    cuts = data.draw(st.lists(st.integers(0, len(wire))).map(sorted))
    buffer, offset, messages = bytearray(), 0, []
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        buffer += wire[start:end]
        while isinstance(read := read_text(buffer, offset), tuple):
            message, offset = read
            messages.append(message)
        assert read is Unread.INCOMPLETE
    assert messages == payloads


@pytest.mark.parametrize("length", [5, 200])
def test_a_frame_is_incomplete_until_its_last_byte(length: int) -> None:
    wire = client_frame(b"x" * length)
    assert {read_text(wire[:end]) for end in range(len(wire))} == {Unread.INCOMPLETE}


NOT_PLAIN = {
    "binary": client_frame(b"x", Opcode.BINARY),
    "the first fragment": client_frame(b"x", fin=False),
    "a later fragment": client_frame(b"x", Opcode.CONT),
    "a reserved bit": b"\xc1" + client_frame(b"x")[1:],
    "ping": client_frame(b"", Opcode.PING),
    "close": client_frame(b"\x03\xe8", Opcode.CLOSE),
    "not masked": frames.text(b"x"),
    "not masked and long": frames.text(b"x" * 300),
    "too long": client_frame(b"x" * 65_536),
    "not even a frame": b"GET",
}


@pytest.mark.parametrize("wire", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_another_frame_is_left_to_a_whole_parser(wire: bytes) -> None:
    assert read_text(wire) is Unread.NOT_PLAIN
