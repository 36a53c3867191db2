"""What clients may have missed on channels whose events are numbered by others."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappush
from typing import NamedTuple

from onair.hub.history import History, _Recorded
from onair.protocol.app import Limits


class Numbered(NamedTuple):
    """An event with its number, framed with its position; ``exclude`` is the socket that does not get it."""

    number: int
    wire: bytes
    exclude: str | None


class FollowedHistory(History):
    """A history in which the positions of followed channels are the same in every process.

    Their numbers come from outside, and their seals from an epoch that the processes share. All other
    channels are as in one process: their positions count for nothing anywhere else.
    """

    __slots__ = ("_numbers", "_shared_key")

    def __init__(self, limits: Limits, epoch: str) -> None:
        super().__init__(limits, epoch)
        self._numbers: dict[str, int] = {}  # of the last event, by followed channel
        self._shared_key = self._key

    def share(self, epoch: str) -> None:
        """Seal the positions of followed channels by this from now on, so that none of before counts."""
        self._shared_key = epoch.encode()

    def follow(self, channel: str, number: int) -> None:
        """The channel's last event has this number. What was recorded of it before is not complete."""
        self._numbers[channel] = number
        record = self._records.get(channel)
        if record is not None:
            self._size -= record.size
            record.events.clear()
            record.size = 0
            record.complete_from = number

    def reach(self, channel: str, number: int) -> None:
        """The next event of a followed channel has this number."""
        self._numbers[channel] = number

    def unfollow(self, channel: str) -> None:
        """Nobody here listens to the channel any more, so nothing is recorded of it."""
        del self._numbers[channel]
        self._idle.pop(channel, None)
        if channel in self._records:
            self._drop_record(channel)

    def number_of(self, channel: str, position: str) -> int | None:
        """The number in a position of a followed channel; None where it counts for nothing."""
        return self._number_of(position, channel)

    def knows_since(self, channel: str, number: int) -> bool:
        """Whether all of a followed channel's events after a number are recorded."""
        record = self._records.get(channel)
        return record is not None and number >= record.complete_from

    def extend(self, channel: str, number: int, events: Sequence[Numbered], now: float) -> None:
        """Record the events after a number, which others have kept, before those that are recorded here."""
        self.open(channel)
        record = self._records[channel]
        before = [
            _Recorded(now, event.number, event.wire, event.exclude)
            for event in events
            if event.number <= record.complete_from
        ]
        size = sum(len(event.wire) for event in before)
        record.events = deque([*before, *record.events])
        record.complete_from = min(number, record.complete_from)
        record.size += size
        self._size += size
        if before and not record.is_queued:
            record.is_queued = True
            heappush(self._queue, (record.oldest.number, record))
        self._trim(record)

    def advance(self, channel: str) -> str:
        """The position of a channel's next event: of a followed one, where :meth:`reach` has said it is."""
        return self.position(channel) if channel in self._numbers else super().advance(channel)

    def _now(self, channel: str) -> int:
        return self._numbers.get(channel, self._number)

    def _key_of(self, channel: str) -> bytes:
        return self._shared_key if channel in self._numbers else self._key
