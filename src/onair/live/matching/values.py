"""Values that Python may compare as the database does. All others are not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from math import isnan
from types import NoneType
from typing import Any
from uuid import UUID


class Naive(Enum):
    """What compares only with its own kind, and has no type of its own."""

    MOMENT = auto()


#: A value, and what it is compared as: only two of one kind are compared.
Told = tuple[Any, Any]

#: What is known of a row: a column that is missing may have any value.
Facts = Mapping[str, Told]

#: Kinds that one value has one way to be written in, so that another is another value.
EXACT = frozenset({int, str, UUID, date, datetime, Naive.MOMENT, time, timedelta})

#: Kinds that are in an order, which no database has a mind of its own about.
ORDERED = frozenset({int, float, Decimal, date, datetime, Naive.MOMENT, time, timedelta})

#: Kinds that are types, and nothing is to be done to.
AS_THEY_ARE = frozenset({int, str, UUID, date, timedelta, NoneType})


def facts(values: Mapping[str, Any]) -> Facts:
    """Return what is known by these values."""
    return {column: known for column, value in values.items() if (known := told(value)) is not None}


def told(value: Any) -> Told | None:
    """Return a value with its kind; None where Python cannot say what the database makes of it."""
    kind = type(value)
    if kind in AS_THEY_ARE:
        return kind, value
    convert = _CONVERT.get(kind)
    if convert is not None:
        return convert(value)
    if isinstance(value, str):  # a choice, safe text
        return str, str.__str__(value)
    if isinstance(value, int):
        return int, int.__int__(value)
    return None


def _number(value: float) -> Told | None:
    return None if isnan(value) else (float, value)


def _decimal(value: Decimal) -> Told | None:
    return (Decimal, value) if value.is_finite() else None


def _moment(value: datetime) -> Told | None:
    if value.tzinfo is None:
        return Naive.MOMENT, value
    try:
        # Python compares two of one time zone by their clocks, and an hour in autumn comes twice.
        return datetime, value.astimezone(UTC)
    except OverflowError:
        return None


def _time(value: time) -> Told | None:
    return (time, value) if value.tzinfo is None else None


_CONVERT: dict[type, Callable[[Any], Told | None]] = {
    bool: lambda value: (int, int(value)),
    float: _number,
    Decimal: _decimal,
    datetime: _moment,
    time: _time,
}
