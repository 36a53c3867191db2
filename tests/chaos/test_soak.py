"""When pages have come and gone, nothing of them is left. How much memory that takes is for the long run."""

from __future__ import annotations

import asyncio
import sys

import pytest

from benchmarks.soak.churn import Done
from benchmarks.soak.report import MIB, section
from benchmarks.soak.run import Effort, Outcome, run
from benchmarks.soak.samples import Sample, slope

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's account of a process")

SHORT = Effort(warm=3, seconds=6, pages=60, rate=60, look=1, history=1, patience=60)


@pytest.mark.once
def test_what_pages_leave_behind_does_not_grow_with_them() -> None:
    outcome = asyncio.run(run(SHORT, seed=7))
    assert outcome.done.pages > SHORT.pages
    assert outcome.left == []


def points(*megabytes: float) -> list[tuple[float, float]]:
    return list(enumerate(megabytes))


@pytest.mark.parametrize(
    ("seen", "growth"),
    [(points(9, 5, 7, 7, 7, 7), 0), (points(1, 1, 1, 2, 3, 4), 1), (points(9, 8, 7, 6, 5, 4), -1)],
)
def test_growth_is_that_of_the_second_half(seen: list[tuple[float, float]], growth: float) -> None:
    assert slope(seen) == pytest.approx(growth)


def test_the_report_has_a_verdict_on_every_process() -> None:
    samples = [Sample(float(minute), (40 * MIB, (40 + minute) * MIB), 4 * MIB, 10) for minute in range(10)]
    text = section(Outcome(samples, Done(10, 20, 30), ["key"]), SHORT)
    verdicts = {
        row.split("|")[1].strip(): row.split("|")[-2].strip() for row in text.splitlines() if "≤" in row
    }
    assert verdicts == {"worker 1": "met", "worker 2": "**short**", "Redis": "met"}
    assert "1 keys were left behind, such as key" in text
