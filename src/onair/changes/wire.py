"""A commit as one line of JSON, for another process of the site. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from onair.changes.change import Commit, Kind, RowChange

#: The bytes of a line that has rows in it.
MOST_BYTES = 512 * 1024

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

#: The types that JSON has.
_AS_THEY_ARE = frozenset({bool, int, str, NoneType})

_MISSING = object()


def encode(commit: Commit) -> bytes:
    """Return a commit as a line. A value of a type that is not told is left out: then it is not known.

    Of a commit that is too large for one request, only the tables are told.
    """
    line = _encode(commit)
    if len(line) <= MOST_BYTES:
        return line
    tables = commit.tables.union(change.model for change in commit.rows)
    return _encode(Commit(commit.using, (), tables))


def _encode(commit: Commit) -> bytes:
    content = {
        "using": commit.using,
        "tables": [table._meta.label_lower for table in commit.tables],
        "rows": [_row(change) for change in commit.rows],
    }
    return json.dumps(content, separators=(",", ":")).encode()


def decode(line: bytes) -> Commit:
    """Return the commit of a line. It is silent here: it was announced where it was written.

    What is of a model that this process does not have is left out.

    Raises:
        ValueError: it is no such line.
    """
    content = json.loads(line)
    try:
        rows = [_change(*row) for row in content["rows"] if _model(row[0]) is not None]
        tables = filter(None, map(_model, content["tables"]))
        return Commit(str(content["using"]), rows, tables, silent=True)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"This is no commit: {error!r}") from error


def _row(change: RowChange) -> list[Any]:
    columns = None if change.columns is None else sorted(change.columns)
    return [
        change.model._meta.label_lower,
        change.kind.value,
        _key(change.key),
        columns,
        dict(_told(change.values)),
    ]


def _change(label: str, kind: str, key: Any, columns: list[str] | None, values: dict[str, Any]) -> RowChange:
    model = _model(label)
    assert model is not None, "rows of models that are not there were left out"
    return RowChange(
        model,
        Kind(kind),
        tuple(map(_read, key["k"])) if isinstance(key, dict) and "k" in key else _read(key),
        None if columns is None else frozenset(columns),
        {name: _read(value) for name, value in values.items()},
    )


def _key(key: Any) -> Any:
    """Return a key as JSON, None where a part of it is not told."""
    parts = [_written(part) for part in (key if isinstance(key, tuple) else (key,))]
    if _MISSING in parts:
        return None
    return {"k": parts} if isinstance(key, tuple) else parts[0]


def _told(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        written = _written(value)
        if written is not _MISSING:
            yield name, written


def _written(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind in _TYPES:
        sign, write, _ = _TYPES[kind]
        return {sign: write(value)}
    if isinstance(value, str):  # a choice, safe text
        return str.__str__(value)
    return int(value) if isinstance(value, int) else _MISSING


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((sign, written),) = value.items()
    return _READ[sign](written)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
