from __future__ import annotations

import pytest

from onair.live.rendering import log as logs
from onair.live.rendering.log import CLOCK_SKEW, MAX_AGE, ChangeLog, Position


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
