from __future__ import annotations

from onair.live.events.limits import RateLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_some_go_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    limit = RateLimit(clock=clock)
    assert [limit.wait("a", 20, 40) > 0 for _ in range(42)] == [False] * 40 + [True] * 2
    clock.now += 0.1
    assert [limit.wait("a", 20, 40) > 0 for _ in range(3)] == [False, False, True]


def test_the_wait_is_until_the_next_one_may_go() -> None:
    clock = Clock()
    limit = RateLimit(clock=clock)
    limit.wait("a", 2, 1)
    wait = limit.wait("a", 2, 1)
    assert wait == 0.5
    clock.now += wait
    assert limit.wait("a", 2, 1) == 0


def test_senders_do_not_count_for_each_other() -> None:
    limit = RateLimit(clock=Clock())
    assert limit.wait("a", 1, 1) == 0
    assert limit.wait("b", 1, 1) == 0
    assert limit.wait("a", 1, 1) > 0


def test_those_that_were_quiet_for_longest_are_forgotten() -> None:
    limit = RateLimit(clock=Clock(), size=10)
    for sender in range(10):
        limit.wait(sender, 1, 2)
    limit.wait(0, 1, 2)  # speaks again
    limit.wait("new", 1, 2)
    assert limit.wait(0, 1, 2) > 0
    assert limit.wait(1, 1, 1) == 0
