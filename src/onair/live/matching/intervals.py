"""Intervals of numbers: those that a number lies in, without a look at the others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from math import floor, frexp, inf, ldexp
from typing import Any

#: The ends, both belonging to it; one of them, or both, may be infinite.
Interval = tuple[float, float]

#: An interval no longer than this counts as this long: 2 to that power.
_SHORTEST = -20


class Intervals:
    """Entries by their intervals.

    An interval with two ends lies in at most two buckets that are as wide as it is long, or up to twice as
    wide; the others are sorted by their one end.
    """

    __slots__ = ("_buckets", "_from", "_levels", "_to")

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int], list[Any]] = {}
        self._levels: dict[int, int] = {}
        self._from: tuple[list[float], list[Any]] = ([], [])
        self._to: tuple[list[float], list[Any]] = ([], [])

    def __bool__(self) -> bool:
        return bool(self._levels or self._from[0] or self._to[0])

    def add(self, interval: Interval, entry: Any) -> None:
        """Add an entry, which may have several intervals."""
        first, last = interval
        if first == -inf:
            _insert(self._to, -last, entry)
        elif last == inf:
            _insert(self._from, first, entry)
        else:
            level = _level(last - first)
            self._buckets.setdefault((level, _bucket(first, level)), []).append(entry)
            self._levels[level] = self._levels.get(level, 0) + 1

    def remove(self, interval: Interval, entry: Any) -> None:
        """Remove what was added."""
        first, last = interval
        if first == -inf:
            _delete(self._to, -last, entry)
        elif last == inf:
            _delete(self._from, first, entry)
        else:
            level = _level(last - first)
            bucket = (level, _bucket(first, level))
            self._buckets[bucket].remove(entry)
            if not self._buckets[bucket]:
                del self._buckets[bucket]
            self._levels[level] -= 1
            if not self._levels[level]:
                del self._levels[level]

    def around(self, number: float) -> Iterator[Any]:
        """Yield the entries of all intervals that a number lies in, and a few of those near it."""
        ends, entries = self._from
        yield from entries[: bisect_right(ends, number)]
        ends, entries = self._to
        yield from entries[: bisect_right(ends, -number)]
        for level in self._levels:
            bucket = _bucket(number, level)
            yield from self._buckets.get((level, bucket), ())
            yield from self._buckets.get((level, bucket - 1), ())

    def __iter__(self) -> Iterator[Any]:
        """Yield all entries."""
        lists: Iterable[list[Any]] = (self._from[1], self._to[1], *self._buckets.values())
        for entries in lists:
            yield from entries


def _level(length: float) -> int:
    """Return the power of two that is more than a length."""
    return max(frexp(length)[1], _SHORTEST)


def _bucket(number: float, level: int) -> int:
    return floor(ldexp(number, -level))


def _insert(into: tuple[list[float], list[Any]], end: float, entry: Any) -> None:
    ends, entries = into
    place = bisect_left(ends, end)
    ends.insert(place, end)
    entries.insert(place, entry)


def _delete(out_of: tuple[list[float], list[Any]], end: float, entry: Any) -> None:
    ends, entries = out_of
    place = entries.index(entry, bisect_left(ends, end))
    del ends[place], entries[place]
