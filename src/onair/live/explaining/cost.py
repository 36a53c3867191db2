"""What a change costs: measured by doing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching.index import Index
from onair.live.matching.reads import ReadSet
from onair.live.visiting import Visit

#: How often something is done; the fastest time counts, since all others were disturbed.
RENDERINGS = 3
MATCHES = 100

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one change to a region.

    Args:
        render_seconds: of one rendering, for all who share it.
        queries: those of one rendering, the site's middleware and view included.
        match_seconds: of finding out whether one row concerns the region.
    """

    render_seconds: float
    queries: int
    match_seconds: float


def measure(visit: Visit, region_id: str, read_set: ReadSet, clock: Clock = time.perf_counter) -> Cost:
    """Render a region some more times, and match a change to each table that it has read."""
    best, queries = float("inf"), 0
    for _ in range(RENDERINGS):
        with counted_queries() as count:
            began = clock()
            visit.render(frozenset({region_id}))
            best = min(best, clock() - began)
        queries = count.number
    return Cost(best, queries, _match(read_set, clock))


def _match(read_set: ReadSet, clock: Clock) -> float:
    """Return the time for the table that takes longest."""
    index = Index()
    index.add("region", read_set)
    slowest = 0.0
    for commit in _samples(read_set):
        began = clock()
        for _ in range(MATCHES):
            index.match(commit)
        slowest = max(slowest, (clock() - began) / MATCHES)
    return slowest


def _samples(read_set: ReadSet) -> Iterator[Commit]:
    """Yield a change of one row of each table: of one that is shown, where one is."""
    rows: dict[tuple[str, Any], Any] = {(one.using, one.model): None for one in read_set.readings}
    rows |= {(using, model): key for using, model, key in read_set.instances}
    for (using, model), key in rows.items():
        yield Commit(using, [RowChange(model, Kind.UPDATED, key)])


class Count:
    """Counts queries, as a wrapper of a database connection's."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.number += 1
        return execute(*args)


@contextmanager
def counted_queries() -> Iterator[Count]:
    """Count the queries of this thread, to any database."""
    count = Count()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(count))
        yield count
