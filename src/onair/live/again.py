"""Whether this code makes a page again: what it writes is no reason to make one once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_rendering: ContextVar[bool] = ContextVar("onair.live.is_rendering", default=False)


@contextmanager
def rendering() -> Iterator[None]:
    """Say that the code of the block makes a page again."""
    token = _is_rendering.set(True)
    try:
        yield
    finally:
        _is_rendering.reset(token)


def is_rendering() -> bool:
    """Whether this code runs for a page that is made again."""
    return _is_rendering.get()
