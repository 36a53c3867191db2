"""The fields of a model instance that an event carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeAlias, cast

from django.db import models

from onair.payloads.secret_names import looks_secret
from onair.payloads.values import json_value

#: A string names one field, exactly; anything else several; None is no choice.
FieldNames = str | Iterable[str] | None

ModelField: TypeAlias = "models.Field[Any, Any]"


def model_payload(
    instance: models.Model, *, include: FieldNames = None, exclude: FieldNames = None
) -> dict[str, Any]:
    """Return the instance as a dict that any JSON encoder can write.

    It holds the editable fields, as Django's ``model_to_dict`` does, with related objects as their keys,
    and the primary key. A field that is not editable, or looks secret, is of it only where ``include`` names
    it. No type of field raises.

    Args:
        instance: a saved instance. Reading its many-to-many fields asks the database.
        include: the fields to hold, instead of all of them.
        exclude: the fields to leave out, whatever ``include`` says.
    """
    included, excluded = field_names(include), field_names(exclude)
    fields = (field for field in _fields(instance) if _is_chosen(field, included, excluded))
    return {field.name: _field_value(instance, field) for field in fields}


def secret_fields(model: type[models.Model]) -> list[str]:
    """Return the fields of a model that would be of its payload if they did not look secret."""
    return [field.name for field in _fields(model) if _belongs(field) and looks_secret(field.name)]


def field_names(names: FieldNames) -> frozenset[str] | None:
    """Return the names as a set: a string is one name."""
    if names is None:
        return None
    return frozenset({names} if isinstance(names, str) else names)


def _fields(model: models.Model | type[models.Model]) -> Iterator[ModelField]:
    """Yield every field with a value of its own, in the order of ``model_to_dict``."""
    options = model._meta
    for field in chain(options.concrete_fields, options.private_fields, options.many_to_many):
        if isinstance(field, models.Field) and not isinstance(field, models.CompositePrimaryKey):
            yield field


def _is_chosen(field: ModelField, included: frozenset[str] | None, excluded: frozenset[str] | None) -> bool:
    if excluded and field.name in excluded:
        return False
    if included is not None:
        return field.name in included
    return _belongs(field) and not looks_secret(field.name)


def _belongs(field: ModelField) -> bool:
    return field.editable or field.primary_key


def _field_value(instance: models.Model, field: ModelField) -> Any:
    value = field.value_from_object(instance)
    if hasattr(value, "resolve_expression"):
        value = _stored_value(instance, field)
    try:
        return json_value(value)
    except (TypeError, ValueError):
        return _as_text(instance, field, value)


def _stored_value(instance: models.Model, field: ModelField) -> Any:
    """Ask the database for what an expression (``F("views") + 1``) has become."""
    rows = type(instance)._base_manager.using(instance._state.db).filter(pk=instance.pk)
    return rows.values_list(field.attname, flat=True).first()


def _as_text(instance: models.Model, field: ModelField, value: Any) -> str:
    """Write the value of a custom field as Django's own serialisers do, or else as what it prints."""
    try:
        return cast("str", json_value(field.value_to_string(instance)))
    except Exception:  # a field may raise what it likes
        return str(value)
