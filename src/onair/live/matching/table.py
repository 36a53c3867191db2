"""All that depends on one table of one database."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from onair.live.matching import ids
from onair.live.matching.affecting import columns_of
from onair.live.matching.ids import Ids
from onair.live.matching.reads import Reading, Term
from onair.live.matching.terms import Terms
from onair.live.matching.written import Written

#: Columns, or None: any.
Columns = frozenset[str] | None


class Table:
    """Terms by the columns that their readings depend on, and the rows in results and on display.

    What has the same columns is asked together whether a change touches them.
    """

    __slots__ = ("_entering", "_matching", "_rows")

    def __init__(self) -> None:
        #: Of readings that know which rows are in their result: what lets others in.
        self._entering: dict[Columns, Terms] = {}
        #: Of those that do not.
        self._matching: dict[Columns, Terms] = {}
        self._rows: dict[Columns, dict[Any, Ids]] = {}

    def __bool__(self) -> bool:
        return bool(self._entering or self._matching or self._rows)

    def add(self, readings: Iterable[Reading], rows: Iterable[tuple[Any, Columns]], who: Hashable) -> None:
        """Add all that an id has of this table: readings, and the rows on display with their columns."""
        for key, columns in {*rows, *_rows(readings)}:
            ids.put(self._rows.setdefault(columns, {}), key, who)
        for knows, columns, term in _terms(readings):
            terms = self._entering if knows else self._matching
            if columns not in terms:
                terms[columns] = Terms()
            terms[columns].add(term, who)

    def remove(self, readings: Iterable[Reading], rows: Iterable[tuple[Any, Columns]], who: Hashable) -> None:
        """Remove what was added."""
        for key, columns in {*rows, *_rows(readings)}:
            ids.take(self._rows[columns], key, who)
            if not self._rows[columns]:
                del self._rows[columns]
        for knows, columns, term in _terms(readings):
            terms = self._entering if knows else self._matching
            if columns in terms:  # else it has gone with another term that was found in the same place
                terms[columns].remove(term, who)
                if not terms[columns]:
                    del terms[columns]

    def put_affected(self, written: Written, into: set[Hashable]) -> None:
        """Add the ids of all that a row change may concern."""
        for columns, rows in self._rows.items():
            if written.touches(columns):
                if written.is_any:
                    into.update(*rows.values())
                else:
                    into.update(rows.get(written.key, ()))
        for columns, terms in self._entering.items():
            if written.after is not None and written.touches(columns):
                terms.put_fitting(written.after, into)
        for columns, terms in self._matching.items():
            if written.touches(columns):
                for known in (written.before, written.after):
                    if known is not None:
                        terms.put_fitting(known, into)

    def put_all(self, into: set[Hashable]) -> None:
        """Add all ids."""
        for rows in self._rows.values():
            into.update(*rows.values())
        for terms in (*self._entering.values(), *self._matching.values()):
            terms.put_all(into)


def _rows(readings: Iterable[Reading]) -> set[tuple[Any, Columns]]:
    return {(key, columns_of(reading)) for reading in readings if reading.terms for key in reading.keys or ()}


def _terms(readings: Iterable[Reading]) -> set[tuple[bool, Columns, Term]]:
    return {
        (reading.keys is not None, _deciding(reading), term) for reading in readings for term in reading.terms
    }


def _deciding(reading: Reading) -> Columns:
    return columns_of(reading) if reading.keys is None else reading.membership
