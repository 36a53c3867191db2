"""Read sets as JSON, for another process of the site. Pure, but for the registries of models and databases.

A read set that has been told says what it said, or less: then more changes concern it, and none is missed.
Where a constant cannot be told, or would be compared in another way there, its condition is left out of its
term. Where a row's key cannot, the row may be any of its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import Model
from msgspec import Struct

from onair.changes.scalars import UNTOLD, read, read_key, written, written_key
from onair.live.matching.reads import ANY_ROW, OPS, Condition, Reading, ReadSet, Term
from onair.live.matching.values import told

#: Columns by name, None for any.
_Columns = frozenset[str] | None


class _Array(Struct, array_like=True, forbid_unknown_fields=True):
    """An array in JSON."""


class ToldCondition(_Array):
    column: str
    op: str
    value: Any
    negated: bool


class ToldTerm(_Array):
    equal: list[tuple[str, Any]]
    rest: list[ToldCondition]


class ToldReading(_Array):
    """A reading. Its model has its label."""

    using: str
    model: str
    terms: list[ToldTerm]
    membership: _Columns
    shown: _Columns
    keys: list[Any] | None
    why: str | None


class ToldRows(_Array):
    """The rows of one table that the same columns are displayed of."""

    using: str
    model: str
    columns: _Columns
    keys: list[Any]


class ToldReadSet(_Array):
    """A read set, of what JSON has."""

    readings: list[ToldReading]
    rows: list[ToldRows]
    topics: frozenset[str]


def tell(read_set: ReadSet) -> ToldReadSet:
    """Return a read set as another process can have it: what it cannot have makes it say less."""
    rows: dict[tuple[str, type[Model], _Columns], list[Any]] = {}
    nameless: dict[Reading, None] = {}
    for (using, model, key), columns in read_set.instances.items():
        content = _key(key)
        if content is UNTOLD:
            nameless[_of_any_row(using, model, columns)] = None
        else:
            rows.setdefault((using, model, columns), []).append(content)
    return ToldReadSet(
        [_reading(reading) for reading in (*read_set.readings, *nameless)],
        [ToldRows(using, _label(model), columns, keys) for (using, model, columns), keys in rows.items()],
        read_set.topics,
    )


def take(content: ToldReadSet) -> ReadSet:
    """Return the read set that was told.

    Raises:
        LookupError: this process does not have a model of it.
        TypeError: what stands for a key cannot be one.
        ValueError: it does not have a database of it, or it is no such read set.
    """
    return ReadSet(
        tuple(map(_take_reading, content.readings)),
        dict(row for rows in content.rows for row in _take_rows(rows)),
        content.topics,
    )


def _reading(reading: Reading) -> ToldReading:
    keys = None if reading.keys is None else list(map(_key, reading.keys))
    if keys is not None and UNTOLD in keys:
        # A row in the result matters whether or not it fits, when it is known: now each of them may be in it.
        return _reading(replace(reading, terms=ANY_ROW if reading.terms else (), keys=None))
    return ToldReading(
        reading.using,
        _label(reading.model),
        list(map(_term, reading.terms)),
        reading.membership,
        reading.shown,
        keys,
        reading.why,
    )


def _take_reading(content: ToldReading) -> Reading:
    return Reading(
        _alias(content.using),
        apps.get_model(content.model),
        tuple(map(_take_term, content.terms)),
        content.membership,
        content.shown,
        None if content.keys is None else frozenset(map(read_key, content.keys)),
        content.why,
    )


def _of_any_row(using: str, model: type[Model], columns: _Columns) -> Reading:
    return Reading(
        using, model, ANY_ROW, frozenset(), columns, None, "a key that other processes cannot have"
    )


def _take_rows(content: ToldRows) -> Iterator[tuple[tuple[str, type[Model], Any], _Columns]]:
    using, model = _alias(content.using), apps.get_model(content.model)
    for key in content.keys:
        yield (using, model, read_key(key)), content.columns


def _term(term: Term) -> ToldTerm:
    """Return a term, with fewer conditions perhaps: they hold together, so more rows fit without one."""
    equal = [(column, _constant(value)) for column, value in term.equal]
    rest = [
        ToldCondition(condition.column, condition.op, value, condition.negated)
        for condition in term.rest
        if (value := _value(condition)) is not UNTOLD
    ]
    return ToldTerm([pair for pair in equal if pair[1] is not UNTOLD], rest)


def _take_term(content: ToldTerm) -> Term:
    equal = tuple((column, read(value)) for column, value in content.equal)
    return Term(equal, tuple(map(_take_condition, content.rest)))


def _value(condition: Condition) -> Any:
    """Return the value of a condition as JSON. Half of it would be another condition."""
    if condition.op not in _SEVERAL:
        return _constant(condition.value)
    values = list(map(_constant, condition.value))
    return UNTOLD if UNTOLD in values else values


def _take_condition(content: ToldCondition) -> Condition:
    if content.op not in OPS:
        raise ValueError(f"Nothing is asked of {content.column!r} by {content.op!r}.")
    if content.op not in _SEVERAL:
        return Condition(content.column, content.op, read(content.value), content.negated)
    if not isinstance(content.value, list):
        raise ValueError(f"{content.op!r} asks for several values, not for {content.value!r}.")
    values = _SEVERAL[content.op](map(read, content.value))
    return Condition(content.column, content.op, values, content.negated)


def _constant(value: Any) -> Any:
    """Return a constant as JSON, where it is there what it is here to what it is compared with."""
    content = written(value)
    return content if content is not UNTOLD and told(read(content)) == told(value) else UNTOLD


def _key(key: Any) -> Any:
    """Return a key as JSON, where it is there what it is here to another key."""
    content = written_key(key)
    return content if content is not UNTOLD and read_key(content) == key else UNTOLD


def _pair(values: Any) -> tuple[Any, Any]:
    first, last = values
    return first, last


#: What has several constants, and what these are.
_SEVERAL: dict[str, Any] = {"in": frozenset, "range": _pair}


def _label(model: type[Model]) -> str:
    return model._meta.label_lower


def _alias(using: str) -> str:
    if using not in connections:
        raise ValueError(f"There is no database {using!r} here.")
    return using
