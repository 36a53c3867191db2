"""Python values as JSON values: one table by type; ``json_value.register`` adds to it."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.functional import Promise

_django_encoder = DjangoJSONEncoder()


@singledispatch
def json_value(value: Any) -> Any:
    """Return ``value`` as only dicts, lists, strings, numbers, booleans and None.

    Dates, times and durations are written as ``DjangoJSONEncoder`` writes them.

    Raises:
        TypeError, ValueError: JSON has nothing for a value of this type.
    """
    raise TypeError(f"{type(value).__name__} is not JSON")


@json_value.register(type(None))
@json_value.register(bool)
def _as_it_is(value: bool | None) -> bool | None:
    return value


@json_value.register
def _plain_string(value: str) -> str:
    return str.__str__(value)  # without the subclass: SafeString, TextChoices


@json_value.register
def _plain_integer(value: int) -> int:
    return int(value)


@json_value.register
def _number(value: float) -> float | None:
    """Write what is no number as null: browsers cannot parse ``NaN``."""
    return float(value) if math.isfinite(value) else None


@json_value.register(Decimal)
@json_value.register(UUID)
@json_value.register(Promise)
def _text(value: object) -> str:
    return str(value)


@json_value.register(date)
@json_value.register(time)
@json_value.register(timedelta)
def _moment(value: object) -> Any:
    return _django_encoder.default(value)


@json_value.register
def _choice(value: Enum) -> Any:
    return json_value(value.value)


@json_value.register(bytes)
@json_value.register(bytearray)
@json_value.register(memoryview)
def _base64(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(value).decode()


@json_value.register(Mapping)
def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): json_value(item) for key, item in value.items()}


@json_value.register(list)
@json_value.register(tuple)
@json_value.register(set)
@json_value.register(frozenset)
@json_value.register(models.QuerySet)
def _list(value: Iterable[Any]) -> list[Any]:
    return [json_value(item) for item in value]


@json_value.register
def _primary_key(value: models.Model) -> Any:
    return json_value(value.pk)


@json_value.register(File)
def _address(value: File[Any]) -> str | None:
    """Write a file as its URL, or as its name where the storage gives it none; no file is null."""
    if not value.name:
        return None
    try:
        return str(getattr(value, "url", value.name))
    except Exception:  # a storage may raise what it likes
        return value.name
