"""What waits for being sent: bounded, first in first out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from onair.engines.entries import MISSED
from onair.publishing import onlooker
from onair.publishing.call import Item
from onair.publishing.handover import Handover

#: Why an event is dropped, for who looks on.
EXPIRED = 'It waited longer for a server than ONAIR["QUEUE_SECONDS"].'
FULL = 'The queue was full (ONAIR["QUEUE_EVENTS"], ONAIR["QUEUE_SIZE"]).'


#: Goes before all others where something was dropped that other processes rely on.
LOST = Handover(MISSED, b"dropped")


class Waiting(NamedTuple):
    """An item, and since when it waits, in seconds of the caller's clock."""

    item: Item
    since: float


class EventQueue:
    """Holds at most so many items and so many bytes of data; beyond either the oldest are dropped.

    Who is handed something over follows what it says. So when some of it was dropped, that is told first.
    """

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0
        self._has_lost = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def size(self) -> int:
        """The bytes of data that wait."""
        return self._bytes

    def put(self, item: Item, now: float) -> int:
        """Add an item. Return how many were dropped for it, itself included where it is too large alone."""
        self._waiting.append(Waiting(item, now))
        self._bytes += item.size
        return self._fit()

    def put_back(self, taken: Sequence[Waiting]) -> int:
        """Put what was taken last before all others again. Return how many were dropped, the oldest first."""
        left = [waiting for waiting in taken if waiting.item is not LOST]
        self._has_lost |= len(left) < len(taken)
        self._waiting.extendleft(reversed(left))
        self._bytes += sum(waiting.item.size for waiting in left)
        return self._fit()

    def take(self, *, max_events: int, max_bytes: int) -> list[Waiting]:
        """Remove and return the oldest items, at least one where there are any, within both limits."""
        taken: list[Waiting] = []
        size = 0
        if self._has_lost and self._waiting:
            self._has_lost = False
            taken.append(Waiting(LOST, self._waiting[0].since))
        while self._waiting and len(taken) < max_events:
            size += self._waiting[0].item.size
            if taken and size > max_bytes:
                break
            taken.append(self._pop())
        return taken

    def expire(self, before: float) -> int:
        """Drop what has waited since before that time. Return how many there were."""
        expired = 0
        while self._waiting and self._waiting[0].since < before:
            self._drop(EXPIRED)
            expired += 1
        return expired

    def _fit(self) -> int:
        dropped = 0
        while len(self._waiting) > self._max_events or self._bytes > self._max_bytes:
            self._drop(FULL)
            dropped += 1
        return dropped

    def _drop(self, why: str) -> None:
        item = self._pop().item
        self._has_lost |= isinstance(item, Handover)
        onlooker.tell("dropped", [item], why)

    def _pop(self) -> Waiting:
        waiting = self._waiting.popleft()
        self._bytes -= waiting.item.size
        return waiting
