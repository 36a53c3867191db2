"""The terms that name values of the same columns: found by those values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar

from onair.live.matching import ids
from onair.live.matching.conditions import may_all_hold
from onair.live.matching.ids import Ids
from onair.live.matching.placing import Place, Scheme
from onair.live.matching.reads import Condition
from onair.live.matching.values import Facts, Told

_Key = TypeVar("_Key", bound=Hashable)


class Found(Generic[_Key]):
    """Ids by a key: without a condition, or each with conditions of which one list has to hold."""

    __slots__ = ("_guarded", "_plain")

    def __init__(self) -> None:
        self._plain: dict[_Key, Ids] = {}
        self._guarded: dict[_Key, dict[Hashable, tuple[tuple[Condition, ...], ...]]] = {}

    def __bool__(self) -> bool:
        return bool(self._plain or self._guarded)

    def __iter__(self) -> Iterator[_Key]:
        """Yield the keys, some of them twice."""
        yield from self._plain
        yield from self._guarded

    def add(self, key: _Key, conditions: tuple[Condition, ...], who: Hashable) -> None:
        if not conditions:
            ids.put(self._plain, key, who)
            return
        guarded = self._guarded.setdefault(key, {})
        guarded[who] = (*guarded.get(who, ()), conditions)

    def remove(self, key: _Key, conditions: tuple[Condition, ...], who: Hashable) -> None:
        """Remove an id, with all its conditions: it leaves with all that is its."""
        if not conditions:
            ids.take(self._plain, key, who)
        elif key in self._guarded:
            self._guarded[key].pop(who, None)
            if not self._guarded[key]:
                del self._guarded[key]

    def put(self, key: _Key, known: Facts, into: set[Hashable]) -> None:
        """Add the ids of a key whose conditions may hold."""
        into.update(self._plain.get(key, ()))
        for who, alternatives in self._guarded.get(key, {}).items():
            if who not in into and any(may_all_hold(conditions, known) for conditions in alternatives):
                into.add(who)

    def put_others(self, key: _Key, into: set[Hashable]) -> None:
        """Add the ids without conditions of all other keys."""
        for other, plain in self._plain.items():
            if other != key:
                into.update(plain)

    def put_all(self, into: set[Hashable]) -> None:
        for plain in self._plain.values():
            into.update(plain)
        for guarded in self._guarded.values():
            into.update(guarded)


class SchemeTerms:
    """The terms of one scheme.

    Args:
        scheme: whose values they name.
        is_unlike: whether these, of its only column, are those that a row must not have.
    """

    __slots__ = ("_found", "_is_unlike", "_scheme")

    def __init__(self, scheme: Scheme, *, is_unlike: bool) -> None:
        self._scheme, self._is_unlike = scheme, is_unlike
        self._found: Found[Any] = Found()

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, place: Place, who: Hashable) -> None:
        for value in place.values:
            self._found.add(value, place.rest, who)

    def remove(self, place: Place, who: Hashable) -> None:
        for value in place.values:
            self._found.remove(value, place.rest, who)

    def put_all(self, into: set[Hashable]) -> None:
        self._found.put_all(into)

    def put_fitting(self, known: Facts, into: set[Hashable]) -> None:
        """Add the ids of the terms that a row may satisfy."""
        facts = [known.get(column) for column, _ in self._scheme]
        if any(fact is not None and fact[1] is None for fact in facts):
            return
        # What is of another kind has been written in a way that nobody knows the outcome of.
        have = [
            fact if fact is not None and fact[0] is kind else None
            for fact, (_, kind) in zip(facts, self._scheme, strict=True)
        ]
        if None in have:
            for key in self._found:
                if len(have) == 1 or _agrees(key, have):
                    self._found.put(key, known, into)
        elif self._is_unlike:
            self._found.put_others(_key(have), into)
        else:
            self._found.put(_key(have), known, into)


def _key(have: list[Told | None]) -> Any:
    values = tuple(fact[1] for fact in have if fact is not None)
    return values if len(values) > 1 else values[0]


def _agrees(key: tuple[Any, ...], have: list[Told | None]) -> bool:
    return all(fact is None or fact[1] == value for fact, value in zip(have, key, strict=True))
