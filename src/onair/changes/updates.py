"""What an UPDATE writes, and to which rows: the latter must be found out before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.db.models.sql.subqueries import UpdateQuery

from onair.changes import interest, writing
from onair.changes import rows as reading
from onair.changes.change import Kind, RowChange
from onair.changes.narrowing import changed_columns, unchanged_in
from onair.changes.pinning import pinned_by
from onair.changes.recording import Recording
from onair.changes.table import Table, table_of
from onair.changes.values import kept, known, returned


@dataclass(slots=True)
class Update:
    """An update: before it runs, and after it.

    ``keys`` are its rows, None where they cannot be named. ``written`` has the values by attribute name, and
    ``unchanged`` what the only row is said to have had. ``count`` is the rows that the database updated, None
    where nobody asked; ``answered`` what it returned of the only row. Where nobody wants the keys to be read,
    ``pinned`` is what the conditions say of all rows.
    """

    table: Table
    keys: tuple[Any, ...] | None
    written: dict[str, Any]
    exclude: str | None = None
    unchanged: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    answered: Mapping[str, Any] = field(default_factory=dict)
    pinned: Mapping[str, Any] | None = None

    def ran(
        self, count: int | None, returning_fields: Sequence[Any] = (), rows: Sequence[Sequence[Any]] = ()
    ) -> None:
        """Say how it went; of several rows that were returned nobody knows which is which."""
        self.count = count
        if len(rows) == 1 and self.keys is not None and len(self.keys) == 1:
            self.answered = returned(returning_fields, rows[0])

    def record(self, into: Recording) -> None:
        """Record each row, or the table where they cannot be named, or others have come in between."""
        keys, count = self.keys, self.count
        if keys is None and self.pinned is not None:
            self._record_unread(self.pinned, into)
            return
        if keys is None or (count is not None and count > len(keys)):
            into.add_table(self.table.model)
            return
        columns = changed_columns(self.written, self.unchanged) | self.table.generated
        values = known(self.written.items()) | dict(self.answered)
        for key in keys:
            into.add(RowChange(self.table.model, Kind.UPDATED, key, columns, values, self.exclude))

    def _record_unread(self, pinned: Mapping[str, Any], into: Recording) -> None:
        columns = frozenset(self.written) | self.table.generated
        still = {name: value for name, value in pinned.items() if name not in columns}
        values = still | known(self.written.items())
        into.add(RowChange(self.table.model, Kind.UPDATED, None, columns, values, self.exclude))


def before(query: UpdateQuery, using: str) -> Update | None:
    """Look at an update before it runs. None is one that writes nothing here, but to parents' tables."""
    table = table_of(query)
    written = _written(query, table)
    if not written:
        return None
    exclude = writing.current().exclude
    if table.key_columns & written.keys():
        return Update(table, None, written, exclude)
    keys = reading.named_keys(query)
    if keys is None and not interest.reads_rows(table.model):
        return Update(table, None, written, exclude, pinned=pinned_by(query, using))
    if keys is None:
        keys = reading.keys_of(reading.rows_of(query, using))
    unchanged = unchanged_in(table.model, keys[0]) if keys and len(keys) == 1 else {}
    return Update(table, keys, written, exclude, unchanged)


def unknown(query: UpdateQuery) -> Update:
    """Return an update of rows that nobody can name."""
    return Update(table_of(query), None, {})


def _written(query: UpdateQuery, table: Table) -> dict[str, Any]:
    """Return the values by attribute name, as they are now; of an object for a foreign key, its key."""
    written = {}
    for column, _, value in query.values:  # type: ignore[attr-defined]
        name = column.attname
        if isinstance(value, Model):
            value = value.prepare_database_save(column)
        written[name] = kept(value) if name in table.mutable_columns else value
    return written
