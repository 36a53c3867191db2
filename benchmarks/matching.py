"""Measures how live queries are found that a row change concerns. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import machine
from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching import Index, affects
from onair.live.matching.reads import Condition, Reading, ReadSet, Term

#: Of the synthetic site.
ROOMS, AUTHORS, STATES, MESSAGES, MOMENTS = 5_000, 1_000, 4, 1_000_000, 100_000

#: Rows in the result of each query that is a list.
ROWS = 5

#: Seconds for the queries one by one, of which there may be few then.
_LINEAR = 2.0

#: The most microseconds for a row change, and bytes for a query, by the number of queries.
GOALS = {10_000: 50.0, 100_000: 400.0}
BYTES = 300


class Message:
    """The table that all queries are of; the index asks for no more than a class."""


@dataclass(frozen=True, slots=True)
class Result:
    """In microseconds of CPU time, and in bytes for each query: ``bare``, and with the rows in its result."""

    queries: int
    build: float
    linear: float
    insert: float
    update: float
    matches: float
    bare: float
    keyed: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--queries", nargs="+", type=int, default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--changes", type=int, default=500, help="of which the median is taken")
    parser.add_argument("--output", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    results = []
    for queries in options.queries:
        results.append(measure(queries, options.changes))
        print(f"{queries:,} queries", file=sys.stderr)
    lines = [
        "# Which live queries a row change concerns",
        "\n".join(machine.described_python(("django",))),
        f"`python -m benchmarks.matching`; CPU time, the median of {options.changes} changes; see README.md.",
        "\n".join(_table(results)),
    ]
    text = "\n\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(f"{text}\n")


def measure(queries: int, changes: int) -> Result:
    """Measure one number of queries.

    Args:
        changes: row changes of each kind.
    """
    random = Random(queries)
    read_sets = [_read_set(random) for _ in range(queries)]
    bare = [ReadSet((_without_rows(read_set.readings[0]),)) for read_set in read_sets]
    inserts = [_insert(random) for _ in range(changes)]
    updates = [_update(random) for _ in range(changes)]
    started = time.thread_time()
    index = _built(read_sets)
    build = time.thread_time() - started
    gc.collect()
    return Result(
        queries,
        build,
        linear=_median(lambda commit: _one_by_one(read_sets, commit), inserts, _LINEAR),
        insert=_median(index.match, inserts),
        update=_median(index.match, updates),
        matches=statistics.mean(len(index.match(commit)) for commit in inserts),
        bare=_memory(bare) / queries,
        keyed=_memory(read_sets) / queries,
    )


def _read_set(random: Random) -> ReadSet:
    """A query of the mix: lists by a foreign key, rows by their key, and so on."""
    term = random.choices(
        [
            Term((("room_id", random.randrange(ROOMS)),)),
            Term((("id", random.randrange(MESSAGES)),)),
            Term((("author_id", random.randrange(AUTHORS)), ("room_id", random.randrange(ROOMS)))),
            Term((("room_id", random.randrange(ROOMS)),), (_range(random),)),
            Term((), (_range(random),)),
            Term((), (Condition("state", "exact", random.randrange(STATES), negated=True),)),
        ],
        [60, 15, 10, 8, 6, 1],
    )[0]
    columns = frozenset([*(name for name, _ in term.equal), *(condition.column for condition in term.rest)])
    rows = frozenset(random.randrange(MESSAGES) for _ in range(ROWS))
    if columns == {"id"}:
        rows = frozenset(value for _, value in term.equal)
    shown = frozenset({"id", "text", "moment"})
    return ReadSet((Reading("default", Message, (term,), columns, shown, rows),))  # type: ignore[arg-type]


def _range(random: Random) -> Condition:
    first = random.randrange(MOMENTS)
    return Condition("moment", "range", (first, first + random.randrange(MOMENTS // 1_000)))


def _without_rows(reading: Reading) -> Reading:
    return Reading(reading.using, reading.model, reading.terms, reading.membership, reading.shown)


def _values(random: Random) -> dict[str, Any]:
    return {
        "id": random.randrange(MESSAGES),
        "room_id": random.randrange(ROOMS),
        "author_id": random.randrange(AUTHORS),
        "state": random.randrange(STATES),
        "moment": random.randrange(MOMENTS),
        "text": "It was a day like any other.",
    }


def _insert(random: Random) -> Commit:
    values = _values(random)
    change = RowChange(Message, Kind.CREATED, values["id"], None, values)  # type: ignore[arg-type]
    return Commit("default", [change])


def _update(random: Random) -> Commit:
    values = _values(random)
    change = RowChange(Message, Kind.UPDATED, values["id"], frozenset({"text"}), values)  # type: ignore[arg-type]
    return Commit("default", [change])


def _built(read_sets: Sequence[ReadSet]) -> Index:
    index = Index()
    for number, read_set in enumerate(read_sets):
        index.add(number, read_set)
    return index


def _one_by_one(read_sets: Sequence[ReadSet], commit: Commit) -> set[int]:
    return {number for number, read_set in enumerate(read_sets) if affects(read_set, commit)}


def _memory(read_sets: Sequence[ReadSet]) -> float:
    """Return the bytes of an index, less those of what it was given."""
    gc.collect()
    tracemalloc.start()
    index = _built(read_sets)
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(index) == len(read_sets)
    return float(taken)


def _median(
    match: Callable[[Commit], object], commits: Sequence[Commit], seconds: float = float("inf")
) -> float:
    took: list[float] = []
    while len(took) < len(commits) and sum(took) < seconds:
        commit = commits[len(took)]
        started = time.thread_time()
        match(commit)
        took.append(time.thread_time() - started)
    return statistics.median(took) * 1e6


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield (
        "| live queries | one by one, µs | insert, µs | goal | | update of a displayed column, µs | goal | "
        "| matches of an insert | bytes for a query | goal | | with its rows | built in, s |"
    )
    yield "|--:|--:|--:|---|---|--:|---|---|--:|--:|---|---|--:|--:|"
    for result in results:
        goal = GOALS.get(result.queries)
        cells = (
            f"{result.queries:,}",
            f"{result.linear:,.0f}",
            f"{result.insert:,.1f}",
            *_verdict(result.insert, goal),
            f"{result.update:,.1f}",
            *_verdict(result.update, goal),
            f"{result.matches:,.0f}",
            f"{result.bare:,.0f}",
            *_verdict(result.bare, BYTES if goal else None),
            f"{result.keyed:,.0f}",
            f"{result.build:,.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def _verdict(figure: float, goal: float | None) -> tuple[str, str]:
    if goal is None:
        return "", ""
    return f"≤ {goal:g}", "met" if figure <= goal else "**short**"


if __name__ == "__main__":
    main()
