"""Values as they were written, as far as Python knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.db.models import Model
from django.db.models.fields.files import FieldFile

_MUTABLE = (dict, list, set, bytearray)


def known(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values that the database does not compute itself, each as it is now."""
    return {name: _kept(value) for name, value in values if not hasattr(value, "resolve_expression")}


def generated_columns(model: type[Model]) -> frozenset[str]:
    """Return the attribute names of the columns that the database computes anew with each write."""
    return frozenset(field.attname for field in model._meta.local_concrete_fields if field.generated)


def returned(fields: Iterable[Any], row: Iterable[Any]) -> Mapping[str, Any]:
    """Return what the database answered, by attribute name."""
    return {field.attname: value for field, value in zip(fields, row, strict=False)}


def _kept(value: Any) -> Any:
    """Return a value that its writer cannot change any more before the commit."""
    if isinstance(value, FieldFile):
        return value.name
    return deepcopy(value) if isinstance(value, _MUTABLE) else value
