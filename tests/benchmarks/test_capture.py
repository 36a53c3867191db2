from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.capture.measurements import BROADCASTING, CAPTURING, Case, Cost, Subject, Write
from benchmarks.capture.report import tables

ROOT = Path(__file__).resolve().parents[2]

CASE = Case("SQLite", Write.CREATE, together=False, subjects=CAPTURING)
APART = Case("SQLite", Write.CREATE, together=False, subjects=BROADCASTING)


def cost(microseconds: float) -> Cost:
    return Cost(microseconds / 1e6, microseconds / 1e6, microseconds / 1e6)


def cells(case: Case, subject: Subject, *figures: float) -> list[str]:
    """The row of a subject whose rounds cost this much, where a write without capturing costs 100 µs."""
    rounds = [dict.fromkeys(case.subjects, cost(100)) | {subject: cost(figure)} for figure in figures]
    lines = "\n".join(tables({case: rounds})).splitlines()
    row = next(line for line in lines if f"| {subject.value} |" in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize(
    ("subject", "figure", "goal"),
    [
        (Subject.UNWATCHED, 105, ["≤ 1.05×", "met"]),
        (Subject.WATCHED, 105, ["≤ 1.05×", "met"]),
        (Subject.WATCHED, 106, ["≤ 1.05×", "**short**"]),
        (Subject.AGAIN, 106, ["", ""]),
    ],
)
def test_only_what_captures_has_a_goal(subject: Subject, figure: float, goal: list[str]) -> None:
    assert cells(CASE, subject, figure)[-2:] == goal


def test_a_row_has_the_median_of_the_ratios_and_their_range() -> None:
    assert cells(CASE, Subject.WATCHED, 101, 140, 104)[3:7] == ["104", "1.040×", "1.01 – 1.40", "1.04×"]


def test_what_is_sent_by_another_thread_is_told_apart() -> None:
    assert cells(APART, Subject.BROADCAST, 150)[4:8] == ["1.500×", "1.50 – 1.50", "1.50×", "1.50×"]


def test_it_measures_every_subject_in_a_site_of_its_own() -> None:
    command = [sys.executable, "-m", "benchmarks.capture", "--databases", "SQLite"]
    result = subprocess.run(
        [*command, "--rounds", "1", "--transactions", "2"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=True,
    )
    rows = [line.split("|")[3].strip() for line in result.stdout.splitlines() if line.startswith("| SQLite")]
    assert rows == [subject.value for subjects in (CAPTURING, BROADCASTING) for subject in subjects * 4]
