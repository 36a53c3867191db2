"""The instance that hooks and serializers get: made of what was written, or read once after the commit.

It is never the writer's own, which its code may go on changing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.utils import format_number
from django.db.models import DecimalField, Model, QuerySet

from onair.broadcasting.pending import Pending
from onair.broadcasting.registry import Route, shares_key
from onair.changes.change import Kind, RowChange

#: What has no value: the field is not known.
_MISSING = object()


def made(pending: Pending, using: str) -> Model | None:
    """Return the object as it was written; None where not all of it is known.

    A deleted one is made of what is known: nobody can read the rest.
    """
    values = _values(pending)
    known = {name: value for name, value in values.items() if value is not _MISSING}
    is_whole = pending.is_certain and len(known) == len(values)
    if pending.kind is not Kind.DELETED and not is_whole:
        return None
    return pending.broadcast.model.from_db(using, list(known), list(known.values()))


def read(objects: Iterable[Pending], using: str) -> dict[Any, Model]:
    """Read objects of one model, by their keys; one that is gone is missing."""
    wanted = list(objects)
    if not wanted:
        return {}
    model = wanted[0].broadcast.model
    return _all(model, using).in_bulk([pending.key for pending in wanted])


def existing(objects: Iterable[Pending], using: str) -> set[Any]:
    """Return which of the keys of one model's objects there are."""
    wanted = list(objects)
    rows = _all(wanted[0].broadcast.model, using)
    return set(rows.filter(pk__in=[pending.key for pending in wanted]).values_list("pk", flat=True))


def owners(links: Iterable[tuple[Route, RowChange]], using: str) -> list[tuple[Route, RowChange, Any]]:
    """Read of which objects the rows behind many-to-many fields are."""
    by_route: defaultdict[Route, dict[Any, RowChange]] = defaultdict(dict)
    for route, row in links:
        by_route[route][row.key] = row
    found: list[tuple[Route, RowChange, Any]] = []
    for route, rows in by_route.items():
        table = next(iter(rows.values())).model
        owned = _all(table, using).filter(pk__in=list(rows))
        found.extend((route, rows[key], owner) for key, owner in owned.values_list("pk", route.column or ""))
    return found


def _all(model: type[Model], using: str) -> QuerySet[Model]:
    """Return all objects of a model: its managers may hide some, and what is hidden is written, too."""
    return QuerySet(model, using=using)


def _values(pending: Pending) -> Mapping[str, Any]:
    """Return the value of each field by its attribute's name, in the order that ``from_db`` wants."""
    known = pending.values | dict(_key_values(pending))
    options = pending.broadcast.model._meta
    return {field.attname: _value(field, known) for field in options.concrete_fields}


def _key_values(pending: Pending) -> Iterator[tuple[str, Any]]:
    """Yield the key's own columns, here and in the parents' tables that share it."""
    model = pending.broadcast.model
    key = pending.key if isinstance(pending.key, tuple) else (pending.key,)
    yield from zip((field.attname for field in model._meta.pk_fields), key, strict=True)
    for parent in model._meta.all_parents:
        if shares_key(model, parent):
            yield parent._meta.pk.attname, pending.key


def _value(field: Any, known: Mapping[str, Any]) -> Any:
    """Return a value as it would be loaded: code may write ``"2026-11-21"`` to a date, or 1 for 1.00."""
    value = known.get(field.attname, _MISSING)
    if value is _MISSING:
        return _MISSING
    try:
        read = field.to_python(value)
        if isinstance(field, DecimalField) and read is not None:
            return Decimal(str(format_number(read, field.max_digits, field.decimal_places)))
    except (ArithmeticError, ValidationError, TypeError, ValueError):
        return _MISSING
    return read
