"""What a DELETE removes, and what the database itself does to the rows that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.db.models import Model, QuerySet, deletion
from django.db.models.sql.subqueries import DeleteQuery

from onair.changes import interest, writing
from onair.changes import rows as reading
from onair.changes.change import Kind, RowChange
from onair.changes.pinning import pinned_by
from onair.changes.recording import MOST_ROWS, Recording
from onair.changes.table import table_of, table_of_model

#: What Django 6.1 leaves to the database to do with rows that refer to a deleted one.
_BY_DATABASE = tuple(
    getattr(deletion, name)
    for name in ("DB_CASCADE", "DB_SET_NULL", "DB_SET_DEFAULT")
    if hasattr(deletion, name)
)
_CASCADE = getattr(deletion, "DB_CASCADE", None)


def concern(model: type[Model]) -> bool:
    """Whether the deletion of rows of this concrete model changes a captured table."""
    return any(map(interest.is_captured, _reached(model)))


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion that is about to run: what it does, and how many rows it is of, None where unknown."""

    model: type[Model]
    effects: Recording
    count: int | None

    def after(self, count: int | None) -> Recording:
        """Return what it did.

        Args:
            count: the rows that the database deleted. More than were read have come in between.
        """
        if count is not None and self.count is not None and count > self.count:
            self.effects.add_table(self.model)
        return self.effects


def before(query: DeleteQuery, using: str) -> Deletion:
    """Read what is about to be deleted, since nothing can be read of it later."""
    effects = Recording()
    model = table_of(query).model
    rows = reading.rows_of(query, using)
    count = None
    if interest.is_captured(model):
        read = _record_deletion if interest.reads_rows(model) else partial(_record_unread, query)
        count = read(model, rows, effects)
    _record_referring(model, rows, using, effects, frozenset())
    return Deletion(model, effects, count)


def unknown(query: DeleteQuery) -> Deletion:
    """Return a deletion of rows that nobody can name."""
    effects = Recording()
    model = table_of(query).model
    for reached in filter(interest.is_captured, _reached(model)):
        effects.add_table(reached)
    return Deletion(model, effects, None)


def _record_deletion(model: type[Model], rows: QuerySet[Model], into: Recording) -> int | None:
    found = reading.whole_rows(rows)
    if found is None:
        into.add_table(model)
        return None
    table, exclude = table_of_model(model), writing.current().exclude
    for values in found:
        into.add(RowChange(model, Kind.DELETED, table.key_in(values), None, values, exclude))
    return len(found)


def _record_unread(
    query: DeleteQuery, model: type[Model], rows: QuerySet[Model], into: Recording
) -> int | None:
    """Record a deletion by what its query says of the rows alone."""
    exclude, pinned = writing.current().exclude, pinned_by(query, rows.db)
    keys = reading.named_keys(query)
    if keys is not None and len(keys) > MOST_ROWS:
        into.add_table(model)
        return None
    for key in (None,) if keys is None else keys:
        into.add(RowChange(model, Kind.DELETED, key, None, pinned, exclude))
    return None if keys is None else len(keys)


def _record_referring(
    model: type[Model], rows: QuerySet[Model], using: str, into: Recording, seen: frozenset[Any]
) -> None:
    """Record what the database does to the rows that refer to those, and to those that refer to them."""
    for field in _referring(model):
        child = field.model
        if not any(map(interest.reads_rows, _reached_by(field))):
            for reached in filter(interest.is_captured, _reached_by(field)):
                into.add_table(reached)
            continue
        # Not by its manager, which may hide some.
        children: QuerySet[Model] = QuerySet(child, using=using).filter(**{f"{field.name}__in": rows})
        if field.remote_field.on_delete is not _CASCADE:
            _record_nulling(child, field, children, into)
        elif field in seen:
            for reached in filter(interest.is_captured, _reached(child)):
                into.add_table(reached)
        else:
            if interest.reads_rows(child):
                _record_deletion(child, children, into)
            elif interest.is_captured(child):
                into.add_table(child)
            _record_referring(child, children, using, into, seen | {field})


def _record_nulling(model: type[Model], field: Any, rows: QuerySet[Model], into: Recording) -> None:
    keys = reading.keys_of(rows)
    if keys is None:
        into.add_table(model)
        return
    exclude = writing.current().exclude
    for key in keys:
        into.add(RowChange(model, Kind.UPDATED, key, frozenset({field.attname}), {}, exclude))


def _referring(model: type[Model]) -> Iterator[Any]:
    """Return the foreign keys to a model that the database itself keeps right."""
    for relation in model._meta.related_objects:
        field = relation.field
        if field.remote_field.on_delete in _BY_DATABASE:
            yield field


def _reached_by(field: Any) -> frozenset[type[Model]]:
    """Return the tables that the deletion of rows may change by a foreign key to them."""
    return _reached(field.model) if field.remote_field.on_delete is _CASCADE else frozenset({field.model})


@cache
def _reached(model: type[Model]) -> frozenset[type[Model]]:
    """Return the tables that the deletion of a model's rows may change by itself."""
    reached = {model}
    waiting = [model]
    while waiting:
        for field in _referring(waiting.pop()):
            if field.model not in reached:
                reached.add(field.model)
                if field.remote_field.on_delete is _CASCADE:
                    waiting.append(field.model)
    return frozenset(reached)
