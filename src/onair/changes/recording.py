"""The writes of a transaction, joined for each row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Model

from onair.changes.change import Kind, RowChange

#: Beyond so many rows of one table, a transaction is said to have changed the table.
MOST_ROWS = 1_000

_Key = tuple[type[Model], Any]
_Join = Callable[[RowChange, RowChange], RowChange | None]


class Recording:
    """What was written so far, each row once."""

    __slots__ = ("_counts", "_nameless", "_rows", "_tables")

    def __init__(self) -> None:
        self._rows: dict[_Key, RowChange] = {}
        self._nameless: list[RowChange] = []
        self._tables: set[type[Model]] = set()
        self._counts: dict[type[Model], int] = {}

    def add(self, change: RowChange) -> None:
        """Add a write, after all those before it."""
        model = change.model
        if model in self._tables:
            return
        if change.key is None:
            self._nameless.append(change)
            self._count(model)
            return
        key = (model, change.key)
        before = self._rows.get(key)
        if before is None:
            self._rows[key] = change
            self._count(model)
            return
        joined = join(before, change)
        if joined is None:
            del self._rows[key]
            self._counts[model] -= 1
        else:
            self._rows[key] = joined

    def add_table(self, model: type[Model]) -> None:
        """Say that rows of a table were written that nobody can name."""
        self._tables.add(model)
        self._rows = {key: change for key, change in self._rows.items() if change.model is not model}
        self._nameless = [change for change in self._nameless if change.model is not model]

    def put_into(self, recording: Recording) -> None:
        """Add all of this to what another one has recorded before."""
        for model in self._tables:
            recording.add_table(model)
        for change in (*self._rows.values(), *self._nameless):
            recording.add(change)

    @property
    def rows(self) -> tuple[RowChange, ...]:
        """Each row once, in the order of their first write."""
        return (*self._rows.values(), *self._nameless)

    @property
    def tables(self) -> frozenset[type[Model]]:
        """The tables of which rows were written that nobody can name, or too many."""
        return frozenset(self._tables)

    def _count(self, model: type[Model]) -> None:
        self._counts[model] = count = self._counts.get(model, 0) + 1
        if count > MOST_ROWS:
            self.add_table(model)


def join(first: RowChange, second: RowChange) -> RowChange | None:
    """Return two writes of one row as one; None where nothing is left of both."""
    return _JOINS.get((first.kind, second.kind), _second)(first, second)


def _still(kind: Kind) -> _Join:
    """Return how a write after another of some kind leaves it at that kind."""

    def join(first: RowChange, second: RowChange) -> RowChange:
        columns = None
        if kind is Kind.UPDATED and first.columns is not None and second.columns is not None:
            columns = first.columns | second.columns
        return replace(
            second,
            kind=kind,
            columns=columns,
            values=_values(first, second),
            exclude=_exclude(first, second),
        )

    return join


def _second(first: RowChange, second: RowChange) -> RowChange:
    return replace(second, exclude=_exclude(first, second))


def _deleted(first: RowChange, second: RowChange) -> RowChange:
    """Join a deletion with what the transaction did to the row before: it began as another one."""
    changed = frozenset(second.values) if first.columns is None else first.columns
    changed |= second.columns or frozenset()
    return replace(second, columns=changed, exclude=_exclude(first, second))


def _nothing(first: RowChange, second: RowChange) -> None:
    """A row that came and went within one transaction was never there for anybody else."""


def _replaced(first: RowChange, second: RowChange) -> RowChange:
    """Join a row's deletion with its return under the same key, which any column may have changed by."""
    return replace(second, kind=Kind.UPDATED, columns=None, exclude=_exclude(first, second))


def _values(first: RowChange, second: RowChange) -> Mapping[str, Any]:
    if second.columns is None:
        return second.values
    kept = {name: value for name, value in first.values.items() if name not in second.columns}
    return kept | dict(second.values)


def _exclude(first: RowChange, second: RowChange) -> str | None:
    """Spare a socket only where it wrote all of it: otherwise it would miss what others wrote."""
    return first.exclude if first.exclude == second.exclude else None


#: What two writes of one row are together. Where there is no line, the second says it all.
_JOINS: dict[tuple[Kind, Kind], _Join] = {
    (Kind.CREATED, Kind.CREATED): _still(Kind.CREATED),
    (Kind.CREATED, Kind.UPDATED): _still(Kind.CREATED),
    (Kind.CREATED, Kind.CHANGED): _still(Kind.CREATED),
    (Kind.CREATED, Kind.DELETED): _nothing,
    (Kind.UPDATED, Kind.UPDATED): _still(Kind.UPDATED),
    (Kind.UPDATED, Kind.CREATED): _still(Kind.UPDATED),
    (Kind.UPDATED, Kind.CHANGED): _still(Kind.UPDATED),
    (Kind.UPDATED, Kind.DELETED): _deleted,
    (Kind.CHANGED, Kind.DELETED): _deleted,
    (Kind.DELETED, Kind.CREATED): _replaced,
    (Kind.DELETED, Kind.CHANGED): _replaced,
    (Kind.CHANGED, Kind.UPDATED): _still(Kind.CHANGED),
    (Kind.CHANGED, Kind.CREATED): _still(Kind.CHANGED),
    (Kind.CHANGED, Kind.CHANGED): _still(Kind.CHANGED),
}
