from __future__ import annotations

import pytest

from benchmarks.goals import goal_of
from benchmarks.measurements import Case, Topic
from benchmarks.report import median, reasons, tables

ONE_BY_ONE = Case(Topic.DELIVERIES, 100, 1)
SIXTEEN = Case(Topic.DELIVERIES, 100, 16)
MEMORY = Case(Topic.MEMORY, 100, 0)


def row_of(case: Case, ours: list[float | None], peer: str, theirs: list[float | None]) -> list[str]:
    (table,) = tables({case: {"onair": ours, peer: theirs}})
    return [cell.strip() for cell in table.splitlines()[-1].strip("|").split("|")]


@pytest.mark.parametrize(
    ("case", "peer", "ours", "theirs", "ratio", "verdict"),
    [
        (ONE_BY_ONE, "Channels", 40_000.0, 1_000.0, "40.0×", "met"),
        (ONE_BY_ONE, "Channels", 39_900.0, 1_000.0, "39.9×", "**short**"),
        (ONE_BY_ONE, "Channels", 263_400.0, 1_000.0, "263×", "met"),
        (ONE_BY_ONE, "C", 75.0, 100.0, "0.75×", "met"),
        (ONE_BY_ONE, "C", 74.0, 100.0, "0.74×", "**short**"),
        (SIXTEEN, "uWebSockets", 80.0, 100.0, "0.80×", "met"),
        (SIXTEEN, "uWebSockets", 79.0, 100.0, "0.79×", "**short**"),
        (SIXTEEN, "C", 1.0, 100.0, "0.01×", ""),
        (MEMORY, "ws", 2.0, 8.0, "4.00×", ""),
    ],
)
def test_a_peer_has_its_ratio_and_a_verdict_where_there_is_a_goal(
    case: Case, peer: str, ours: float, theirs: float, ratio: str, verdict: str
) -> None:
    cells = row_of(case, [ours], peer, [theirs])
    assert (cells[4], cells[6]) == (ratio, verdict)


def test_memory_has_a_bound_of_its_own() -> None:
    goal = goal_of(MEMORY, "onair")
    assert goal is not None
    assert goal.is_met(6.0, 6.0)
    assert not goal.is_met(6.1, 6.1)


def test_a_peer_that_did_not_deliver_in_time_is_said_to_have_timed_out() -> None:
    cells = row_of(ONE_BY_ONE, [1_000.0, 2_000.0], "Channels", [50.0, None])
    assert cells[2:5] == ["timed out", "50 – 50", ""]
    assert cells[6] == "met"


def test_no_goal_is_met_where_ours_did_not_deliver_in_time() -> None:
    assert row_of(ONE_BY_ONE, [None], "ws", [100.0])[6] == "**short**"


def test_the_median_is_of_all_rounds() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([3.0, None, 2.0]) is None


def test_there_is_a_table_for_each_topic_and_number_in_flight() -> None:
    figures = {"onair": [1.0]}
    more = Case(Topic.DELIVERIES, 1_000, 1)
    titles = [
        table.splitlines()[0] for table in tables(dict.fromkeys((ONE_BY_ONE, more, SIXTEEN, MEMORY), figures))
    ]
    assert titles == [
        "## Deliveries per CPU-second, W=1",
        "## Deliveries per CPU-second, W=16",
        "## KiB per idle subscribed connection",
    ]


@pytest.mark.parametrize(("ours", "is_told"), [(150.0, False), (149.0, True), (None, True)])
def test_what_is_short_is_told_with_its_reason(ours: float | None, is_told: bool) -> None:
    samples = {ONE_BY_ONE: {"onair": [ours], "ws": [100.0]}, MEMORY: {"onair": [2.0], "ws": [8.0]}}
    told = list(reasons(samples))
    assert len(told) == is_told
    assert all(reason.startswith("- **Deliveries per CPU-second, W=1.** A delivery is") for reason in told)
