"""What an INSERT wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from django.db.models import Model
from django.db.models.sql.subqueries import InsertQuery

from onair.changes import writing
from onair.changes.change import Kind, RowChange
from onair.changes.recording import MOST_ROWS, Recording
from onair.changes.rows import key_in, table_of
from onair.changes.values import known, returned


def record(
    query: InsertQuery, returning_fields: Sequence[Any], rows: Sequence[Sequence[Any]], into: Recording
) -> None:
    """Record what was inserted.

    Args:
        returning_fields: what the database was asked to return of each row.
        rows: what it returned, none where it does not return anything.
    """
    model = table_of(query)
    may_be_there = query.on_conflict is not None  # type: ignore[attr-defined]
    if len(query.objs) > MOST_ROWS:
        into.add_table(model)
        return
    for values in _values(query, returning_fields, rows):
        change = _perhaps_new(model, values) if may_be_there else _new(model, values)
        if change is None:
            into.add_table(model)
            return
        into.add(change)


def _values(
    query: InsertQuery, returning_fields: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> Iterator[dict[str, Any]]:
    for instance, row in zip(query.objs, chain(rows, repeat(())), strict=False):
        written = known((field.attname, getattr(instance, field.attname)) for field in query.fields)
        yield written | dict(returned(returning_fields, row))


def _new(model: type[Model], values: dict[str, Any]) -> RowChange | None:
    key = key_in(model, values)
    if key is None:
        return None
    return RowChange(model, Kind.CREATED, key, None, values, writing.current().exclude)


def _perhaps_new(model: type[Model], values: dict[str, Any]) -> RowChange | None:
    """Return the change of a row that may have been there: with other values then, unless it is a link.

    A link between two objects is all that its row says.
    """
    key = key_in(model, values)
    if not model._meta.auto_created:
        if key is None:
            return None
        values = {}
    return RowChange(model, Kind.CHANGED, key, None, values, writing.current().exclude)
