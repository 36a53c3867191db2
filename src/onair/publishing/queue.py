"""The events that wait for being sent: bounded, pure, first in first out."""

from __future__ import annotations

from collections import deque

from onair.publishing.call import Item


class EventQueue:
    """Holds at most so many events and so many bytes of data; beyond either the oldest are dropped."""

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: deque[Item] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def size(self) -> int:
        """The bytes of data that wait."""
        return self._bytes

    def put(self, event: Item) -> int:
        """Add an event. Return how many were dropped for it, itself included where it is too large alone."""
        self._events.append(event)
        self._bytes += event.size
        dropped = 0
        while len(self._events) > self._max_events or self._bytes > self._max_bytes:
            self._pop()
            dropped += 1
        return dropped

    def take(self, *, max_events: int, max_bytes: int) -> list[Item]:
        """Remove and return the oldest events, at least one where there are any, within both limits."""
        taken: list[Item] = []
        size = 0
        while self._events and len(taken) < max_events:
            size += self._events[0].size
            if taken and size > max_bytes:
                break
            taken.append(self._pop())
        return taken

    def _pop(self) -> Item:
        event = self._events.popleft()
        self._bytes -= event.size
        return event
