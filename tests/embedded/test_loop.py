"""The loop in a thread: it begins with the first socket, and gives everything back at its end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from onair.embedded.loop import LoopThread
from onair.embedded.process import ProcessServer
from tests.server.clients import RawClient, text_frame

PATIENCE = 10

#: A request that is answered at once: nobody has signed it.
REQUEST = b"POST /apps/1/events?auth_signature=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


def site(environ: Any, start_response: Any) -> list[bytes]:
    raise AssertionError(f"no page was asked for: {environ['PATH_INFO']}")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    process = ProcessServer(shared=False)
    process.open()
    loop = LoopThread(process, site)
    yield loop
    process.close()
    loop.stop()


def answer(loop: LoopThread) -> bytes:
    """What a client gets whose connection the loop takes over; nothing if it is closed."""
    ours, theirs = socket.socketpair()
    with closing(theirs):
        theirs.settimeout(PATIENCE)
        loop.adopt(ours, REQUEST, b"")
        return theirs.recv(1024)


def test_a_connection_is_served_until_the_loop_has_stopped_and_then_closed(loop: LoopThread) -> None:
    assert answer(loop).startswith(b"HTTP/1.1 401 ")
    loop.process.close()
    loop.stop()
    assert answer(loop) == b""


def test_a_connection_that_its_client_keeps_is_closed_with_the_loop(loop: LoopThread) -> None:
    ours, theirs = socket.socketpair()
    with closing(theirs):
        theirs.settimeout(PATIENCE)
        loop.adopt(ours, REQUEST, b"")
        assert theirs.recv(1024).startswith(b"HTTP/1.1 401 ")
        loop.process.close()
        loop.stop()
        assert theirs.recv(1024) == b""


def upgraded(loop: LoopThread, behind: bytes, sent: bytes) -> RawClient:
    """A socket that the loop takes over, with what was read behind its request and what comes later."""
    head = (
        f"GET /app/{loop.process.app.key}?protocol=7 HTTP/1.1\r\nHost: localhost\r\n"
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    ours, theirs = socket.socketpair()
    loop.adopt(ours, head.encode(), behind)
    return RawClient(theirs, sent)


def test_a_socket_is_answered_and_what_was_read_behind_its_request_is_heard(loop: LoopThread) -> None:
    subscribe = text_frame("pusher:subscribe", {"channel": "news"})
    with upgraded(loop, text_frame("pusher:ping"), subscribe) as client:
        assert client.response.endswith(b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        assert [client.read_message()["event"] for _ in range(3)] == [
            "pusher:connection_established",
            "pusher:pong",
            "pusher_internal:subscription_succeeded",
        ]


def test_a_socket_whose_client_does_not_answer_the_close_goes_with_the_loop(
    loop: LoopThread, caplog: pytest.LogCaptureFixture
) -> None:
    with upgraded(loop, b"", b"") as client:
        client.read_message()
        loop.process.close()
        loop.stop()
        assert client.close_code() == 4200
        assert client.is_at_end()
    assert not caplog.records


def test_stopping_twice_or_before_the_first_connection_does_no_harm(loop: LoopThread) -> None:
    loop.stop()
    assert answer(loop)
    loop.stop()
    loop.stop()


def test_a_session_over_http_ends_with_the_loop_and_so_does_the_connection_that_it_kept(
    loop: LoopThread,
) -> None:
    path = f"/pusher/app/{loop.process.app.key}/7/abcdefgh/xhr?protocol=7"
    poll = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode()
    ours, theirs = socket.socketpair()
    with closing(theirs), theirs.makefile("rb") as answers:
        theirs.settimeout(PATIENCE)
        loop.adopt(ours, poll, b"")
        assert b"established" in next(line for line in answers if line.startswith(b"a["))
        theirs.sendall(poll)
        # The second answer has begun: its head is there, and no line yet.
        assert next(line for line in answers if line.startswith(b"HTTP")) == b"HTTP/1.1 200 OK\r\n"
        loop.close()
        assert b"c[4200," in answers.read()
