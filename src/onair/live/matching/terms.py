"""Many terms, each with the id of whom it is of: those that a row may satisfy."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from onair.live.matching.conditions import may_all_hold
from onair.live.matching.intervals import Intervals
from onair.live.matching.placing import Scheme, number_of, place
from onair.live.matching.reads import Term
from onair.live.matching.schemes import Found, SchemeTerms
from onair.live.matching.values import Facts


class Terms:
    """Terms by the columns that they name the values of, those of intervals, and all others."""

    __slots__ = ("_intervals", "_others", "_schemes")

    def __init__(self) -> None:
        self._schemes: dict[tuple[Scheme, bool], SchemeTerms] = {}
        self._intervals: dict[tuple[str, Any], Intervals] = {}
        self._others: Found[None] = Found()

    def __bool__(self) -> bool:
        return bool(self._schemes or self._intervals or self._others)

    def add(self, term: Term, who: Hashable) -> None:
        """Add a term of somebody who has no other like it."""
        where = place(term)
        if where.scheme:
            scheme = (where.scheme, where.is_unlike)
            if scheme not in self._schemes:
                self._schemes[scheme] = SchemeTerms(where.scheme, is_unlike=where.is_unlike)
            self._schemes[scheme].add(where, who)
        elif where.column is not None:
            self._intervals.setdefault(where.column, Intervals()).add(where.interval, (who, where.rest))
        else:
            self._others.add(None, where.rest, who)

    def remove(self, term: Term, who: Hashable) -> None:
        """Remove what was added, and with it perhaps other terms that are found in the same place."""
        where = place(term)
        scheme = (where.scheme, where.is_unlike)
        if scheme in self._schemes:
            self._schemes[scheme].remove(where, who)
            if not self._schemes[scheme]:
                del self._schemes[scheme]
        elif where.column in self._intervals:
            self._intervals[where.column].remove(where.interval, (who, where.rest))
            if not self._intervals[where.column]:
                del self._intervals[where.column]
        elif not where.scheme:
            self._others.remove(None, where.rest, who)

    def put_fitting(self, known: Facts, into: set[Hashable]) -> None:
        """Add the ids of all terms that a row may satisfy, by what is known of it."""
        self._others.put(None, known, into)
        for scheme in self._schemes.values():
            scheme.put_fitting(known, into)
        for (column, kind), intervals in self._intervals.items():
            _put_within(intervals, column, kind, known, into)

    def put_all(self, into: set[Hashable]) -> None:
        """Add the ids of all terms."""
        self._others.put_all(into)
        for scheme in self._schemes.values():
            scheme.put_all(into)
        for intervals in self._intervals.values():
            into.update(who for who, _ in intervals)


def _put_within(intervals: Intervals, column: str, kind: Any, known: Facts, into: set[Hashable]) -> None:
    fact = known.get(column)
    entries: Iterable[Any] = intervals
    if fact is not None and fact[0] is kind:
        number = number_of(fact)
        if number is not None:
            entries = intervals.around(number)
    for who, conditions in entries:
        if who not in into and may_all_hold(conditions, known):
            into.add(who)
