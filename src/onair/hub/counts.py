"""When the subscribers of a channel are told how many they are (P-COUNT)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from onair.hub.channel import Channel

#: A channel with more subscribers than this is told their number every COUNT_INTERVAL seconds at most.
CROWD = 100
COUNT_INTERVAL = 5.0


class Counts:
    """The channels whose number has changed and may not be told yet."""

    __slots__ = ("_clock", "_waiting")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: dict[str, Channel] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def changed(self, channel: Channel) -> bool:
        """Whether a channel whose number has changed is told so at the next flush; if not, it waits."""
        if len(channel) <= CROWD or self._may_be_told(channel):
            self._set_due(channel)
        else:
            self._waiting[channel.name] = channel
        return channel.count_is_due

    def due(self) -> Sequence[Channel]:
        """The channels that have waited long enough: they are told at the next flush."""
        due = [channel for channel in self._waiting.values() if self._may_be_told(channel)]
        for channel in due:
            self._set_due(channel)
        return due

    def take(self, channel: Channel) -> int:
        """The number to tell a channel now."""
        channel.count_is_due = False
        channel.counted_at = self._clock()
        return len(channel)

    def forget(self, channel: Channel) -> None:
        """A channel has no subscribers any more."""
        self._waiting.pop(channel.name, None)
        channel.count_is_due = False

    def _may_be_told(self, channel: Channel) -> bool:
        return self._clock() - channel.counted_at >= COUNT_INTERVAL

    def _set_due(self, channel: Channel) -> None:
        self._waiting.pop(channel.name, None)
        channel.count_is_due = True
