"""What came of the runs, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from benchmarks import machine
from benchmarks.chaos.ledger import Tally
from benchmarks.chaos.run import Effort, Outcome
from benchmarks.chaos.scenarios import Scenario

PACKAGES = ("uvicorn", "uvloop", "msgspec", "redis", "hiredis", "psycopg", "django")

TITLE = "# Nothing lost beyond one process"

_HEAD = (
    "| what goes wrong | over | workers | acknowledged | expected | missing | twice | out of order "
    "| gaps told | counts right after, s | pusher-js lost | |"
)


class Case(NamedTuple):
    """A row."""

    scenario: Scenario
    store: str
    workers: int


Outcomes = Mapping[Case, Outcome]


def section(outcomes: Outcomes, effort: Effort) -> str:
    """All of it."""
    return "\n\n".join(
        [
            TITLE,
            "\n".join(machine.described_python(PACKAGES)),
            _effort(effort),
            "\n".join(_table(outcomes)),
            *_faults(outcomes),
        ]
    )


def _effort(effort: Effort) -> str:
    return (
        f"{effort.pages:,} pages that follow positions, {effort.plain} with pusher-js, {effort.rate:g} "
        "events in a second. See README.md for what is counted."
    )


def _table(outcomes: Outcomes) -> Iterator[str]:
    yield _HEAD
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    for case, outcome in outcomes.items():
        yield f"| {' | '.join(_row(case, outcome))} |"


def _row(case: Case, outcome: Outcome) -> Iterator[str]:
    pages = outcome.pages
    yield from (case.scenario.title, case.store, str(case.workers))
    numbers = (outcome.acknowledged, pages.expected, pages.missing, pages.twice, pages.misordered)
    yield from (f"{number:,}" for number in numbers)
    yield f"{pages.gaps:,}" + (f", {pages.told:,} events behind them" if pages.told else "")
    yield "never" if outcome.settled is None else f"{outcome.settled:.1f}"
    yield _lost(outcome.plain)
    yield "met" if outcome.is_good else "**short**"


def _lost(plain: Tally | None) -> str:
    if plain is None:
        return "not measured"
    return f"{plain.missing:,} of {plain.expected:,} ({plain.missing / max(plain.expected, 1):.1%})"


def _faults(outcomes: Outcomes) -> Iterator[str]:
    lines = [
        f"- **{case.scenario.title}, {case.store}, {case.workers} workers.** {fault}"
        for case, outcome in outcomes.items()
        for fault in outcome.faults
    ]
    if lines:
        yield "## What is short"
        yield "\n".join(lines)
