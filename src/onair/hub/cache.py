"""The last event of each cache channel, which outlives the channel's subscribers."""

from __future__ import annotations

from typing import NamedTuple

from onair.protocol.app import Limits


class Cached(NamedTuple):
    """An event as it was published, and the seconds that it is kept for."""

    event: str
    data: str
    seconds_left: float


#: What an entry takes beside its texts, in bytes, roughly.
OVERHEAD = 400


class _Entry(NamedTuple):
    event: str
    data: str
    until: float
    size: int


class EventCache:
    """Bounded by age and size: the event that was published longest ago goes first."""

    __slots__ = ("_entries", "_limits", "_size")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: dict[str, _Entry] = {}  # by channel, in the order of their time
        self._size = 0

    def put(self, channel: str, event: str, data: str, now: float) -> None:
        """Keep an event instead of the channel's former one."""
        self.drop(channel)
        size = OVERHEAD + len(channel) + len(event.encode()) + len(data.encode())
        self._entries[channel] = _Entry(event, data, now + self._limits.cache_seconds, size)
        self._size += size
        while self._size > self._limits.cache_bytes:
            self.drop(next(iter(self._entries)))

    def get(self, channel: str, now: float) -> Cached | None:
        """The channel's event, None where there is none that is young enough."""
        entry = self._entries.get(channel)
        if entry is None or now >= entry.until:
            return None
        return Cached(entry.event, entry.data, entry.until - now)

    def expire(self, now: float) -> bool:
        """Drop what is too old. Return whether anything is left."""
        while self._entries:
            channel, entry = next(iter(self._entries.items()))
            if now < entry.until:
                return True
            self.drop(channel)
        return False

    def drop(self, channel: str) -> None:
        """Keep nothing of the channel."""
        entry = self._entries.pop(channel, None)
        if entry is not None:
            self._size -= entry.size
