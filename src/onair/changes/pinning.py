"""What the conditions of a query say of every row that it is about, found without reading any."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In, IsNull
from django.db.models.sql.query import Query
from django.db.models.sql.where import AND, WhereNode

from onair.changes.table import is_plain, table_of

#: The types whose values a row holds exactly as they were asked for: others may be rounded, or cut.
_EXACT = frozenset({int, bool, UUID, date})

#: Where two texts are equal only if they are the same, and in which columns, unless these say otherwise.
_EXACT_TEXT = frozenset({"sqlite", "postgresql"})
_TEXT_FIELDS = frozenset({"CharField", "SlugField", "TextField"})


def pinned_by(query: Query, using: str) -> dict[str, Any]:
    """Return the values that all rows have which an update or a delete is about, by attribute name.

    Only what is sure: equality in columns of the query's own table, and where only the same value is equal.
    """
    table = table_of(query).model
    pinned: dict[str, Any] = {}
    for condition in _conditions(query.where):
        field = _field_of(query, condition.lhs)
        if field is not None and field.model is table:
            for value in _values(condition):
                if value is None or _is_exact(field, value, using):
                    pinned[field.attname] = value
    return pinned


def _conditions(where: WhereNode) -> Iterator[Any]:
    """Yield the conditions that all hold."""
    if where.negated or (where.connector != AND and len(where.children) > 1):
        return
    for child in where.children:
        if isinstance(child, WhereNode):
            yield from _conditions(child)
        elif isinstance(child, Exact | In | IsNull):
            yield child


def _field_of(query: Query, column: object) -> Any:
    """Return the field of a column of the query's own table; None for anything else."""
    return column.target if isinstance(column, Col) and column.alias == query.base_table else None


def _values(condition: Any) -> Collection[Any]:
    """Return the only value that fits a condition, if there is one."""
    value = condition.rhs
    if isinstance(condition, IsNull):
        return (None,) if value is True else ()
    if isinstance(condition, In):
        return value if isinstance(value, list | tuple | set | frozenset) and len(value) == 1 else ()
    return () if value is None else (value,)


def _is_exact(field: Any, value: object, using: str) -> bool:
    """Whether a row that is found by this value has the same one."""
    while is_plain(field) and field.remote_field is not None:
        field = field.target_field
    if not is_plain(field):
        return False
    if type(value) is not str:
        return type(value) in _EXACT
    return (
        connections[using].vendor in _EXACT_TEXT
        and field.get_internal_type() in _TEXT_FIELDS
        and not getattr(field, "db_collation", None)
    )
