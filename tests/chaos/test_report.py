"""What a row of the results says of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.chaos.__main__ import QUICK
from benchmarks.chaos.ledger import Tally
from benchmarks.chaos.report import Case, section
from benchmarks.chaos.run import Outcome
from benchmarks.chaos.scenarios import BY_NAME

CASE = Case(BY_NAME["killed"], "Redis", 2)

GOOD = Outcome(
    pages=Tally(expected=1_200),
    plain=Tally(expected=40, missing=10),
    acknowledged=60,
    unknown=3,
    reconnections=100,
    settled=9.5,
    faults=[],
)


def cells(outcome: Outcome) -> list[str]:
    text = section({CASE: outcome}, QUICK)
    row = next(line for line in text.splitlines() if line.startswith("| a worker"))
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (GOOD, ["1,200", "0", "0", "0", "0", "9.5", "10 of 40 (25.0%)", "met"]),
        (
            replace(GOOD, pages=Tally(expected=1_200, told=5, gaps=2)),
            ["1,200", "0", "0", "0", "2, 5 events behind them", "9.5", "10 of 40 (25.0%)", "met"],
        ),
        (
            replace(GOOD, plain=None, settled=None, faults=["Counts were wrong"]),
            ["1,200", "0", "0", "0", "0", "never", "not measured", "**short**"],
        ),
    ],
)
def test_a_row_has_what_was_lost(outcome: Outcome, found: list[str]) -> None:
    assert cells(outcome)[4:] == found


def test_what_should_not_have_been_is_told_in_words() -> None:
    text = section({CASE: Outcome.failed(TimeoutError("It never came"))}, QUICK)
    assert "- **a worker is killed, Redis, 2 workers.** It never came" in text
    assert "What is short" not in section({CASE: GOOD}, QUICK)
