"""The rows that a query is about: named by the query itself, or read before it runs."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql.query import Query
from django.db.models.sql.where import AND, WhereNode

from onair.changes.recording import MOST_ROWS

#: Rows that are read whole before they are deleted; of more, only the keys.
MOST_WHOLE_ROWS = 100

#: What a key may be where a query names it. Anything else may be an expression or an instance.
_PLAIN_KEYS = (int, str, bytes)


def table_of(query: Query) -> type[Model]:
    """Return the concrete model whose table a query writes."""
    model = query.model
    assert model is not None, "a query that writes has a model"
    return model._meta.concrete_model or model


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
    """Read the rows, each value by its attribute's name; None where they are more than is read whole."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    found = list(rows.values(*names)[: MOST_WHOLE_ROWS + 1])
    return found if len(found) <= MOST_WHOLE_ROWS else None


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
    return QuerySet(query.model, query=plain, using=using)


def key_in(model: type[Model], values: dict[str, Any]) -> Any:
    """Return the key in a row's values, a tuple where it has several columns; None where there is none."""
    key = tuple(field.to_python(values.get(field.attname)) for field in model._meta.pk_fields)
    if None in key:
        return None
    return key[0] if len(key) == 1 else key


def _keys_of_condition(query: Query, condition: object) -> tuple[Any, ...] | None:
    if isinstance(condition, WhereNode):
        inner = condition.children[0] if len(condition.children) == 1 and not condition.negated else None
        return None if inner is None else _keys_of_condition(query, inner)
    if not isinstance(condition, Exact | In) or not _is_key(query, condition.lhs):
        return None
    keys = condition.rhs if isinstance(condition, In) else [condition.rhs]
    return _plain(table_of(query), keys)


def _is_key(query: Query, column: object) -> bool:
    return (
        isinstance(column, Col)
        and bool(column.target.primary_key)
        and column.target.model._meta.concrete_model is table_of(query)
        and column.alias == query.base_table
    )


def _plain(model: type[Model], keys: object) -> tuple[Any, ...] | None:
    """Return the keys as the primary key's field reads them; None where one is no plain value."""
    if not isinstance(keys, list | tuple | set | frozenset):
        return None
    field = model._meta.pk
    plain = [key for key in keys if isinstance(key, _PLAIN_KEYS) or _is_of(field, key)]
    return tuple(map(field.to_python, plain)) if len(plain) == len(keys) else None


def _is_of(field: Any, key: object) -> bool:
    """Whether a value is what the field itself makes: a UUID, a date, a Decimal."""
    return (
        not isinstance(key, Model) and not hasattr(key, "resolve_expression") and field.to_python(key) == key
    )
