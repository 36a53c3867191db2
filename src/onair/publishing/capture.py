"""Collecting events where they would leave, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from onair import commit
from onair.publishing.event import Event, Outgoing

_captures: list[list[Event]] = []


@contextmanager
def captured() -> Iterator[list[Event]]:
    """Collect the events of every thread instead of letting them leave; the innermost ``captured`` gets them.

    An event is collected after its transaction has committed, with the data that subscribers would get. The
    blocks that a ``TestCase`` puts around a test do not count.
    """
    events: list[Event] = []
    _captures.append(events)
    try:
        yield events
        commit.settle()
    finally:
        _captures[:] = [other for other in _captures if other is not events]


def collect(events: Sequence[Outgoing]) -> bool:
    """Give the events to whoever collects them. Return whether anybody does."""
    if not _captures:
        return False
    _captures[-1].extend(event.event() for event in events)
    return True


def current() -> list[Event]:
    """Return what the innermost ``captured`` has so far.

    Raises:
        RuntimeError: there is none.
    """
    if not _captures:
        raise RuntimeError("Nothing is captured here: put the code into `with captured() as events:`.")
    commit.settle()
    return _captures[-1]
