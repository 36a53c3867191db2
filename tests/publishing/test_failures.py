from __future__ import annotations

import logging

import pytest

from onair.publishing import failures
from onair.publishing.failures import Throttle


def test_the_first_of_a_kind_passes_and_the_next_after_the_interval_counts_the_others() -> None:
    throttle = Throttle(interval=5)
    assert throttle.muted("down", 100) == 0
    assert [throttle.muted("down", now) for now in (101, 102, 104.9)] == [None, None, None]
    assert throttle.muted("down", 105) == 3
    assert throttle.muted("down", 111) == 0


def test_kinds_do_not_hold_each_other_back() -> None:
    throttle = Throttle(interval=5)
    assert throttle.muted("down", 100) == 0
    assert throttle.muted("refused", 100) == 0


def test_an_outage_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(50):
        failures.report("down", "The server is down. Start it.")
    [record] = caplog.records
    assert (record.name, record.levelno) == ("onair.publishing", logging.ERROR)


def test_a_warning_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        failures.warn_once("no server", "Start one.")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
