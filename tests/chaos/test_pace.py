"""The pages of the runs come back as those of onair.js do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.chaos import page
from benchmarks.chaos.pace import LONGEST, Pace, pace_after

SOURCES = Path(__file__).resolve().parents[2] / "js" / "src"


@pytest.mark.parametrize(
    ("code", "pace"),
    [
        (4001, None),
        (4009, None),
        (4100, Pace(1, 2)),
        (4200, Pace(0, 0.5)),
        (4201, Pace(0, 0.5)),
        (1006, Pace(0, 1)),
        (1011, Pace(0, 1)),
    ],
)
def test_the_close_code_says_whether_and_how_soon(code: int, pace: Pace | None) -> None:
    assert pace_after(code) == pace


def test_waits_double_up_to_a_longest() -> None:
    assert [Pace(1, 2).delay(attempt, 1.0) for attempt in (0, 1, 9)] == [3.0, 5.0, 1 + LONGEST]


@pytest.mark.parametrize(
    ("source", "name", "seconds"),
    [
        ("backoff.js", "LONGEST", LONGEST),
        ("connection.js", "HANDSHAKE", page.HANDSHAKE),
        ("connection.js", "SILENCE", page.SILENCE),
        ("connection.js", "PONG", page.PONG),
        ("connection.js", "STABLE", page.STABLE),
    ],
)
def test_times_are_those_of_the_script(source: str, name: str, seconds: float) -> None:
    found = re.search(
        rf"^(?:export )?const {name} = ([0-9_]+);", (SOURCES / source).read_text(), re.MULTILINE
    )
    assert found is not None
    assert int(found.group(1)) / 1000 == seconds
