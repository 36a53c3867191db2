"""Where a term is found again: by columns that have to have known values, else by an interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf
from typing import Any

from onair.live.matching.conditions import LARGEST_DECIMAL, ROUNDING
from onair.live.matching.intervals import Interval
from onair.live.matching.reads import Condition, Term
from onair.live.matching.values import EXACT, Naive, Told, told

#: The columns that a term names a value of, each with the kind of its values.
Scheme = tuple[tuple[str, Any], ...]

#: Of so many values of one column each has its own place; more are looked through.
_MOST_VALUES = 2_000

#: Beyond these, numbers are looked through.
_LARGEST_NUMBER = 1e30
_LARGEST = {Decimal: float(LARGEST_DECIMAL)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term is.

    ``values`` are of the columns of its ``scheme``: each of them for one column, tuples for several. Without
    a scheme it may have an ``interval`` of ``column``, as the numbers of its kind. ``rest`` is what is to be
    asked of what is found there. Where ``is_unlike``, the only value is the one that a row must not have.
    """

    scheme: Scheme = ()
    values: tuple[Any, ...] = ()
    column: tuple[str, Any] | None = None
    interval: Interval = (-inf, inf)
    rest: tuple[Condition, ...] = ()
    is_unlike: bool = False


def place(term: Term) -> Place:
    """Return where a term is."""
    pairs = [(column, told(value), value) for column, value in term.equal]
    named = [(column, known) for column, known, _ in pairs if known is not None and known[0] in EXACT]
    rest = term.rest
    if len(named) < len(pairs):
        others = [Condition(column, "exact", value) for column, known, value in pairs if not _is_exact(known)]
        rest = (*rest, *others)
    if len(named) == 1:
        column, (kind, value) = named[0]
        return Place(((column, kind),), (value,), rest=rest)
    if named:
        scheme = tuple((column, kind) for column, (kind, _) in named)
        return Place(scheme, (tuple(value for _, (_, value) in named),), rest=rest)
    return _among(rest) or _within(rest) or _unlike(rest) or Place(rest=rest)


def number_of(fact: Told) -> float | None:
    """Return a value as a number, in the order of its kind; None where it has none, or too large a one."""
    convert = _NUMBERS.get(fact[0])
    if convert is None:
        return None
    try:
        number = float(convert(fact[1]))
    except OverflowError:
        return None
    return number if abs(number) < _LARGEST.get(fact[0], _LARGEST_NUMBER) else None


def _is_exact(known: Told | None) -> bool:
    return known is not None and known[0] in EXACT


def _among(rest: tuple[Condition, ...]) -> Place | None:
    """Return the place by the values of the first condition that names some."""
    for condition in rest:
        if condition.op == "in" and not condition.negated and len(condition.value) <= _MOST_VALUES:
            known = [told(value) for value in condition.value]
            kinds = {fact[0] for fact in known if fact is not None}
            if None not in known and len(kinds) == 1 and kinds <= EXACT:
                values = tuple(fact[1] for fact in known if fact is not None)
                others = tuple(other for other in rest if other is not condition)
                return Place(((condition.column, kinds.pop()),), values, rest=others)
    return None


def _within(rest: tuple[Condition, ...]) -> Place | None:
    """Return the place by the first column that is compared with numbers."""
    column = next((found for condition in rest for found, _, _ in _ends(condition)), None)
    if column is None:
        return None
    ends = [(first, last) for condition in rest for found, first, last in _ends(condition) if found == column]
    return Place(
        column=column, interval=(max(first for first, _ in ends), min(last for _, last in ends)), rest=rest
    )


def _unlike(rest: tuple[Condition, ...]) -> Place | None:
    """Return the place by the only condition, where that is a value which a row must not have."""
    if len(rest) != 1 or not rest[0].negated or rest[0].op != "exact":
        return None
    known = told(rest[0].value)
    if known is None or not _is_exact(known):
        return None
    return Place(((rest[0].column, known[0]),), (known[1],), is_unlike=True)


def _ends(condition: Condition) -> Iterator[tuple[tuple[str, Any], float, float]]:
    """Yield the interval that a condition is of, if it is, with its column and kind."""
    if condition.negated or condition.op not in _SIDES:
        return
    for side, value in zip(_SIDES[condition.op], _values(condition), strict=True):
        fact = told(value)
        number = None if fact is None else number_of(fact)
        if fact is not None and number is not None:
            slack = 2 * ROUNDING if fact[0] is Decimal else 0  # a decimal's number is rounded again
            column = (condition.column, fact[0])
            yield (column, number - slack, inf) if side == "from" else (column, -inf, number + slack)


def _values(condition: Condition) -> tuple[Any, ...]:
    return tuple(condition.value) if condition.op == "range" else (condition.value,)


_SIDES = {
    "gt": ("from",),
    "gte": ("from",),
    "lt": ("to",),
    "lte": ("to",),
    "range": ("from", "to"),
}

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1)

_NUMBERS: dict[Any, Callable[[Any], Any]] = {
    int: int,
    float: float,
    Decimal: float,
    date: date.toordinal,
    datetime: lambda moment: (moment - _EPOCH.replace(tzinfo=UTC)) // _MICROSECOND,
    Naive.MOMENT: lambda moment: (moment - _EPOCH) // _MICROSECOND,
    time: lambda moment: (datetime.combine(_EPOCH, moment) - _EPOCH) // _MICROSECOND,
    timedelta: lambda span: span // _MICROSECOND,
}
