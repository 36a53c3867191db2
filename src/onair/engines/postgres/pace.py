"""How often things are done: notifications, looks at the log, attempts to connect. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: Seconds in which a process notifies once: who was woken looks again after these.
NOTIFY_EVERY = 0.005


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds.

    Args:
        connect: For a connection to be made and greeted.
        patience: How long the database may be silent while it is asked: one that is paused is not given up.
        soonest: Between two attempts to connect at first.
        latest: Between two attempts later.
        closing: For what was asked before the engine is closed.
        looks: The pauses between looks after something was found: what did not notify may be there soon. The
            first of them is always waited for, so that looks do not follow each other at once.
        idle: The longest pause.
        hearing: How long a notification may take, for it to be believed that they arrive.
        deaf: The longest pause where they do not arrive.
        sweep: Between two tries to delete what is over.
    """

    connect: float = 15.0
    patience: float = 15.0
    soonest: float = 0.1
    latest: float = 2.0
    closing: float = 1.0
    looks: tuple[float, ...] = (0.005, 0.02, 0.05)
    idle: float = 0.25
    hearing: float = 1.0
    deaf: float = 0.075
    sweep: float = 10.0


class NotifyPace:
    """Whether a process is to notify now.

    The advisory lock of the app's calls lets one of them notify at a time. This lets it not happen with each:
    a notification holds up whoever else notifies in the cluster, until it is committed.
    """

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0.0

    def may_notify(self, now: float) -> bool:
        return now >= self._next

    def has_notified(self, now: float) -> None:
        self._next = now + NOTIFY_EVERY


class Looks:
    """When to look at the log again.

    Args:
        times: How long pauses are.
    """

    __slots__ = ("_hears", "_pauses", "_times")

    def __init__(self, times: Times) -> None:
        self._times = times
        self._hears = True
        self._pauses: Iterator[float] = iter(())

    def are_all_there_is(self) -> None:
        """Notifications do not arrive: look more often."""
        self._hears = False

    def begin(self) -> None:
        """Something was found, or announced: look often."""
        self._pauses = iter(self._times.looks)

    def pause(self) -> float:
        """Return how long to wait before the next look."""
        longest = self._times.idle if self._hears else self._times.deaf
        return min(next(self._pauses, longest), longest)
