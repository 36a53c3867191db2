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
from onair.changes.values import generated_columns, known, returned


@dataclass(frozen=True, slots=True)
class Update:
    """An update that is about to run. ``keys`` are its rows, None where they cannot be named."""

    model: type[Model]
    keys: tuple[Any, ...] | None
    written: dict[str, Any]
    exclude: str | None


def before(query: UpdateQuery, using: str) -> Update | None:
    """Look at an update before it runs. None is one that writes nothing here, but to parents' tables."""
    model = reading.table_of(query)
    written = {field.attname: _prepared(field, value) for field, _, value in query.values}  # type: ignore[attr-defined]
    if not written:
        return None
    exclude = writing.current().exclude
    if any(field.attname in written for field in model._meta.pk_fields):
        return Update(model, None, written, exclude)
    keys = reading.named_keys(query)
    if keys is None:
        keys = reading.keys_of(reading.rows_of(query, using))
    return Update(model, keys, written, exclude)


def unknown(query: UpdateQuery) -> Update:
    """Return an update of rows that nobody can name."""
    return Update(reading.table_of(query), None, {}, None)


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
        into.add_table(update.model)
        return
    only = len(update.keys) == 1
    answered = returned(returning_fields, rows[0]) if only and rows else {}
    generated = generated_columns(update.model)
    values = known(update.written.items()) | dict(answered)
    for key in update.keys:
        columns = changed_columns(update.model, key, update.written) if only else frozenset(update.written)
        change = RowChange(update.model, Kind.UPDATED, key, columns | generated, dict(values), update.exclude)
        into.add(change)


def _prepared(field: Any, value: Any) -> Any:
    """Return what is written where an object is given for a foreign key."""
    return value.prepare_database_save(field) if isinstance(value, Model) else value
