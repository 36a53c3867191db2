"""Which columns an update leaves as they are, where its writer knows: ``save()`` writes all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

#: Attribute names and the values that a row has, for each table that the row is in.
Unchanged = Mapping[type[Model], Mapping[str, Any]]

_MISSING = object()


@dataclass(frozen=True, slots=True)
class _Narrowing:
    key: Any
    unchanged: Unchanged


_current: ContextVar[_Narrowing | None] = ContextVar("onair.narrowing", default=None)


@contextmanager
def narrowing(key: Any, unchanged: Unchanged) -> Iterator[None]:
    """Say of the updates of a row inside, in this thread, that they change nothing by writing these values.

    Args:
        key: the row's primary key.
        unchanged: what the row has, by the concrete model of the table and the attribute's name.
    """
    token = _current.set(_Narrowing(key, unchanged))
    try:
        yield
    finally:
        _current.reset(token)


def unchanged_in(model: type[Model], key: Any) -> Mapping[str, Any]:
    """Return what was said of a row.

    Args:
        model: the concrete model whose table is written.
        key: the row's primary key.
    """
    said = _current.get()
    return {} if said is None or said.key != key else said.unchanged.get(model, {})


def changed_columns(written: Mapping[str, Any], unchanged: Mapping[str, Any]) -> frozenset[str]:
    """Return which of the written columns may change by it, of what is said not to change.

    Args:
        written: the values by attribute name.
        unchanged: what the row has, as :func:`unchanged_in` returned it.
    """
    if not unchanged:
        return frozenset(written)
    return frozenset(
        name for name, value in written.items() if not _is_same(unchanged.get(name, _MISSING), value)
    )


def _is_same(before: object, after: object) -> bool:
    """Whether two values are written alike. 1 and True are equal, and are not written alike everywhere."""
    return type(before) is type(after) and before == after
