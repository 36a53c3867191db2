"""What is sent on the thread that asks for it, outside of the queue."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from onair.publishing.routes import Routes

#: Routes that are kept while nobody uses them, with what they keep open.
MOST_IDLE = 4

_idle: list[Routes] = []


@contextmanager
def routes() -> Iterator[Routes]:
    """Have routes that nobody else uses meanwhile: one more wherever all are in use."""
    try:
        mine = _idle.pop()
    except IndexError:
        mine = Routes(batch=False)
    try:
        yield mine
    finally:
        if len(_idle) < MOST_IDLE:
            _idle.append(mine)
        else:
            mine.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)
