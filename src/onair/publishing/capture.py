"""Collecting events where they would leave, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from onair import commit
from onair.publishing.call import Item
from onair.publishing.event import Event, Outgoing

_captures: list[list[Event]] = []


@contextmanager
def captured() -> Iterator[list[Event]]:
    """Collect the events of every thread instead of letting them leave; the innermost ``captured`` gets them.

    An event is collected after its transaction has committed, with the data that subscribers would get. The
    blocks that a ``TestCase`` puts around a test do not count.
    """
    commit.settle()  # what has waited so far is of before
    events: list[Event] = []
    _captures.append(events)
    try:
        yield events
        commit.settle()
    finally:
        _captures[:] = [other for other in _captures if other is not events]


def is_on() -> bool:
    """Whether somebody collects the events now."""
    return bool(_captures)


def collect(items: Sequence[Item]) -> Sequence[Item]:
    """Give the events to whoever collects them. Return what is left to be sent or done."""
    if not _captures:
        return items
    _captures[-1].extend(item.event() for item in items if isinstance(item, Outgoing))
    return [item for item in items if not isinstance(item, Outgoing)]


def current() -> list[Event]:
    """Return what the innermost ``captured`` has so far.

    Raises:
        RuntimeError: there is none.
    """
    if not _captures:
        raise RuntimeError("Nothing is captured here: put the code into `with captured() as events:`.")
    commit.settle()
    return _captures[-1]
