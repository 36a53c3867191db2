"""Single values as JSON, for another process of the site. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from types import NoneType
from typing import Any, Final
from uuid import UUID


class Untold(Enum):
    """What stands for a value that cannot be told: in no JSON, it is for who writes it to leave out."""

    UNTOLD = auto()


UNTOLD: Final = Untold.UNTOLD

#: The types that are told, each with its sign, how it is written, and how it is read again.
_TYPES: Mapping[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    date: ("d", date.isoformat, date.fromisoformat),
    datetime: ("m", datetime.isoformat, datetime.fromisoformat),
    Decimal: ("n", str, Decimal),
    time: ("t", time.isoformat, time.fromisoformat),
    timedelta: (
        "s",
        lambda span: [span.days, span.seconds, span.microseconds],
        lambda parts: timedelta(*parts),
    ),
    UUID: ("u", str, UUID),
}
_READ = {sign: read for sign, _, read in _TYPES.values()}

#: The sign of a key of several columns.
_KEY = "k"

#: The types that JSON has.
_AS_THEY_ARE = frozenset({bool, int, str, NoneType})


def written(value: Any) -> Any:
    """Return a value as JSON, ``UNTOLD`` where its type is not told."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind in _TYPES:
        sign, write, _ = _TYPES[kind]
        return {sign: write(value)}
    if isinstance(value, str):  # a choice, safe text
        return str.__str__(value)
    return int(value) if isinstance(value, int) else UNTOLD


def read(content: Any) -> Any:
    """Return the value that was written.

    Raises:
        ValueError: it is no such value.
    """
    if type(content) in _AS_THEY_ARE:
        return content
    try:
        ((sign, told),) = content.items()
        return _READ[sign](told)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"This is no value: {content!r}") from error


def written_key(key: Any) -> Any:
    """Return a row's key as JSON, ``UNTOLD`` where a part of it is not told."""
    if not isinstance(key, tuple):
        return written(key)
    parts = [written(part) for part in key]
    return UNTOLD if UNTOLD in parts else {_KEY: parts}


def read_key(content: Any) -> Any:
    """Return the key that was written.

    Raises:
        ValueError: it is no such key.
    """
    if isinstance(content, dict) and isinstance(parts := content.get(_KEY), list):
        return tuple(map(read, parts))
    return read(content)
