from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from onair.publishing.event import Outgoing
from onair.publishing.queue import EventQueue
from onair.publishing.sender import Sender
from onair.publishing.stats import Counters
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.receiver import PATIENCE


class Destination:
    """Takes batches, on any thread; while it is shut, they wait in it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: list[threading.Thread] = []
        self.entered = threading.Event()
        self.open = threading.Event()
        self.open.set()
        self._arrived = threading.Condition()

    def deliver(self, events: Sequence[Outgoing], deadline: float) -> None:
        self.threads.append(threading.current_thread())
        self.entered.set()
        assert self.open.wait(PATIENCE)
        if events[0].name == "poison":
            raise ValueError("an error of the route")
        with self._arrived:
            self.batches.append([event.name for event in events])
            self._arrived.notify_all()

    @property
    def names(self) -> list[str]:
        return [name for batch in self.batches for name in batch]

    def wait_for(self, number: int) -> list[str]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.names) >= number, PATIENCE), self.names
        return self.names


@pytest.fixture
def destination() -> Destination:
    return Destination()


@pytest.fixture
def sender(destination: Destination) -> Iterator[Sender]:
    sender = Sender(destination.deliver, EventQueue(max_events=100, max_bytes=10_000))
    yield sender
    destination.open.set()
    sender.drain(PATIENCE)


def events(*names: str) -> list[Outgoing]:
    return [outgoing(name) for name in names]


def test_events_are_sent_in_their_order_by_one_background_thread(
    sender: Sender, destination: Destination
) -> None:
    sent = [str(number) for number in range(50)]
    for name in sent:
        sender.put(events(name))
    assert destination.wait_for(50) == sent
    assert {thread.name for thread in destination.threads} == {"onair-sender"}


def test_no_thread_runs_before_the_first_event(destination: Destination) -> None:
    before = set(threading.enumerate())
    sender = Sender(destination.deliver, EventQueue(max_events=100, max_bytes=10_000))
    assert set(threading.enumerate()) <= before
    sender.drain(PATIENCE)


def test_what_gathers_while_a_batch_is_sent_leaves_as_one_batch(
    sender: Sender, destination: Destination
) -> None:
    destination.open.clear()
    sender.put(events("first"))
    assert destination.entered.wait(PATIENCE)
    for number in range(20):
        sender.put(events(str(number)))
    destination.open.set()
    destination.wait_for(21)
    assert [len(batch) for batch in destination.batches] == [1, 20]


def test_events_that_are_put_together_leave_together(sender: Sender, destination: Destination) -> None:
    sender.put(events("a", "b", "c"))
    destination.wait_for(3)
    assert destination.batches == [["a", "b", "c"]]


def test_many_threads_keep_each_their_order(sender: Sender, destination: Destination) -> None:
    def publish(letter: str) -> None:
        for number in range(20):
            sender.put(events(f"{letter}{number}"))

    threads = [threading.Thread(target=publish, args=[letter]) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = destination.wait_for(80)
    for letter in "abcd":
        assert [n for n in names if n.startswith(letter)] == [f"{letter}{number}" for number in range(20)]


def test_when_the_queue_is_full_the_oldest_are_dropped_counted_and_logged_once(
    sender: Sender, destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    destination.open.clear()
    sender.put(events("first"))
    assert destination.entered.wait(PATIENCE)
    for number in range(130):
        sender.put(events(str(number)))
    destination.open.set()
    assert destination.wait_for(101) == ["first", *(str(number) for number in range(30, 130))]
    assert counted() == Counters(dropped=30)
    [record] = caplog.records
    assert 'ONAIR["QUEUE_EVENTS"]' in record.getMessage()


def test_putting_an_event_does_not_wait_for_the_network(sender: Sender, destination: Destination) -> None:
    destination.open.clear()
    sender.put(events("first"))
    assert destination.entered.wait(PATIENCE)
    sender.put(events("second"))
    assert destination.batches == []


def test_it_is_idle_only_when_nothing_waits_and_nothing_is_being_sent(
    sender: Sender, destination: Destination
) -> None:
    assert sender.idle
    destination.open.clear()
    sender.put(events("first"))
    assert destination.entered.wait(PATIENCE)
    assert not sender.idle


def test_an_error_of_the_route_is_logged_and_the_next_batch_is_sent(
    sender: Sender, destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    destination.open.clear()
    sender.put(events("poison", "its neighbour"))
    assert destination.entered.wait(PATIENCE)
    sender.put(events("next"))
    destination.open.set()
    assert destination.wait_for(1) == ["next"]
    assert counted() == Counters(failed=2)
    [record] = caplog.records
    assert record.exc_info


def test_draining_waits_for_the_batch_under_way_sends_the_rest_and_ends_the_thread(
    sender: Sender, destination: Destination
) -> None:
    destination.open.clear()
    sender.put(events("first"))
    assert destination.entered.wait(PATIENCE)
    sender.put(events("second"))
    [background] = destination.threads
    threading.Thread(target=destination.open.set).start()
    sender.drain(PATIENCE)
    assert destination.names == ["first", "second"]
    background.join(PATIENCE)
    assert not background.is_alive()


def test_where_no_thread_can_be_started_the_calling_thread_sends_until_one_can(
    sender: Sender, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more_threads(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_more_threads)
        sender.put(events("1"))
        sender.put(events("2"))
    assert destination.names == ["1", "2"]
    assert set(destination.threads) == {threading.current_thread()}
    sender.put(events("3"))
    assert destination.wait_for(3) == ["1", "2", "3"]
    assert destination.threads[-1].name == "onair-sender"


def test_what_is_published_while_events_are_sent_follows_them(destination: Destination) -> None:
    """As a log handler does that publishes, when the route logs an error."""

    def deliver(batch: Sequence[Outgoing], deadline: float) -> None:
        destination.deliver(batch, deadline)
        if batch[0].name == "first":
            sender.put(events("second"))

    sender = Sender(deliver, EventQueue(max_events=100, max_bytes=10_000))
    sender.drain(PATIENCE)
    sender.put(events("first"))
    assert destination.batches == [["first"], ["second"]]


def test_an_event_after_the_drain_is_sent_at_once(sender: Sender, destination: Destination) -> None:
    sender.drain(PATIENCE)
    sender.put(events("later"))
    assert destination.names == ["later"]


def test_a_drain_that_takes_too_long_gives_up_logs_and_counts(
    sender: Sender, destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    destination.open.clear()
    sender.put(events("stuck"))
    assert destination.entered.wait(PATIENCE)
    sender.put(events("a", "b"))
    began = time.monotonic()
    sender.drain(0.05)
    assert time.monotonic() - began < PATIENCE / 2
    assert counted() == Counters(failed=2)
    [record] = caplog.records
    assert 'ONAIR["DRAIN_TIMEOUT"]' in record.getMessage()
