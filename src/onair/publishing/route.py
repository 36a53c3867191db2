"""What every way to a server has in common, and how events are taken along it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from onair.publishing import failures, onlooker, stats

T = TypeVar("T")

#: Seconds that one request may take, beside the two that connecting may.
TIMEOUT = 5.0


class NotDelivered(Exception):
    """Events did not arrive. The message says why, and what to do.

    ``kind`` is what the log counts alike.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Refused(NotDelivered):
    """The server did not take these events; it may take others."""


class Unavailable(NotDelivered):
    """Nobody answered, or not because of these events: others have no chance now, either.

    ``wish`` is the time in seconds that the server asks to be left alone.
    """

    def __init__(self, kind: str, message: str, *, wish: float = 0.0) -> None:
        super().__init__(kind, message)
        self.wish = wish


class NotThere(Unavailable):
    """What answers has nothing at this address: it is another server, or has no such app."""


class Outage(NamedTuple):
    """Why the last so many of some events, or calls, did not arrive."""

    error: Unavailable
    left: int

    def give_up(self) -> None:
        """Count and log them as lost."""
        _fail(self.error, self.left)


class Route(Protocol[T]):
    """A way to a server, for one kind of items: events, as a rule."""

    def chunks(self, events: Sequence[T]) -> Iterable[Sequence[T]]:
        """Return the events in their order, in parts that are posted each at once."""

    def post(self, chunk: Sequence[T], timeout: float) -> None:
        """Send one part.

        Args:
            timeout: seconds that it may take, where the route can keep to it.

        Raises:
            NotDelivered: the part did not arrive.
        """

    def close(self) -> None:
        """Let go of what is kept open between two posts."""


def attempt(route: Route[T], events: Sequence[T], deadline: float = float("inf")) -> Outage | None:
    """Send the events in their order, until nobody answers. What is refused is logged and counted.

    Args:
        deadline: when to stop, by ``time.monotonic()``.
    """
    left = len(events)
    try:
        for chunk in route.chunks(events):
            for done in _post(route, chunk, deadline):
                left -= done
    except Unavailable as error:
        return Outage(error, left)
    return None


def deliver(route: Route[T], events: Sequence[T]) -> None:
    """Send the events in their order, once. What fails is logged and counted; nothing is raised for it."""
    outage = attempt(route, events)
    if outage is not None:
        outage.give_up()


def _post(route: Route[T], chunk: Sequence[T], deadline: float) -> Iterator[int]:
    """Send a part. Yield the number of events whose fate is known, as it becomes known."""
    try:
        route.post(chunk, _time_left(deadline))
    except Refused as error:
        if len(chunk) == 1:
            onlooker.tell("dropped", chunk, str(error))
            _fail(error, 1)
            yield 1
            return
        # One bad event must not take the others with it.
        for event in chunk:
            yield from _post(route, [event], deadline)
    else:
        stats.add(sent=len(chunk))
        onlooker.tell("sent", chunk)
        yield len(chunk)


def _time_left(deadline: float) -> float:
    left = min(TIMEOUT, deadline - time.monotonic())
    if left <= 0:
        raise Unavailable("late", 'The process ended before all events were sent (ONAIR["DRAIN_TIMEOUT"]).')
    return left


def _fail(error: NotDelivered, events: int) -> None:
    stats.add(failed=events)
    lost = "An event was lost." if events == 1 else f"{events:,} events were lost."
    failures.report(error.kind, f"{error} {lost}")
