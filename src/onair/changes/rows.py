"""The rows that a query is about: named by the query itself, or read before it runs."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql.query import Query
from django.db.models.sql.where import AND, WhereNode

from onair.changes.recording import MOST_ROWS
from onair.changes.table import read_key, table_of

#: What a key may be where a query names it. Anything else may be an expression or an instance.
_PLAIN_KEYS = (int, str, bytes)


def named_keys(query: Query) -> tuple[Any, ...] | None:
    """Return the only keys that a query can be about; None where it does not name them.

    Where other conditions stand beside them, it names one key or none: of several, some may not be meant.
    """
    where = query.where
    if where.connector != AND or where.negated:
        return None
    for child in where.children:
        keys = _keys_of_condition(query, child)
        if keys is not None and (len(keys) == 1 or len(where.children) == 1):
            return keys
    return None


def whole_rows(rows: QuerySet[Model]) -> list[dict[str, Any]] | None:
    """Read the rows, each value by its attribute's name; None where they are too many to name them."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    found = list(rows.values(*names)[: MOST_ROWS + 1])
    return found if len(found) <= MOST_ROWS else None


def keys_of(rows: QuerySet[Model]) -> tuple[Any, ...] | None:
    """Read the rows' keys; None where they are too many to name them."""
    found = tuple(rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
    return found if len(found) <= MOST_ROWS else None


def rows_of(query: Query, using: str) -> QuerySet[Model]:
    """Return the rows that an update or a delete is about to write, to be read."""
    plain = query.chain(klass=Query)
    plain.get_initial_alias()
    plain.select_related = False
    plain.clear_ordering(force=True)
    plain.extra = {}
    plain.select = ()
    # An UPDATE has no such clause: it would lock, fail outside of a transaction, and not wait where told so.
    plain.select_for_update = False
    return QuerySet(query.model, query=plain, using=using)


def _keys_of_condition(query: Query, condition: object) -> tuple[Any, ...] | None:
    if isinstance(condition, WhereNode):
        inner = condition.children[0] if len(condition.children) == 1 and not condition.negated else None
        return None if inner is None else _keys_of_condition(query, inner)
    if not isinstance(condition, Exact | In):
        return None
    field = _key_field(query, condition.lhs)
    if field is None:
        return None
    if isinstance(condition, Exact):
        return (read_key(field, condition.rhs),) if _is_value(field, condition.rhs) else None
    keys = condition.rhs
    if not isinstance(keys, list | tuple | set | frozenset) or not all(_is_value(field, key) for key in keys):
        return None
    return tuple(read_key(field, key) for key in keys)


def _key_field(query: Query, column: object) -> Any:
    """Return the field of a column that is the key of the table; None for any other."""
    if not isinstance(column, Col) or column.alias != query.base_table:
        return None
    field = column.target
    if not field.primary_key or field.model is not table_of(query).model:
        return None
    # By a collation of its own another text may be the same key, and the row has its own way to write it.
    return None if getattr(field, "db_collation", None) else field


def _is_value(field: Any, key: object) -> bool:
    """Whether a key is a plain value, or what the field itself makes: a UUID, a date, a Decimal."""
    if isinstance(key, _PLAIN_KEYS):
        return True
    return (
        not isinstance(key, Model) and not hasattr(key, "resolve_expression") and field.to_python(key) == key
    )
