from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover
from onair.publishing.queue import EventQueue, Waiting


def event(number: int, size: int = 1) -> Outgoing:
    return Outgoing(("c",), str(number), "", size)


def names(taken: list[Waiting]) -> list[str]:
    return [waiting.item.name for waiting in taken if isinstance(waiting.item, Outgoing)]


def test_events_are_taken_in_their_order() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(3):
        assert queue.put(event(number), 0) == 0
    assert names(queue.take(max_events=2, max_bytes=10)) == ["0", "1"]
    assert names(queue.take(max_events=2, max_bytes=10)) == ["2"]
    assert queue.take(max_events=2, max_bytes=10) == []


def test_beyond_the_number_of_events_the_oldest_is_dropped() -> None:
    queue = EventQueue(max_events=2, max_bytes=10)
    assert [queue.put(event(number), 0) for number in range(4)] == [0, 0, 1, 1]
    assert names(queue.take(max_events=9, max_bytes=10)) == ["2", "3"]


def test_beyond_the_bytes_as_many_of_the_oldest_are_dropped_as_it_takes() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(4):
        queue.put(event(number, size=3 if number < 3 else 7), 0)
    assert names(queue.take(max_events=9, max_bytes=99)) == ["2", "3"]


def test_an_event_larger_than_the_queue_drops_all_and_itself() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    queue.put(event(0), 0)
    assert queue.put(event(1, size=11), 0) == 2
    assert (len(queue), queue.size) == (0, 0)


def test_one_event_is_taken_even_above_the_bytes_asked_for() -> None:
    queue = EventQueue(max_events=10, max_bytes=100)
    queue.put(event(0, size=50), 0)
    queue.put(event(1), 0)
    assert names(queue.take(max_events=9, max_bytes=10)) == ["0"]


def test_what_was_taken_comes_first_again_in_its_order() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(4):
        queue.put(event(number), number)
    taken = queue.take(max_events=3, max_bytes=10)
    assert queue.put_back(taken[1:]) == 0
    assert queue.take(max_events=9, max_bytes=10) == [Waiting(event(number), number) for number in (1, 2, 3)]


def test_what_finds_no_room_when_it_is_put_back_is_dropped() -> None:
    queue = EventQueue(max_events=2, max_bytes=10)
    queue.put(event(0), 0)
    taken = queue.take(max_events=1, max_bytes=10)
    queue.put(event(1), 0)
    queue.put(event(2), 0)
    assert queue.put_back(taken) == 1
    assert names(queue.take(max_events=9, max_bytes=10)) == ["1", "2"]


def test_what_waits_since_before_a_time_expires() -> None:
    queue = EventQueue(max_events=10, max_bytes=10)
    for number in range(4):
        queue.put(event(number), float(number))
    assert queue.expire(2.0) == 2
    assert queue.size == 2
    assert names(queue.take(max_events=9, max_bytes=10)) == ["2", "3"]


def handed(taken: list[Waiting]) -> list[str]:
    return [waiting.item.name for waiting in taken if isinstance(waiting.item, Outgoing | Handover)]


def test_when_something_is_dropped_that_others_rely_on_they_are_told_first_and_once() -> None:
    queue = EventQueue(max_events=2, max_bytes=100)
    for item in (Handover("changes", b"1"), event(1), event(2)):
        queue.put(item, 0)
    assert handed(queue.take(max_events=10, max_bytes=100)) == ["missed", "1", "2"]
    queue.put(event(3), 0)
    assert handed(queue.take(max_events=10, max_bytes=100)) == ["3"]


def test_that_something_was_dropped_is_told_with_the_next_item_and_again_where_it_did_not_leave() -> None:
    queue = EventQueue(max_events=2, max_bytes=100)
    queue.put(Handover("changes", b"1"), 0)
    assert queue.expire(1) == 1
    assert queue.take(max_events=10, max_bytes=100) == []
    queue.put(event(1), 2)
    taken = queue.take(max_events=1, max_bytes=100)
    assert handed(taken) == ["missed"]
    assert queue.put_back(taken) == 0
    assert len(queue) == 1
    assert queue.size == 1
    assert handed(queue.take(max_events=10, max_bytes=100)) == ["missed", "1"]


def test_an_event_that_is_dropped_is_nobodys_loss_but_its_own() -> None:
    queue = EventQueue(max_events=1, max_bytes=100)
    for number in range(2):
        queue.put(event(number), 0)
    assert handed(queue.take(max_events=10, max_bytes=100)) == ["1"]


class Model(RuleBasedStateMachine):
    """The queue beside a list of which it is told to hold the end."""

    @initialize(max_events=st.integers(1, 8), max_bytes=st.integers(1, 40))
    def begin(self, max_events: int, max_bytes: int) -> None:
        self.limits = (max_events, max_bytes)
        self.queue = EventQueue(max_events=max_events, max_bytes=max_bytes)
        self.expected: list[Waiting] = []
        self.now = 0.0
        self.number = 0

    def fit(self) -> int:
        """Drop the oldest as the queue does. Return how many."""
        before = len(self.expected)
        most_events, most_bytes = self.limits
        while len(self.expected) > most_events or size(self.expected) > most_bytes:
            self.expected = self.expected[1:]
        return before - len(self.expected)

    @rule(size=st.integers(0, 20))
    def put(self, size: int) -> None:
        new = event(self.number, size)
        self.number += 1
        self.now += 1
        self.expected.append(Waiting(new, self.now))
        assert self.queue.put(new, self.now) == self.fit()

    @rule(most=st.integers(1, 5), most_bytes=st.integers(0, 30))
    def take(self, most: int, most_bytes: int) -> None:
        self.taken(most, most_bytes)

    @rule(most=st.integers(1, 5), back=st.integers(0, 5), new=st.integers(0, 20))
    def take_and_put_back(self, most: int, back: int, new: int) -> None:
        taken = self.taken(most, 30)
        self.put(new)
        left = taken[len(taken) - min(back, len(taken)) :]
        self.expected = left + self.expected
        assert self.queue.put_back(left) == self.fit()

    @rule(age=st.integers(0, 8))
    def expire(self, age: int) -> None:
        waiting = len(self.expected)
        self.expected = [each for each in self.expected if each.since >= self.now - age]
        assert self.queue.expire(self.now - age) == waiting - len(self.expected)

    def taken(self, most: int, most_bytes: int) -> list[Waiting]:
        taken = self.queue.take(max_events=most, max_bytes=most_bytes)
        assert taken == self.expected[: len(taken)]
        assert bool(taken) == bool(self.expected)
        assert len(taken) <= most
        assert len(taken) <= 1 or size(taken) <= most_bytes
        self.expected = self.expected[len(taken) :]
        return taken

    @invariant()
    def counts_are_right(self) -> None:
        if hasattr(self, "queue"):
            assert len(self.queue) == len(self.expected)
            assert self.queue.size == size(self.expected)


def size(waiting: list[Waiting]) -> int:
    return sum(each.item.size for each in waiting)


TestModel = Model.TestCase


@given(st.lists(st.integers(0, 12)), st.integers(1, 5), st.integers(1, 20))
def test_nothing_is_lost_without_being_counted(sizes: list[int], max_events: int, max_bytes: int) -> None:
    queue = EventQueue(max_events=max_events, max_bytes=max_bytes)
    dropped = sum(queue.put(event(number, size), 0) for number, size in enumerate(sizes))
    assert dropped + len(queue) == len(sizes)
