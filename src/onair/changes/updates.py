"""What an UPDATE writes, and to which rows: the latter must be found out before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.db.models.sql.subqueries import UpdateQuery

from onair.changes import rows as reading
from onair.changes import writing
from onair.changes.change import Kind, RowChange
from onair.changes.narrowing import changed_columns
from onair.changes.recording import Recording
from onair.changes.table import Table, table_of
from onair.changes.values import known, returned


@dataclass(frozen=True, slots=True)
class Update:
    """An update that is about to run. ``keys`` are its rows, None where they cannot be named."""

    table: Table
    keys: tuple[Any, ...] | None
    written: dict[str, Any]
    exclude: str | None


def before(query: UpdateQuery, using: str) -> Update | None:
    """Look at an update before it runs. None is one that writes nothing here, but to parents' tables."""
    table = table_of(query)
    written = _written(query)
    if not written:
        return None
    exclude = writing.current().exclude
    if any(field.attname in written for field in table.key_fields):
        return Update(table, None, written, exclude)
    keys = reading.named_keys(query)
    if keys is None:
        keys = reading.keys_of(reading.rows_of(query, using))
    return Update(table, keys, written, exclude)


def unknown(query: UpdateQuery) -> Update:
    """Return an update of rows that nobody can name."""
    return Update(table_of(query), None, {}, None)


def record(
    update: Update,
    count: int | None,
    into: Recording,
    returning_fields: Sequence[Any] = (),
    rows: Sequence[Sequence[Any]] = (),
) -> None:
    """Record what was updated.

    Args:
        count: the rows that the database updated, None where nobody asked.
        returning_fields: what the database was asked to return of each row.
        rows: what it returned, which says of which row only where it is the only one.
    """
    if count == 0:
        return
    if update.keys is None or (count is not None and count > len(update.keys)):
        into.add_table(update.table.model)
        return
    model, generated = update.table.model, update.table.generated
    only = len(update.keys) == 1
    values = known(update.written.items())
    if only and rows:
        values.update(returned(returning_fields, rows[0]))
    for key in update.keys:
        columns = changed_columns(model, key, update.written) if only else frozenset(update.written)
        into.add(RowChange(model, Kind.UPDATED, key, columns | generated, values, update.exclude))


def _written(query: UpdateQuery) -> dict[str, Any]:
    """Return the values by attribute name; of an object that is given for a foreign key, its key."""
    return {
        field.attname: value.prepare_database_save(field) if isinstance(value, Model) else value
        for field, _, value in query.values  # type: ignore[attr-defined]
    }
