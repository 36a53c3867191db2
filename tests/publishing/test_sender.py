from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onair.publishing.call import Item
from onair.publishing.carrier import Carrier
from onair.publishing.circuit import Pace, State
from onair.publishing.event import Outgoing
from onair.publishing.queue import EventQueue
from onair.publishing.route import Outage, Unavailable
from onair.publishing.sender import Sender
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.receiver import PATIENCE


class Destination:
    """Takes batches, on any thread; while it is shut, they wait in it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        #: Of the next tries, how many events each arrives with before nobody answers.
        self.trips: list[int] = []
        self.tries = 0
        self.threads: list[threading.Thread] = []
        self.deadlines: list[float] = []
        self.entered = threading.Event()
        self.open = threading.Event()
        self.open.set()
        self._arrived = threading.Condition()

    def attempt(self, events: Sequence[Item], deadline: float) -> Outage | None:
        self.threads.append(threading.current_thread())
        self.deadlines.append(deadline)
        self.entered.set()
        assert self.open.wait(PATIENCE)
        names = [name_of(event) for event in events]
        if names[0] == "poison":
            raise ValueError("an error of the route")
        arrive = self.trips.pop(0) if self.trips else len(names)
        with self._arrived:
            self.tries += 1
            if arrive:
                self.batches.append(names[:arrive])
            self._arrived.notify_all()
        left = len(names) - arrive
        return Outage(Unavailable("down", "The server is down."), left) if left > 0 else None

    @property
    def names(self) -> list[str]:
        return [each for batch in self.batches for each in batch]

    def wait_for_tries(self, number: int) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.tries >= number, PATIENCE)

    def wait_for(self, number: int) -> list[str]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.names) >= number, PATIENCE), self.names
        return self.names


@pytest.fixture
def destination() -> Destination:
    return Destination()


@pytest.fixture
def sender(destination: Destination) -> Iterator[Sender]:
    sender = Sender(Carrier(destination.attempt), EventQueue(max_events=100, max_bytes=10_000))
    yield sender
    destination.open.set()
    sender.drain(PATIENCE)


def name_of(item: Item) -> str:
    assert isinstance(item, Outgoing)
    return item.name


def events(*names: str) -> list[Outgoing]:
    return [outgoing(each) for each in names]


def test_events_are_sent_in_their_order_by_one_background_thread(
    sender: Sender, destination: Destination
) -> None:
    sent = [str(number) for number in range(50)]
    for each in sent:
        sender.put(events(each))
    assert destination.wait_for(50) == sent
    assert {thread.name for thread in destination.threads} == {"onair-sender"}


def test_no_thread_runs_before_the_first_event(destination: Destination) -> None:
    before = set(threading.enumerate())
    sender = Sender(Carrier(destination.attempt), EventQueue(max_events=100, max_bytes=10_000))
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
    assert counted() == Stats(dropped=30)
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
    assert counted() == Stats(failed=2)
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

    def attempt(batch: Sequence[Item], deadline: float) -> Outage | None:
        outage = destination.attempt(batch, deadline)
        if name_of(batch[0]) == "first":
            sender.put(events("second"))
        return outage

    sender = Sender(Carrier(attempt), EventQueue(max_events=100, max_bytes=10_000))
    sender.drain(PATIENCE)
    sender.put(events("first"))
    assert destination.batches == [["first"], ["second"]]


def test_what_is_published_while_events_are_sent_without_a_thread_follows_them(
    destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    def attempt(batch: Sequence[Item], deadline: float) -> Outage | None:
        outage = destination.attempt(batch, deadline)
        if name_of(batch[0]) == "first":
            sender.put(events("second"))
        return outage

    def no_more_threads(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    sender = Sender(Carrier(attempt), EventQueue(max_events=100, max_bytes=10_000))
    monkeypatch.setattr(threading.Thread, "start", no_more_threads)
    sender.put(events("first"))
    assert destination.batches == [["first"], ["second"]]


def test_only_the_first_drain_says_how_long_the_end_may_take(
    sender: Sender, destination: Destination
) -> None:
    end = time.monotonic() + PATIENCE
    sender.drain(PATIENCE)
    sender.drain(1000 * PATIENCE)
    sender.put(events("1"))
    assert destination.deadlines[-1] < end + PATIENCE


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
    assert counted() == Stats(failed=2)
    [record] = caplog.records
    assert 'ONAIR["DRAIN_TIMEOUT"]' in record.getMessage()


#: Quick, as no test waits for a service.
PACE = Pace(first_pause=0.001, longest_pause=0.002)

#: The pauses are longer than any test.
SLOW = Pace(first_pause=600, longest_pause=600, failures=1)


@pytest.fixture
def persistent(destination: Destination) -> Iterator[Sender]:
    sender = Sender(Carrier(destination.attempt, PACE), EventQueue(max_events=100, max_bytes=10_000))
    yield sender
    destination.trips = []
    sender.drain(PATIENCE)


def test_what_did_not_arrive_is_sent_again_in_its_order(
    persistent: Sender, destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    destination.trips = [0, 2, 0]
    persistent.put(events("a", "b", "c", "d"))
    assert destination.wait_for(4) == ["a", "b", "c", "d"]
    assert counted() == Stats(retried=3)
    assert not caplog.records


def test_a_server_that_is_down_gets_one_event_at_a_time_until_it_answers(
    persistent: Sender, destination: Destination, caplog: pytest.LogCaptureFixture
) -> None:
    destination.trips = [0] * 5
    persistent.put(events("a", "b", "c"))
    assert destination.wait_for(3) == ["a", "b", "c"]
    assert destination.batches == [["a"], ["b", "c"]]
    down, up = [record.getMessage() for record in caplog.records]
    assert "The server is down. Events wait until it answers" in down
    assert 'ONAIR["QUEUE_SECONDS"]' in down
    assert "The server answers again" in up


def test_while_it_is_down_publishers_wait_for_nothing_and_the_oldest_are_dropped(
    destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Sender(Carrier(destination.attempt, SLOW), EventQueue(max_events=3, max_bytes=10_000))
    destination.trips = [0, 0]
    destination.open.clear()
    sender.put(events("a"))
    assert destination.entered.wait(PATIENCE)
    sender.put(events("b", "c", "d"))
    destination.open.set()
    destination.wait_for_tries(1)
    sender.put(events("e"))
    now = sender.measure(Stats())
    assert (now.waiting, now.circuit) == (3, State.OPEN)
    assert counted() == Stats(dropped=2, retried=1)
    sender.drain(PATIENCE)
    assert counted() == Stats(dropped=2, retried=2, failed=3)
    assert destination.batches == []
    assert "3 events were lost" in caplog.text


def test_what_has_waited_too_long_is_given_up(
    destination: Destination, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Sender(Carrier(destination.attempt), EventQueue(max_events=9, max_bytes=10_000), max_age=-1)
    sender.put(events("a", "b"))
    sender.drain(PATIENCE)
    assert destination.batches == []
    assert counted() == Stats(expired=2)
    assert 'ONAIR["QUEUE_SECONDS"]' in caplog.text


def test_the_end_of_the_process_tries_again_while_the_server_is_not_known_to_be_down(
    destination: Destination, counted: Counting
) -> None:
    sender = Sender(Carrier(destination.attempt, PACE), EventQueue(max_events=9, max_bytes=10_000))
    sender.drain(PATIENCE)
    destination.trips = [0, 1, 0]
    sender.put(events("a", "b"))
    assert destination.names == ["a", "b"]
    assert counted() == Stats(retried=3)


def test_the_end_of_the_process_does_not_wait_for_a_server_that_is_down(
    destination: Destination, counted: Counting
) -> None:
    sender = Sender(Carrier(destination.attempt, SLOW), EventQueue(max_events=9, max_bytes=10_000))
    sender.drain(PATIENCE)
    destination.trips = [0]
    sender.put(events("a", "b"))
    sender.put(events("after it was given up"))
    assert destination.names == []
    assert counted() == Stats(retried=1, failed=3)


def test_where_no_thread_can_be_started_the_publisher_sends_but_waits_for_no_pause(
    destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    sender = Sender(Carrier(destination.attempt, SLOW), EventQueue(max_events=9, max_bytes=10_000))
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        sender.put(events("a"))
        assert destination.names == ["a"]
        destination.trips = [0]
        sender.put(events("b"))
        sender.put(events("c"))
    assert destination.names == ["a"]
    sender.drain(PATIENCE)
    assert destination.names == ["a", "b", "c"]


def test_a_fork_waits_for_the_delivery_under_way_and_deliveries_wait_for_the_fork(
    sender: Sender, destination: Destination
) -> None:
    destination.open.clear()
    sender.put(events("before"))
    assert destination.entered.wait(PATIENCE)
    sender.stand_still(0.01)  # in vain: it waits for the network
    sender.go_on()
    destination.open.set()
    destination.wait_for(1)
    sender.stand_still(PATIENCE)
    sender.put(events("after"))
    destination.batches.append(["the fork"])
    sender.go_on()
    assert destination.wait_for(3) == ["before", "the fork", "after"]


def test_an_action_among_the_events_may_fork() -> None:
    """It is the delivery under way, and cannot wait for itself."""

    def fork(items: Sequence[Item], deadline: float) -> None:
        sender.stand_still(PATIENCE)
        sender.go_on()
        forked.set()

    forked = threading.Event()
    sender = Sender(Carrier(fork), EventQueue(max_events=100, max_bytes=10_000))
    sender.put(events("an action"))
    assert forked.wait(PATIENCE)
    sender.drain(PATIENCE)
    assert sender.idle


def test_all_that_leaves_at_the_end_shares_its_time(destination: Destination) -> None:
    sender = Sender(Carrier(destination.attempt), EventQueue(max_events=100, max_bytes=10_000))
    destination.open.clear()
    sender.put(events("under way"))
    assert destination.entered.wait(PATIENCE)
    sender.drain(0.01)
    destination.open.set()
    destination.wait_for(1)
    sender.put(events("too late"))
    sender.drain(PATIENCE)
    assert all(deadline <= time.monotonic() for deadline in destination.deadlines[1:])


@settings(max_examples=30, deadline=None)
@given(batches=st.lists(st.integers(1, 5), max_size=6), trips=st.lists(st.integers(0, 3), max_size=9))
def test_whatever_fails_everything_arrives_once_and_in_its_order(
    batches: list[int], trips: list[int]
) -> None:
    destination = Destination()
    destination.trips = trips
    sender = Sender(Carrier(destination.attempt, PACE), EventQueue(max_events=100, max_bytes=10_000))
    sent = [f"{batch}.{number}" for batch, size in enumerate(batches) for number in range(size)]
    for batch, size in enumerate(batches):
        sender.put(events(*(f"{batch}.{number}" for number in range(size))))
    assert destination.wait_for(len(sent)) == sent
    sender.drain(PATIENCE)
    assert destination.names == sent
