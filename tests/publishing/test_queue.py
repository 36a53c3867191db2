from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from onair.publishing.event import Outgoing
from onair.publishing.queue import EventQueue


def event(number: int, size: int = 1) -> Outgoing:
    return Outgoing(("c",), str(number), "", size)


def names(events: list[Outgoing]) -> list[str]:
    return [event.name for event in events]


def test_events_are_taken_in_their_order() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(3):
        assert queue.put(event(number)) == 0
    assert names(queue.take(max_events=2, max_bytes=10)) == ["0", "1"]
    assert names(queue.take(max_events=2, max_bytes=10)) == ["2"]
    assert queue.take(max_events=2, max_bytes=10) == []


def test_beyond_the_number_of_events_the_oldest_is_dropped() -> None:
    queue = EventQueue(max_events=2, max_bytes=10)
    assert [queue.put(event(number)) for number in range(4)] == [0, 0, 1, 1]
    assert names(queue.take(max_events=9, max_bytes=10)) == ["2", "3"]


def test_beyond_the_bytes_as_many_of_the_oldest_are_dropped_as_it_takes() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(4):
        queue.put(event(number, size=3 if number < 3 else 7))
    assert names(queue.take(max_events=9, max_bytes=99)) == ["2", "3"]


def test_an_event_larger_than_the_queue_drops_all_and_itself() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    queue.put(event(0))
    assert queue.put(event(1, size=11)) == 2
    assert (len(queue), queue.size) == (0, 0)


def test_one_event_is_taken_even_above_the_bytes_asked_for() -> None:
    queue = EventQueue(max_events=10, max_bytes=100)
    queue.put(event(0, size=50))
    queue.put(event(1))
    assert names(queue.take(max_events=9, max_bytes=10)) == ["0"]


class Model(RuleBasedStateMachine):
    """The queue beside a list of which it is told to hold the end."""

    @initialize(max_events=st.integers(1, 8), max_bytes=st.integers(1, 40))
    def begin(self, max_events: int, max_bytes: int) -> None:
        self.limits = (max_events, max_bytes)
        self.queue = EventQueue(max_events=max_events, max_bytes=max_bytes)
        self.expected: list[Outgoing] = []
        self.number = 0

    @rule(size=st.integers(0, 20))
    def put(self, size: int) -> None:
        new = event(self.number, size)
        self.number += 1
        waiting = len(self.expected) + 1
        self.expected.append(new)
        while len(self.expected) > self.limits[0] or sum(e.size for e in self.expected) > self.limits[1]:
            self.expected = self.expected[1:]
        assert self.queue.put(new) == waiting - len(self.expected)

    @rule(most=st.integers(1, 5), size=st.integers(0, 30))
    def take(self, most: int, size: int) -> None:
        taken = self.queue.take(max_events=most, max_bytes=size)
        assert taken == self.expected[: len(taken)]
        assert bool(taken) == bool(self.expected)
        assert len(taken) <= most
        assert len(taken) <= 1 or sum(e.size for e in taken) <= size
        self.expected = self.expected[len(taken) :]

    @invariant()
    def counts_are_right(self) -> None:
        if hasattr(self, "queue"):
            assert len(self.queue) == len(self.expected)
            assert self.queue.size == sum(e.size for e in self.expected)


TestModel = Model.TestCase


@given(st.lists(st.integers(0, 12)), st.integers(1, 5), st.integers(1, 20))
def test_nothing_is_lost_without_being_counted(sizes: list[int], max_events: int, max_bytes: int) -> None:
    queue = EventQueue(max_events=max_events, max_bytes=max_bytes)
    dropped = sum(queue.put(event(number, size)) for number, size in enumerate(sizes))
    assert dropped + len(queue) == len(sizes)
