"""Sets of ids that are mostly small: a tuple takes a quarter of a set's memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

Ids = tuple[Hashable, ...] | set[Hashable]

_Key = TypeVar("_Key", bound=Hashable)

#: From so many on it is a set.
_MANY = 8


def put(into: dict[_Key, Ids], key: _Key, who: Hashable) -> None:
    """Add an id to those of a key."""
    ids = into.get(key)
    if ids is None:
        into[key] = (who,)
    elif isinstance(ids, set):
        ids.add(who)
    elif who not in ids:
        into[key] = (*ids, who) if len(ids) + 1 < _MANY else {*ids, who}


def take(out_of: dict[_Key, Ids], key: _Key, who: Hashable) -> None:
    """Remove an id from those of a key, where it is among them."""
    ids = out_of.get(key, ())
    if isinstance(ids, set):
        ids.discard(who)
    elif who in ids:
        ids = out_of[key] = tuple(other for other in ids if other != who)
    if not ids:
        out_of.pop(key, None)
