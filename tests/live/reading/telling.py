"""Readings in words, so that a table of them can be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onair.live.matching.reads import Condition, Reading, ReadSet, Term


def told(read_set: ReadSet) -> list[str]:
    """Return what each reading is about, and what decides whether a row is in the result."""
    return sorted(
        f"{reading.model.__name__}: {_either(reading.terms)}; by {_columns(reading.membership)}"
        for reading in read_set.readings
    )


def columns_told(read_set: ReadSet) -> list[str]:
    """Return what is shown of the rows of each reading, and which rows these are."""
    return sorted(
        f"{reading.model.__name__}: {_columns(reading.shown)} of {_keys(reading)}"
        for reading in read_set.readings
    )


def _columns(columns: Iterable[str] | None) -> str:
    return "any column" if columns is None else ", ".join(sorted(columns)) or "nothing"


def _keys(reading: Reading) -> str:
    return "any" if reading.keys is None else str(sorted(reading.keys))


def _either(terms: Iterable[Term]) -> str:
    return " | ".join(sorted(map(_term, terms)))


def _term(term: Term) -> str:
    equal = [f"{column} = {value}" for column, value in term.equal]
    return " & ".join([*equal, *map(_condition, term.rest)]) or "any"


def _condition(condition: Condition) -> str:
    value: Any = condition.value
    if isinstance(value, frozenset):
        value = sorted(value)
    return f"{'not ' if condition.negated else ''}{condition.column} {condition.op} {value}"
