"""The rules by which a commit concerns a read set, for one alone; the index has many.

A row that is in a result matters by the columns that its place and its look depend on, any other by whether
it may enter. Where nobody knows which rows are in the result, a row matters that may have been in it, or may
be now.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from onair.changes.change import Commit
from onair.live.matching.conditions import may_fit
from onair.live.matching.reads import Reading, ReadSet
from onair.live.matching.values import Facts
from onair.live.matching.written import Written, written_by


def affects(read_set: ReadSet, commit: Commit) -> bool:
    """Whether what a commit changed may concern what was rendered from a read set."""
    if any(using == commit.using and model in commit.tables for using, model in _tables(read_set)):
        return True
    return any(_affects(read_set, commit.using, written) for written in written_by(commit))


def columns_of(reading: Reading) -> frozenset[str] | None:
    """Return the columns that matter of a row in the result; None: any."""
    if reading.membership is None or reading.shown is None:
        return None
    return reading.membership | reading.shown


def _tables(read_set: ReadSet) -> set[tuple[str, Any]]:
    return {(reading.using, reading.model) for reading in read_set.readings if reading.terms} | {
        (using, model) for using, model, _ in read_set.instances
    }


def _affects(read_set: ReadSet, using: str, written: Written) -> bool:
    return any(
        _concerns(reading, written)
        for reading in read_set.readings
        if reading.using == using and reading.model is written.model
    ) or any(
        _may_be(written, (key,)) and written.touches(columns)
        for (alias, model, key), columns in read_set.instances.items()
        if alias == using and model is written.model
    )


def _concerns(reading: Reading, written: Written) -> bool:
    if not reading.terms:
        return False
    columns = columns_of(reading)
    if reading.keys is None:
        return written.touches(columns) and (
            _may_match(reading, written.before) or _may_match(reading, written.after)
        )
    return (_may_be(written, reading.keys) and written.touches(columns)) or (
        written.touches(reading.membership) and _may_match(reading, written.after)
    )


def _may_be(written: Written, keys: Collection[Any]) -> bool:
    return bool(keys) if written.is_any else written.key in keys


def _may_match(reading: Reading, known: Facts | None) -> bool:
    return known is not None and any(may_fit(term, known) for term in reading.terms)
