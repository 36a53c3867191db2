from __future__ import annotations

import pytest

from onair.changes.ids import ChangeId
from onair.live.rendering import log as logs
from onair.live.rendering.log import CLOCK_SKEW, MAX_AGE, Change, ChangeLog, Position, Seen


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_comes_after_a_position_is_known(clock: Clock) -> None:
    log = ChangeLog(clock)
    log.append("before")
    position = log.position()
    assert list(log.since(position) or ()) == []
    log.append("after")
    assert list(log.since(position) or ()) == ["after"]


def test_a_position_of_some_time_ago_is_before_what_came_since(clock: Clock) -> None:
    log = ChangeLog(clock)
    log.append("old")
    clock.now += 5
    log.append("late")
    assert list(log.since(log.position(2.0)) or ()) == ["late"]
    assert list(log.since(log.position(10.0)) or ()) == ["old", "late"]


def test_what_is_forgotten_is_not_taken_for_nothing(clock: Clock) -> None:
    log = ChangeLog(clock)
    position = log.position()
    log.append("first")
    clock.now += MAX_AGE + 1
    log.append("second")
    assert log.since(position) is None
    assert list(log.since(log.position()) or ()) == []


def test_only_so_many_changes_are_kept(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_CHANGES", 3)
    log = ChangeLog(clock)
    positions = [log.position()]
    for number in range(5):
        log.append(str(number))
        positions.append(log.position())
    assert [log.since(position) for position in positions[:2]] == [None, None]
    assert list(log.since(positions[2]) or ()) == ["2", "3", "4"]


def test_a_position_of_another_process_is_found_by_its_time_with_a_reserve(clock: Clock) -> None:
    log = ChangeLog(clock)
    clock.now += 100
    log.append("just before")
    clock.now += CLOCK_SKEW / 2
    elsewhere = Position("another", 7, clock.now)
    log.append("after")
    assert list(log.since(elsewhere) or ()) == ["just before", "after"]
    assert log.since(Position("another", 7, 1_000.0)) is None, "the log is younger"


def test_where_something_was_lost_nobody_knows_what_has_come_since(clock: Clock) -> None:
    log = ChangeLog(clock)
    log.append("before")
    positions = [log.position(), Position("another process", 7, clock.now)]
    log.lose()
    clock.now += CLOCK_SKEW
    assert [log.since(position) for position in positions] == [None, None]
    position = log.position()
    log.append("after")
    assert list(log.since(position) or ()) == ["after"]


def numbers(*told: tuple[str, int]) -> list[ChangeId]:
    return [ChangeId(*each) for each in told]


def test_a_process_says_the_highest_number_that_it_has_heard_of_each(clock: Clock) -> None:
    log = ChangeLog(clock)
    for number in numbers(("a", 1), ("b", 7), ("a", 3), ("a", 2)):
        log.append("topic", number)
    log.append("of this process alone")
    assert log.seen() == Seen(clock.now, {"a": 3, "b": 7})


def test_what_was_heard_long_ago_need_not_be_said(clock: Clock) -> None:
    log = ChangeLog(clock)
    log.append("topic", ChangeId("a", 1))
    clock.now += MAX_AGE + 1
    log.append("topic", ChangeId("b", 1))
    assert log.seen().numbers == {"b": 1}


def beyond(log: ChangeLog, seen: Seen) -> list[Change]:
    return [change for _, change in log.beyond(seen) or ()]


def test_what_another_process_has_not_seen_is_beyond(clock: Clock) -> None:
    log = ChangeLog(clock)
    clock.now += 100
    for number in numbers(("a", 1), ("a", 2), ("b", 1)):
        log.append(str(number), number)
    log.append("of this process alone")
    seen = Seen(clock.now, {"a": 2})
    assert beyond(log, seen) == [str(ChangeId("b", 1)), "of this process alone"]
    assert beyond(log, Seen(clock.now, {"a": 1, "b": 1})) == [str(ChangeId("a", 2)), "of this process alone"]


def test_what_is_beyond_has_come_so_many_seconds_ago(clock: Clock) -> None:
    log = ChangeLog(clock)
    clock.now += 100
    for topic in ("first", "second"):
        log.append(topic)
        clock.now += 2
    assert list(log.beyond(Seen(clock.now, {})) or ()) == [(4, "first"), (2, "second")]


def test_nothing_is_known_beyond_what_a_clock_says_that_is_too_far_ahead(clock: Clock) -> None:
    log = ChangeLog(clock)
    clock.now += 100
    assert log.beyond(Seen(clock.now + CLOCK_SKEW, {})) == []
    assert log.beyond(Seen(clock.now + CLOCK_SKEW + 1, {})) is None


def test_what_was_there_long_before_another_process_began_it_has_seen(clock: Clock) -> None:
    log = ChangeLog(clock)
    clock.now += 100
    log.append("before", ChangeId("a", 1))
    clock.now += CLOCK_SKEW + 1
    log.append("perhaps before", ChangeId("b", 1))
    assert beyond(log, Seen(clock.now, {})) == ["perhaps before"]


def test_what_is_beyond_is_not_known_where_the_log_is_too_young_or_something_was_lost(clock: Clock) -> None:
    log = ChangeLog(clock)
    assert log.beyond(Seen(clock.now, {})) is None
    assert not log.knows(0)
    clock.now += CLOCK_SKEW
    assert log.beyond(Seen(clock.now, {})) == []
    assert log.knows(0)
    assert not log.knows(1)
    log.lose()
    assert log.beyond(Seen(clock.now, {})) is None
    assert not log.knows(0)
    clock.now += CLOCK_SKEW + MAX_AGE
    log.append("the first since then")
    assert log.knows(MAX_AGE)
    clock.now += MAX_AGE + 1
    log.append("the second, and the first is forgotten")
    assert not log.knows(0)


@pytest.mark.parametrize(
    ("numbers", "others", "has_all"),
    [
        ({}, {}, True),
        ({"a": 1}, {}, True),
        ({}, {"a": 1}, False),
        ({"a": 2, "b": 1}, {"a": 2}, True),
        ({"a": 2, "b": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_who_has_seen_all_of_another(
    clock: Clock, numbers: dict[str, int], others: dict[str, int], has_all: bool
) -> None:
    assert Seen(clock.now, numbers).has_all_of(Seen(clock.now, others)) is has_all


def test_a_change_without_a_number_nobody_has_seen(clock: Clock) -> None:
    assert not Seen(clock.now, {"a": 1}).has(None)


@pytest.mark.parametrize(
    ("before", "since", "is_whole"),
    [
        ([1], [2, 3], True),
        ([], [1, 2], True),
        ([1], [3], False),
        ([1], [3, 2], False),
        ([], [7], False),
        ([1, 3], [4], True),
        ([1, 3], [2, 4], True),
        ([7], [8, 9], True),
        ([7], [], True),
    ],
)
def test_where_a_number_is_left_out_more_has_happened_than_has_come(
    clock: Clock, before: list[int], since: list[int], is_whole: bool
) -> None:
    log = ChangeLog(clock)
    for number in before:
        log.append(str(number), ChangeId("a", number))
    position = log.position()
    for number in since:
        clock.now += MAX_AGE / 10
        log.append(str(number), ChangeId("a", number))
    assert log.since(position) == list(map(str, since))
    assert log.all_since(position) == (list(map(str, since)) if is_whole else None)
    assert log.all_since(log.position()) == []


def test_the_number_after_that_of_long_ago_is_the_next_one(clock: Clock) -> None:
    log = ChangeLog(clock)
    log.append("first", ChangeId("a", 1))
    position = log.position()
    clock.now += 2 * MAX_AGE
    assert log.seen().numbers == {}
    log.append("second", ChangeId("a", 2))
    assert log.all_since(log.position()) == []
    assert log.all_since(position) == ["second"]


def test_only_the_processes_that_were_heard_of_last_are_remembered(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_PROCESSES", 2)
    log = ChangeLog(clock)
    for process, number in (("a", 1), ("b", 1), ("a", 2), ("c", 1)):
        log.append("topic", ChangeId(process, number))
    assert log.seen().numbers == {"a": 2, "c": 1}
