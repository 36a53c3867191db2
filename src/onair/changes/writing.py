"""What the code says of its own writes: whom they need not be told to, or that they are nobody's news."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writing:
    """``exclude`` is a socket's id; ``silent`` writes are not captured."""

    exclude: str | None = None
    silent: bool = False


_LOUD = Writing()

_current: ContextVar[Writing] = ContextVar("onair.writing", default=_LOUD)


def current() -> Writing:
    """Return what is said of the writes of this context."""
    return _current.get()


@contextmanager
def writing(exclude: str | None = None, silent: bool = False) -> Iterator[None]:
    """Say of the writes inside whom to spare, or that they are nobody's news.

    An inner block is silent where an outer one is, and spares whom the outer one spares, or another.
    """
    outer = _current.get()
    token = _current.set(Writing(exclude or outer.exclude, silent or outer.silent))
    try:
        yield
    finally:
        _current.reset(token)
