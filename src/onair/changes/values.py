"""Values as they were written, as far as Python knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from django.db.models.fields.files import FieldFile

_MUTABLE = (dict, list, set, bytearray)

#: What most values are, and nobody can change.
_IMMUTABLE = frozenset(
    {NoneType, bool, bytes, date, datetime, Decimal, float, int, str, time, timedelta, UUID}
)


def known(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values that the database does not compute itself, each as it is now."""
    found = {}
    for name, value in values:
        if type(value) in _IMMUTABLE:
            found[name] = value
        elif not hasattr(value, "resolve_expression"):
            found[name] = _kept(value)
    return found


def returned(fields: Iterable[Any], row: Iterable[Any]) -> Mapping[str, Any]:
    """Return what the database answered, by attribute name."""
    return {field.attname: value for field, value in zip(fields, row, strict=False)}


def _kept(value: Any) -> Any:
    """Return a value that its writer cannot change any more before the commit."""
    if isinstance(value, FieldFile):
        return value.name
    return deepcopy(value) if isinstance(value, _MUTABLE) else value
