"""Whether a condition may hold for what is known of a row: only ever ruled out, the database decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from onair.live.matching.reads import Condition, Term
from onair.live.matching.values import AS_THEY_ARE, EXACT, ORDERED, Facts, Told, told

#: A decimal is rounded to its column's places when it is written: by less than this. Beyond the other,
#: SQLite's own numbers are rounded, too.
ROUNDING = 1
LARGEST_DECIMAL = Decimal(10**12)


def may_fit(term: Term, known: Facts) -> bool:
    """Whether a row may satisfy a term."""
    return all(may_equal(known, column, value) for column, value in term.equal) and may_all_hold(
        term.rest, known
    )


def may_equal(known: Facts, column: str, value: Any) -> bool:
    """Whether a row may have this value, which is not None, in a column."""
    fact = known.get(column)
    return fact is None or (fact[1] is not None and _is_equal(fact, value) is not False)


def may_all_hold(conditions: Iterable[Condition], known: Facts) -> bool:
    """Whether all of these conditions may hold for a row."""
    return all(may_hold(condition, known) for condition in conditions)


def may_hold(condition: Condition, known: Facts) -> bool:
    """Whether a condition may hold for a row."""
    fact = known.get(condition.column)
    if fact is None:
        return True
    if condition.op == "isnull":
        return ((fact[1] is None) is bool(condition.value)) is not condition.negated
    if fact[1] is None:
        return False
    holds = _HOLDS[condition.op](fact, condition.value)
    return holds is None or holds is not condition.negated


def _is_equal(fact: Told, value: Any) -> bool | None:
    kind, have = fact
    other = told(value)
    if other is None or other[0] is not kind:
        return None
    if kind in EXACT:
        return bool(have == other[1])
    if kind is Decimal:
        return None if _is_near(have, other[1]) else False
    return None if have == other[1] else False


def _is_among(fact: Told, values: Any) -> bool | None:
    kind, have = fact
    if kind in EXACT:
        if have in values:
            return True
        if kind in AS_THEY_ARE and {kind}.issuperset(map(type, values)):
            return False
    found = {_is_equal(fact, value) for value in values}
    return None if None in found else True in found


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Told, Any], bool | None]:
    def holds(fact: Told, value: Any) -> bool | None:
        kind, have = fact
        other = told(value)
        if other is None or other[0] is not kind or kind not in ORDERED:
            return None
        if kind is Decimal and _is_near(have, other[1]):
            return None
        return compare(have, other[1])

    return holds


def _is_between(fact: Told, ends: Any) -> bool | None:
    from_first, to_last = _FROM(fact, ends[0]), _TO(fact, ends[1])
    if False in (from_first, to_last):
        return False
    return None if None in (from_first, to_last) else True


def _is_near(one: Decimal, other: Decimal) -> bool:
    """Whether two decimals may be the same when they have been rounded, or in another order."""
    return abs(one - other) <= ROUNDING or max(abs(one), abs(other)) > LARGEST_DECIMAL


_FROM, _TO = _ordered(ge), _ordered(le)

#: Whether an operation holds for a known value; None where that is not known.
_HOLDS: dict[str, Callable[[Told, Any], bool | None]] = {
    "exact": _is_equal,
    "in": _is_among,
    "gt": _ordered(gt),
    "gte": _FROM,
    "lt": _ordered(lt),
    "lte": _TO,
    "range": _is_between,
}
