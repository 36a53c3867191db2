"""A commit as one line of JSON, for another process of the site. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Model

from onair.changes.change import Commit, Kind, RowChange
from onair.changes.ids import ChangeId
from onair.changes.scalars import UNTOLD, read, read_key, written, written_key

#: The bytes of a line that has rows in it.
MOST_BYTES = 512 * 1024


def encode(commit: Commit) -> bytes:
    """Return a commit as a line. A value of a type that is not told is left out: then it is not known.

    Of a commit that is too large for one request, only the tables are told.
    """
    line = _encode(commit)
    if len(line) <= MOST_BYTES:
        return line
    tables = commit.tables.union(change.model for change in commit.rows)
    return _encode(Commit(commit.using, (), tables, id=commit.id))


def _encode(commit: Commit) -> bytes:
    content = {
        "id": commit.id,
        "using": commit.using,
        "tables": [table._meta.label_lower for table in commit.tables],
        "rows": [_row(change) for change in commit.rows],
    }
    return json.dumps(content, separators=(",", ":")).encode()


def decode(line: bytes) -> Commit:
    """Return the commit of a line. It is silent here: it was announced where it was written.

    What is of a model that this process does not have is left out. A line of older code has no id: its commit
    gets one of its own.

    Raises:
        ValueError: it is no such line.
    """
    content = json.loads(line)
    try:
        rows = [_change(*row) for row in content["rows"] if _model(row[0]) is not None]
        tables = filter(None, map(_model, content["tables"]))
        told_id = ChangeId(*content["id"]) if "id" in content else None
        return Commit(str(content["using"]), rows, tables, silent=True, id=told_id)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"This is no commit: {error!r}") from error


def _row(change: RowChange) -> list[Any]:
    key = written_key(change.key)
    columns = None if change.columns is None else sorted(change.columns)
    return [
        change.model._meta.label_lower,
        change.kind.value,
        None if key is UNTOLD else key,
        columns,
        dict(_told(change.values)),
    ]


def _change(label: str, kind: str, key: Any, columns: list[str] | None, values: dict[str, Any]) -> RowChange:
    model = _model(label)
    assert model is not None, "rows of models that are not there were left out"
    return RowChange(
        model,
        Kind(kind),
        read_key(key),
        None if columns is None else frozenset(columns),
        {name: read(value) for name, value in values.items()},
    )


def _told(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        content = written(value)
        if content is not UNTOLD:
            yield name, content


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
