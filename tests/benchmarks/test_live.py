from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.live import report
from benchmarks.live.delivery import Delays, Window
from benchmarks.live.rendering import Ratio, Tracking

ROOT = Path(__file__).resolve().parents[2]


def cells(lines: list[str], row: int) -> list[str]:
    return [cell.strip() for cell in lines[row + 2].strip("|").split("|")]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    assert Ratio.of([1.0, 2.0, 1.0], [2.0, 2.0, 9.0]) == Ratio(1.0, 2.0, 2.0)


@pytest.mark.parametrize(("ratio", "verdict"), [(1.7, "met"), (1.71, "**short**")])
def test_a_live_page_has_a_goal(ratio: float, verdict: str) -> None:
    found = Ratio(0.001, 0.001 * ratio, ratio)
    assert cells(list(report.tracked(Tracking(found, found, found))), 1)[-2:] == ["≤ 1.7×", verdict]


def test_a_window_is_compared_with_pages_that_are_loaded_again() -> None:
    found = Window(viewers=1_000, renderings=1, cpu=0.05, reload_cpu=5.0, size=200, reload_size=5_000)
    lines = list(report.window(found))
    assert cells(lines, 0)[1:4] == ["1", "≤ 1", "met"]
    assert cells(lines, 2)[-2:] == ["100×", "25×"]


def test_delays_have_goals_of_their_own_for_other_processes() -> None:
    found = Delays.of([0.040] * 99 + [0.200])
    lines = list(report.delays({("SQLite", False): found, ("SQLite", True): found}))
    assert [cells(lines, row)[5] for row in (0, 1)] == ["**short**", "met"]


@pytest.mark.once
def test_it_measures_a_real_site() -> None:
    command = [sys.executable, "-m", "benchmarks.live", "--databases", "SQLite", "--rounds", "2"]
    result = subprocess.run(
        [*command, "--viewers", "3", "--changes", "3"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=True,
    )
    assert "| live | 1 | ≤ 1 | met |" in result.stdout
