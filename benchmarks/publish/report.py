"""The costs as a table: how long a request waits, beside the blocking call."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.publish.measurements import PEERS, Case, Cost, Place, When

Samples = Mapping[Case, Sequence[Cost]]

#: The most that a call may take until it returns, in microseconds.
GOAL = 50.0


def table(samples: Samples) -> Iterator[str]:
    yield "| | | CPU, µs | until it returns, µs | range | 99 % | kept client, times as long | goal | |"
    yield "|---|---|--:|--:|--:|--:|--:|---|---|"
    blocking = _wall(samples[Case(Place.BLOCKING, When.OUTSIDE)])
    for case, costs in samples.items():
        yield f"| {case.place.value} | {case.when.value} | {' | '.join(_row(case, costs, blocking))} |"


def _row(case: Case, costs: Sequence[Cost], blocking: float) -> Sequence[str]:
    wall, walls = _wall(costs), [cost.wall for cost in costs]
    has_goal = case.place not in PEERS
    return (
        f"{statistics.median(cost.cpu for cost in costs):,.0f}",
        f"{wall:,.0f}",
        f"{min(walls):,.0f} – {max(walls):,.0f}",
        f"{statistics.median(cost.late for cost in costs):,.0f}",
        f"{blocking / wall:,.0f}×" if has_goal else "",
        f"≤ {GOAL:g}" if has_goal else "",
        ("met" if wall <= GOAL else "**short**") if has_goal else "",
    )


def _wall(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.wall for cost in costs)
