"""What an INSERT wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from django.db.models.constants import OnConflict
from django.db.models.sql.subqueries import InsertQuery

from onair.changes import interest, writing
from onair.changes.change import Kind, RowChange
from onair.changes.recording import MOST_ROWS, Recording
from onair.changes.table import Table, table_of
from onair.changes.values import held_by, known, returned


@dataclass(slots=True)
class Insert:
    """Rows that were inserted.

    ``held`` has what their instances held then, nothing where they are too many. ``returned`` is what the
    database answered of the ``returning_fields``. ``is_new`` is false of an upsert, and ``names_rows`` where
    it may have updated rows that have other keys than the instances.
    """

    table: Table
    fields: Iterable[Any]
    held: list[dict[str, Any]]
    returning_fields: Sequence[Any]
    returned: Sequence[Sequence[Any]]
    is_new: bool
    names_rows: bool
    exclude: str | None

    def record(self, into: Recording) -> None:
        """Record each row, or the table where one of them cannot be named."""
        make = self._new if self.is_new else self._perhaps_new
        changes = [make(values) for values in self._values()]
        if not changes or None in changes:
            into.add_table(self.table.model)
        for change in filter(None, changes):
            into.add(change)

    def _values(self) -> Iterator[dict[str, Any]]:
        for held, row in zip(self.held, chain(self.returned, repeat(())), strict=False):
            names = [field.attname for field in self.fields]
            values = known([(name, held[name]) for name in names if name in held])
            values.update(returned(self.returning_fields, row))
            yield values

    def _new(self, values: dict[str, Any]) -> RowChange | None:
        key = self.table.key_in(values)
        if key is None and interest.reads_rows(self.table.model):
            return None
        return RowChange(self.table.model, Kind.CREATED, key, None, values, self.exclude)

    def _perhaps_new(self, values: dict[str, Any]) -> RowChange | None:
        """Return the change of a row that may have been there: with other values then, unless it is a link.

        A link between two objects is all that its row says.
        """
        if not self.names_rows:
            return None
        key = self.table.key_in(values)
        if not self.table.model._meta.auto_created:
            if key is None:
                return None
            values = {}
        return RowChange(self.table.model, Kind.CHANGED, key, None, values, self.exclude)


def after(query: InsertQuery, returning_fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Insert:
    """Look at an insert that has been done.

    Args:
        returning_fields: what the database was asked to return of each row.
        rows: what it returned, none where it does not return anything.
    """
    table = table_of(query)
    instances = query.objs if len(query.objs) <= MOST_ROWS else ()
    held = [held_by(instance, table.mutable_columns) for instance in instances]
    return Insert(
        table,
        query.fields,
        held,
        returning_fields,
        rows,
        is_new=query.on_conflict is None,  # type: ignore[attr-defined]
        names_rows=_names_rows(query, table, returning_fields if rows else ()),
        exclude=writing.current().exclude,
    )


def _names_rows(query: Any, table: Table, answered: Iterable[Any]) -> bool:
    """Whether the keys are those of the rows: a row that is in conflict by another field keeps its own."""
    if query.on_conflict is not OnConflict.UPDATE:
        return True
    in_conflict = {field.attname for field in query.unique_fields or ()}
    return in_conflict == table.key_columns or table.key_columns <= {field.attname for field in answered}
