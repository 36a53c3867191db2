"""When each row was last written, as far as this process has seen: so that code knows what it loaded before.

Moments are numbers that grow with each write that is seen, of any row.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.db.models import Model

from onair.changes.change import RowChange

#: Rows that are remembered. Then all are forgotten, and each counts as written at that moment.
MOST = 10_000

_kept = False
_moments = count(1)
_now = 0
_forgotten = 0
_writes: dict[tuple[type[Model], Any], int] = {}


def keep() -> None:
    """Begin to note: somebody wants to know."""
    global _kept
    _kept = True


def is_kept() -> bool:
    """Whether somebody wants to know."""
    return _kept


def now() -> int:
    """Return the present moment."""
    return _now


def note(model: type[Model], key: Any = None) -> None:
    """Note a write to the row with this key in a concrete model's table; without a key, perhaps to any."""
    global _now, _forgotten
    if not _kept:
        return
    moment = next(_moments)
    if len(_writes) >= MOST:
        _forgotten = moment
        _writes.clear()
    _writes[model, key] = moment
    # Last: whoever loads the row before this line has loaded it before the write.
    _now = moment


def note_all(rows: Iterable[RowChange], tables: Iterable[type[Model]]) -> None:
    """Note writes to rows, and to any rows of tables."""
    for row in rows:
        note(row.model, row.key)
    for table in tables:
        note(table)


def is_written_since(model: type[Model], key: Any, moment: int) -> bool:
    """Whether the row with this key may have been written after a moment."""
    return max(_forgotten, _writes.get((model, key), 0), _writes.get((model, None), 0)) > moment
