from __future__ import annotations

import shutil
import sys
from dataclasses import replace

import pytest

from benchmarks.measurements import Case, Effort, Topic, measure
from benchmarks.peers import PEERS, signed_post
from benchmarks.process import NotStarted, compile_c, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's account of a process")

SHORT = Effort(cpu_seconds=0.01, wall_seconds=10, event_seconds=10)
SUBSCRIBERS = 5
CASES = (
    Case(Topic.PUBLISHES, 0, 16),
    Case(Topic.DELIVERIES, SUBSCRIBERS, 1),
    Case(Topic.DELIVERIES, SUBSCRIBERS, 16),
    Case(Topic.HANDSHAKES, SUBSCRIBERS, 0),
    Case(Topic.MEMORY, SUBSCRIBERS, 0),
)

ONAIR, C = (next(peer for peer in PEERS if peer.name == name) for name in ("onair", "C"))


@pytest.mark.parametrize(
    "name",
    [
        "onair",
        pytest.param("C", marks=pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")),
    ],
)
def test_every_topic_has_a_figure(name: str) -> None:
    compile_c()
    figures = dict(measure({"onair": ONAIR, "C": C}[name], SUBSCRIBERS, CASES, SHORT))
    assert figures.keys() == set(CASES)
    assert all(figure is not None and figure >= 0 for figure in figures.values())


def test_events_that_do_not_come_in_time_are_no_figure() -> None:
    elsewhere = replace(ONAIR, request=lambda: signed_post("a-channel-of-nobody"))
    cases = [case for case in CASES if case.topic is Topic.DELIVERIES]
    impatient = replace(SHORT, event_seconds=0.5)
    assert dict(measure(elsewhere, SUBSCRIBERS, cases, impatient)) == dict.fromkeys(cases)


def test_a_server_that_does_not_start_says_why() -> None:
    broken = replace(ONAIR, command=lambda: [sys.executable, "-c", "raise SystemExit('no such thing')"])
    with pytest.raises(NotStarted, match="no such thing"), running(broken):
        pass
