"""Where the event loop leaves what another thread takes: bounded, and never waiting."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

#: What may wait in an inbox, or at an endpoint for its delivery: so many notices, and so many bytes.
MOST_NOTICES = 10_000
MOST_BYTES = 8 * 1024 * 1024


class Inbox(Generic[Item]):
    """Holds at most so many items, and so many bytes; beyond either the oldest are dropped and counted."""

    def __init__(self, *, most: int = MOST_NOTICES, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._items: deque[tuple[Item, int]] = deque()
        self._bytes = 0
        self._closed = False
        # Held for a few steps at a time, and never while anything waits.
        self._news = threading.Condition(threading.Lock())
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def has_room(self, size: int) -> bool:
        """Whether an item of so many bytes drops none that is there."""
        return len(self._items) < self._most and self._bytes + size <= self._most_bytes

    @property
    def is_closed(self) -> bool:
        return self._closed

    def put(self, item: Item, size: int) -> None:
        """Leave an item. From any thread."""
        with self._news:
            self._items.append((item, size))
            self._bytes += size
            while len(self._items) > self._most or self._bytes > self._most_bytes:
                self._bytes -= self._items.popleft()[1]
                self.dropped += 1
            self._news.notify()

    def take(self, timeout: float | None = None) -> list[Item]:
        """Take all that is there, after waiting for the first; nothing, where none came or it was closed.

        Args:
            timeout: Seconds to wait; None waits until there is something.
        """
        with self._news:
            self._news.wait_for(lambda: self._items or self._closed, timeout)
            items, self._items = self._items, deque()
            self._bytes = 0
        return [item for item, _ in items]

    def close(self) -> None:
        """Wake who waits, for the last time. What is left here later can still be taken."""
        with self._news:
            self._closed = True
            self._news.notify_all()
