"""What other processes hand over reaches the site's code in the process of the sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from onair.embedded import handovers
from onair.embedded.handovers import Receiver
from onair.server.api.errors import HandedTooMuch
from onair.webhooks import inbox
from tests.server.clients import PATIENCE

Lines = SimpleQueue[tuple[bytes, str]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What the handler ``test`` gets, and on which thread."""
    monkeypatch.setattr(handovers, "_handlers", {})
    lines: Lines = SimpleQueue()
    handovers.add("test", lambda line: lines.put((line, threading.current_thread().name)))
    return lines


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.end(0)
    receiver.join()


def test_lines_are_taken_one_by_one_in_their_order_on_another_thread(
    lines: Lines, receiver: Receiver
) -> None:
    assert receiver.take("test", b"1\n2")
    assert receiver.take("test", b"3")
    got = [lines.get(timeout=PATIENCE) for _ in range(3)]
    assert got == [(line, "onair-handovers") for line in (b"1", b"2", b"3")]


def test_what_has_no_handler_is_not_taken(lines: Lines, receiver: Receiver) -> None:
    assert not receiver.take("other", b"1")


def test_a_line_that_fails_is_logged_and_the_next_is_taken(
    lines: Lines, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(line: bytes) -> None:
        raise RuntimeError("of this test")

    handovers.add("bad", fail)
    receiver.take("bad", b"lost")
    receiver.take("test", b"next")
    assert lines.get(timeout=PATIENCE)[0] == b"next"
    assert "'bad' was lost: b'lost'" in caplog.text


def test_too_much_is_sent_away_and_nothing_is_dropped(
    lines: Lines, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, began = threading.Event(), threading.Event()

    def wait(line: bytes) -> None:
        began.set()
        assert may_go_on.wait(PATIENCE)

    handovers.add("slow", wait)
    receiver.take("slow", b"")
    receiver.take("slow", b"x")
    assert began.wait(PATIENCE)
    for _ in range(inbox.MOST_NOTICES):
        receiver.take("test", b"x")
    with pytest.raises(HandedTooMuch):
        receiver.take("test", b"x")
    may_go_on.set()
    for _ in range(inbox.MOST_NOTICES):
        lines.get(timeout=PATIENCE)
