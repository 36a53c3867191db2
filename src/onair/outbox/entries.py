"""What a trigger wrote down becomes changes: values as Django would have loaded them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.utils.dateparse import parse_duration

from onair.changes import interest
from onair.changes.change import Commit, Kind, RowChange
from onair.changes.recording import Recording
from onair.changes.triggers.table import column_of, kind_of

logger = logging.getLogger("onair.outbox")

_MISSING = object()


class Entry(NamedTuple):
    """A row of the outbox; ``old`` and ``new`` are JSON."""

    label: str
    op: str
    old: str | None
    new: str | None


class Decoder:
    """Makes changes of entries, for one database.

    Args:
        connection: the database; nothing is asked of it.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._rows: dict[str, _Rows | None] = {}

    def commit(self, entries: Iterable[Entry]) -> Commit:
        """Return what the entries of one transaction say."""
        recording = Recording()
        for entry in entries:
            rows = self._rows_of(entry.label)
            if rows is not None:
                _RECORD[entry.op](recording, rows, entry)
        return Commit(self._connection.alias, recording.rows, recording.tables)

    def _rows_of(self, label: str) -> _Rows | None:
        if label not in self._rows:
            self._rows[label] = self._look_up(label)
        return self._rows[label]

    def _look_up(self, label: str) -> _Rows | None:
        try:
            model = apps.get_model(label)
        except LookupError:
            logger.warning(
                "%r has triggers in the database %r, and there is no such model: what is written there is "
                "not told. Restart this process if its code is older than the triggers; if it is newer, drop "
                "them.",
                label,
                self._connection.alias,
            )
            return None
        if not interest.has_triggers(model):  # or it would be told twice
            return None
        return _Rows(model, self._connection)


def _insert(recording: Recording, rows: _Rows, entry: Entry) -> None:
    recording.add(rows.change(Kind.CREATED, _read(entry.new)))


def _delete(recording: Recording, rows: _Rows, entry: Entry) -> None:
    recording.add(rows.change(Kind.DELETED, _read(entry.old)))


def _update(recording: Recording, rows: _Rows, entry: Entry) -> None:
    old, new = _read(entry.old), _read(entry.new)
    changed = {name for name in old.keys() | new.keys() if old.get(name, _MISSING) != new.get(name, _MISSING)}
    if changed & rows.key_columns:  # to Django it is another row
        _delete(recording, rows, entry)
        _insert(recording, rows, entry)
        return
    columns = rows.attnames(changed)
    if columns:
        recording.add(rows.change(Kind.UPDATED, new, columns))


def _table(recording: Recording, rows: _Rows, entry: Entry) -> None:
    recording.add_table(rows.model)


_RECORD: dict[str, Callable[[Recording, _Rows, Entry], None]] = {
    "I": _insert,
    "U": _update,
    "D": _delete,
    "M": _table,
    "T": _table,
}


class _Rows:
    """The rows of one model's table."""

    def __init__(self, model: type[Model], connection: BaseDatabaseWrapper) -> None:
        self.model = model
        self._key = [field.attname for field in model._meta.pk_fields]
        self.key_columns = {column_of(field) for field in model._meta.pk_fields}
        fields = [field for field in model._meta.local_concrete_fields if field.column is not None]
        self._attnames = {column_of(field): field.attname for field in fields}
        self._converters = {column_of(field): _converter(field, connection) for field in fields}

    def change(self, kind: Kind, row: Mapping[str, Any], columns: frozenset[str] | None = None) -> RowChange:
        values = dict(self._known(row))
        return RowChange(self.model, kind, self._key_in(values), columns, values)

    def attnames(self, columns: Iterable[str]) -> frozenset[str]:
        """Return the names of the attributes; the database may have columns that the model has not."""
        return frozenset(self._attnames[column] for column in columns if column in self._attnames)

    def _known(self, row: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        for column, value in row.items():
            convert = self._converters.get(column)
            if convert is None:
                continue
            try:
                yield self._attnames[column], convert(value)
            except (ValueError, TypeError, ArithmeticError):  # as the listener finds it when it reads the row
                logger.debug("%s of %r cannot be told: %r", column, self.model, value)

    def _key_in(self, values: Mapping[str, Any]) -> Any:
        if any(name not in values for name in self._key):
            return None
        key = tuple(values[name] for name in self._key)
        return key[0] if len(key) == 1 else key


def _read(row: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row or "{}", parse_float=Decimal)
    return found


def _converter(field: Field[Any, Any], connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Return what makes a value in JSON what Django loads from this column; None where nobody can tell."""
    as_driver = _AS_DRIVER[connection.vendor].get(kind_of(field))
    if as_driver is None:
        return None
    if as_driver is datetime.fromisoformat:
        as_driver = partial(_moment, connection)
    column = field.get_col(field.model._meta.db_table)
    converters = [
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ]

    def convert(value: Any) -> Any:
        if value is not None:
            value = as_driver(value)
        for converter in converters:
            value = converter(value, column, connection)
        return value

    return convert


def _same(value: Any) -> Any:
    return value


def _number(value: Any) -> int | float:
    """A number as SQLite has it: fractions are written as text, so that no digit is lost."""
    return value if isinstance(value, int) else float(value)


def _moment(connection: BaseDatabaseWrapper, value: str) -> datetime:
    """A time as this site's connections have it; the trigger wrote it as the writer's has."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        return found
    if connection.timezone is not None:
        return found.astimezone(connection.timezone)
    return found.astimezone(ZoneInfo(connection.timezone_name)).replace(tzinfo=None)


def _interval(value: str) -> timedelta:
    found = parse_duration(value)
    if found is None:
        raise ValueError(value)
    return found


_WHOLE = dict.fromkeys(
    (
        *("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField"),
        *(
            "SmallIntegerField",
            "PositiveIntegerField",
            "PositiveBigIntegerField",
            "PositiveSmallIntegerField",
        ),
    ),
    int,
)
_TEXT = dict.fromkeys(
    ("CharField", "TextField", "SlugField", "FileField", "FilePathField", "GenericIPAddressField"), str
)

#: A value in a trigger's JSON, as the database's driver gives it to Django, by the field's internal type.
_AS_DRIVER: dict[str, dict[str, Callable[[Any], Any]]] = {
    "postgresql": {
        **_WHOLE,
        **_TEXT,
        "BooleanField": _same,
        "DateField": date.fromisoformat,
        "DateTimeField": datetime.fromisoformat,
        "DecimalField": Decimal,
        "DurationField": _interval,
        "FloatField": float,
        "JSONField": partial(json.dumps, default=float),
        "TimeField": time.fromisoformat,
        "UUIDField": UUID,
    },
    "sqlite": {
        **_WHOLE,
        **_TEXT,
        "BooleanField": _same,
        "DateField": _same,
        "DateTimeField": _same,
        "DecimalField": _number,
        "DurationField": int,
        "FloatField": _number,
        "JSONField": _same,
        "TimeField": _same,
        "UUIDField": _same,
    },
}
