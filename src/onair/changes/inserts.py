"""What an INSERT wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from django.db.models.sql.subqueries import InsertQuery

from onair.changes import writing
from onair.changes.change import Kind, RowChange
from onair.changes.recording import MOST_ROWS, Recording
from onair.changes.table import Table, table_of
from onair.changes.values import known, returned


def record(
    query: InsertQuery, returning_fields: Sequence[Any], rows: Sequence[Sequence[Any]], into: Recording
) -> None:
    """Record what was inserted.

    Args:
        returning_fields: what the database was asked to return of each row.
        rows: what it returned, none where it does not return anything.
    """
    table = table_of(query)
    make = _new if query.on_conflict is None else _perhaps_new  # type: ignore[attr-defined]
    if len(query.objs) > MOST_ROWS:
        into.add_table(table.model)
        return
    for values in _values(query, returning_fields, rows):
        change = make(table, values)
        if change is None:
            into.add_table(table.model)
            return
        into.add(change)


def _values(
    query: InsertQuery, returning_fields: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> Iterator[dict[str, Any]]:
    for instance, row in zip(query.objs, chain(rows, repeat(())), strict=False):
        values = known([(field.attname, getattr(instance, field.attname)) for field in query.fields])
        values.update(returned(returning_fields, row))
        yield values


def _new(table: Table, values: dict[str, Any]) -> RowChange | None:
    key = table.key_in(values)
    if key is None:
        return None
    return RowChange(table.model, Kind.CREATED, key, None, values, writing.current().exclude)


def _perhaps_new(table: Table, values: dict[str, Any]) -> RowChange | None:
    """Return the change of a row that may have been there: with other values then, unless it is a link.

    A link between two objects is all that its row says.
    """
    key = table.key_in(values)
    if not table.model._meta.auto_created:
        if key is None:
            return None
        values = {}
    return RowChange(table.model, Kind.CHANGED, key, None, values, writing.current().exclude)
