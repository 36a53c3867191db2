"""What clients may have missed: the last events of the channels where somebody asked for positions.

A position is ``NUMBER.SEAL``: how many events this life of the hub had recorded then, on all channels, and a
keyed hash of that number and the channel. Nobody can make one up: who may join a channel now gets nothing of
the time before it was told a position there. A channel is recorded from the first listener with positions
until ``history_seconds`` after the last one has gone. Within that time, and as long as its events fit into
the bounds, a client that comes back with a position gets exactly the channel's events after it. Of a channel
that is not recorded nobody can say what it had meanwhile: the answer is a gap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container
from hashlib import blake2b
from heapq import heappop, heappush, heapreplace
from hmac import compare_digest
from typing import NamedTuple

from onair.protocol.app import Limits

#: The most that one channel keeps, in bytes: what a client misses is written to it at once.
CHANNEL_BYTES = 1024 * 1024

#: The most channels that are recorded though nobody listens with positions: any client can leave behind as
#: many as it likes, and each takes some 400 bytes.
IDLE_CHANNELS = 50_000

_SEAL_BYTES = 8


class _Recorded(NamedTuple):
    at: float
    number: int
    wire: bytes
    exclude: str | None


#: The events of a channel that never had any: an empty deque takes 600 bytes.
_NO_EVENTS: deque[_Recorded] = deque(maxlen=0)


class _Record:
    """One channel's events."""

    __slots__ = ("complete_from", "events", "is_queued", "size")

    def __init__(self, number: int) -> None:
        self.complete_from = number  # every event with a higher number is here
        self.events = _NO_EVENTS
        self.is_queued = False  # whether the history knows that it has events
        self.size = 0

    def __lt__(self, other: _Record) -> bool:
        """Asked in a heap where the events of two channels have one number: neither has to be the first."""
        return False

    def add(self, event: _Recorded) -> None:
        if self.events is _NO_EVENTS:
            self.events = deque()
        self.events.append(event)
        self.size += len(event.wire)

    def drop(self) -> int:
        """Drop the oldest event. Return its size."""
        event = self.events.popleft()
        self.size -= len(event.wire)
        self.complete_from = event.number
        return len(event.wire)

    @property
    def oldest(self) -> _Recorded:
        return self.events[0]


class History:
    """The recorded channels of one hub. Times are seconds of one steady clock."""

    __slots__ = ("_idle", "_key", "_limits", "_number", "_queue", "_records", "_size")

    def __init__(self, limits: Limits, epoch: str) -> None:
        self._limits = limits
        self._key = epoch.encode()
        self._number = 0
        self._records: dict[str, _Record] = {}
        #: A heap of the records that have events, each with the number of one that is its oldest, or was.
        self._queue: list[tuple[int, _Record]] = []
        self._idle: dict[str, float] = {}  # since when nobody listens with positions, in the order of time
        self._size = 0

    def __contains__(self, channel: str) -> bool:
        """Whether the channel's events are recorded."""
        return channel in self._records

    def position(self, channel: str) -> str:
        """The present position on a channel."""
        return self.position_at(channel, self._now(channel))

    def position_at(self, channel: str, number: int) -> str:
        """The position on a channel of an event of this number."""
        return f"{number}.{self._seal(number, channel)}"

    def open(self, channel: str) -> str:
        """Record a channel, to which somebody listens with positions now, and return the present one."""
        self._idle.pop(channel, None)
        if channel not in self._records:
            self._records[channel] = _Record(self._now(channel))
        return self.position(channel)

    def leave(self, channel: str, now: float) -> None:
        """Nobody listens to a recorded channel with positions any more: record it for some time still."""
        self._idle[channel] = now
        if len(self._idle) > IDLE_CHANNELS:
            self._close(next(iter(self._idle)))

    def advance(self, channel: str) -> str:
        """The position of a channel's next event, which is recorded then."""
        self._number += 1
        return self.position(channel)

    def record(self, channel: str, wire: bytes, exclude: str | None, now: float) -> None:
        """Keep the event that :meth:`advance` gave a position to."""
        record = self._records[channel]
        number = self._now(channel)
        record.add(_Recorded(now, number, wire, exclude))
        self._size += len(wire)
        if not record.is_queued:
            record.is_queued = True
            heappush(self._queue, (number, record))
        self._trim(record)

    def _trim(self, record: _Record) -> None:
        """Drop what does not fit into the bounds."""
        while len(record.events) > self._limits.history_events or record.size > CHANNEL_BYTES:
            self._size -= record.drop()
        while self._size > self._limits.history_bytes and (oldest := self._oldest()) is not None:
            self._size -= oldest.drop()

    def missed(self, channel: str, position: str, socket_ids: Container[str]) -> list[bytes] | None:
        """A channel's events after a position, without those that were not for a socket; None is a gap."""
        record = self._records.get(channel)
        number = self._number_of(position, channel)
        if record is None or number is None or not record.complete_from <= number <= self._now(channel):
            return None
        return [
            event.wire for event in record.events if event.number > number and event.exclude not in socket_ids
        ]

    def expire(self, now: float) -> bool:
        """Drop what is too old. Return whether anything is left that gets too old."""
        before = now - self._limits.history_seconds
        while (record := self._oldest()) is not None and record.oldest.at <= before:
            self._size -= record.drop()
        while self._idle:
            channel, since = next(iter(self._idle.items()))
            if since > before:
                return True
            self._close(channel)
        return self._oldest() is not None

    def _now(self, channel: str) -> int:
        """The number of the last event that a channel may have had."""
        return self._number

    def _number_of(self, position: str, channel: str) -> int | None:
        """The number in a position that was given out on this channel; None for any other text."""
        digits, _, seal = position.partition(".")
        if not (position.isascii() and digits.isdigit() and len(digits) <= 20):
            return None
        number = int(digits)
        return number if compare_digest(seal, self._seal(number, channel)) else None

    def _seal(self, number: int, channel: str) -> str:
        text = f"{number}.{channel}".encode()
        return blake2b(text, key=self._key_of(channel), digest_size=_SEAL_BYTES).hexdigest()

    def _key_of(self, channel: str) -> bytes:
        """What seals a channel's positions."""
        return self._key

    def _close(self, channel: str) -> None:
        """Record a channel no longer; no position of before counts for it from now on."""
        self._number += 1
        del self._idle[channel]
        self._drop_record(channel)

    def _drop_record(self, channel: str) -> None:
        record = self._records.pop(channel)
        self._size -= record.size
        record.events.clear()

    def _oldest(self) -> _Record | None:
        """The record of the oldest event of all; None where there is no event."""
        while self._queue:
            number, record = self._queue[0]
            if not record.events:
                record.is_queued = False
                heappop(self._queue)
            elif record.oldest.number > number:
                heapreplace(self._queue, (record.oldest.number, record))
            else:
                return record
        return None
