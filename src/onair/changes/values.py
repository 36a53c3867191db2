"""Values as they were written, as far as Python knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.db.models.fields.files import FieldFile

_MUTABLE = (dict, list, set, bytearray)

#: What most values are, and nobody can change.
_IMMUTABLE = frozenset(
    {NoneType, bool, bytes, date, datetime, Decimal, float, int, str, time, timedelta, UUID}
)


def held_by(instance: Model, mutable: Collection[str]) -> dict[str, Any]:
    """Return what an instance holds now, so that nobody can change it any more.

    Args:
        mutable: the attributes whose values may be changed in place.
    """
    held = instance.__dict__.copy()
    for name in mutable:
        if name in held:
            held[name] = kept(held[name])
    return held


def known(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values that the database does not compute itself."""
    return {
        name: value
        for name, value in values
        if type(value) in _IMMUTABLE or not hasattr(value, "resolve_expression")
    }


def returned(fields: Iterable[Any], row: Iterable[Any]) -> Mapping[str, Any]:
    """Return what the database answered, by attribute name."""
    return {field.attname: value for field, value in zip(fields, row, strict=False)}


def kept(value: Any) -> Any:
    """Return a value that its writer cannot change any more before the commit."""
    if isinstance(value, FieldFile):
        return value.name
    return deepcopy(value) if isinstance(value, _MUTABLE) else value
