from __future__ import annotations

from onair.engines.postgres.pace import NOTIFY_EVERY, Looks, NotifyPace, Times

TIMES = Times(looks=(1, 2, 4), idle=9, deaf=3)


def test_looks_become_rare_when_nothing_is_found_and_frequent_when_something_is() -> None:
    looks = Looks(TIMES)
    assert looks.pause() == 9
    looks.begin()
    assert [looks.pause() for _ in range(5)] == [1, 2, 4, 9, 9]
    looks.begin()
    assert looks.pause() == 1


def test_who_hears_no_notification_never_looks_rarely() -> None:
    looks = Looks(TIMES)
    looks.are_all_there_is()
    assert looks.pause() == 3
    looks.begin()
    assert [looks.pause() for _ in range(4)] == [1, 2, 3, 3]


def test_a_process_notifies_once_in_some_time() -> None:
    pace = NotifyPace()
    assert pace.may_notify(10)
    assert pace.may_notify(10)  # nothing was written, so it did not
    pace.has_notified(10)
    assert not pace.may_notify(10 + NOTIFY_EVERY / 2)
    assert pace.may_notify(10 + NOTIFY_EVERY)
