from __future__ import annotations

import pytest

from benchmarks.publish.measurements import Case, Cost, Place, When, cases
from benchmarks.publish.report import table

BLOCKING = Case(Place.BLOCKING, When.OUTSIDE)
HOSTED = Case(Place.HOSTED, When.OUTSIDE)


def rows(ours: list[Cost]) -> list[list[str]]:
    lines = list(table({HOSTED: ours, BLOCKING: [Cost(500, 1_000, 2_000)]}))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("wall", "verdict"), [(50.0, "met"), (51.0, "**short**")])
def test_the_time_until_it_returns_has_a_goal_and_its_ratio_to_the_blocking_call(
    wall: float, verdict: str
) -> None:
    ours, blocking = rows([Cost(20, wall, 90)])
    assert ours[3:] == [
        f"{wall:.0f}",
        f"{wall:.0f} – {wall:.0f}",
        "90",
        f"{1000 / wall:.0f}×",
        "≤ 50",
        verdict,
    ]
    assert blocking[3:] == ["1,000", "1,000 – 1,000", "2,000", "", "", ""]


def test_of_several_rounds_it_is_the_median_and_the_range() -> None:
    ours, _ = rows([Cost(10, wall, 90) for wall in (40.0, 20.0, 30.0)])
    assert ours[3:5] == ["30", "20 – 40"]


def test_every_place_is_measured_and_the_peers_outside_a_transaction_alone() -> None:
    found = list(cases())
    assert {case.place for case in found} == set(Place)
    assert BLOCKING in found
    assert Case(Place.BLOCKING, When.INSIDE) not in found
