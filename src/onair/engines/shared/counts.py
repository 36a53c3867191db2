"""How many connections a node has on its channels, said to the engine now and then."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from onair.engines.base import Count
from onair.engines.shared.answers import answer_of
from onair.hub.counts import COUNT_INTERVAL, CROWD
from onair.protocol.names import kind_of
from onair.protocol.notices import SubscriptionsCounted

if TYPE_CHECKING:
    from onair.engines.shared.node import SharedNode

#: Seconds until a number is told that could not be told at once.
AGAIN = 1.0


class Counts:
    """The numbers that have changed and were not said yet.

    Where subscribers are told how many they are, each word about a crowd is a message to all of it. So a
    crowd of this node is counted aloud every few seconds at most (P-COUNT).
    """

    def __init__(self, node: SharedNode) -> None:
        self._node = node
        self._changed: dict[str, int] = {}
        self._told_at: dict[str, float] = {}  # when a crowd was counted aloud last
        self._untold: dict[str, int] = {}  # said to the engine, and not aloud yet
        self._timer: asyncio.TimerHandle | None = None

    def changed(self, channel: str, count: int) -> None:
        """A channel has so many connections here. It is said at the end of this turn of the loop."""
        if not self._changed:
            self._node.loop.call_soon(self._say)
        self._changed[channel] = count

    def again(self, channel: str, count: int) -> None:
        """Others may have heard another number of a channel: tell it again, where it is told."""
        if count and self._is_told(channel):
            self.changed(channel, count)

    def forget(self, channel: str) -> None:
        """The channel has nobody here any more: tell the others, before it is unfollowed."""
        if self._is_told(channel):
            reply = self._node.engine.do(Count(channel, self._node.id, 0, tell=True))
            reply.add_done_callback(partial(self._was_told, channel))
        self._changed.pop(channel, None)
        self._untold.pop(channel, None)
        self._told_at.pop(channel, None)

    def stop(self) -> None:
        """Say nothing more."""
        if self._timer is not None:
            self._timer.cancel()

    def _say(self) -> None:
        changed, self._changed = self._changed, {}
        for channel, count in changed.items():
            self._say_one(channel, count)

    def _say_again(self) -> None:
        self._timer = None
        untold, self._untold = self._untold, {}
        for channel, count in untold.items():
            self._say_one(channel, count)

    def _say_one(self, channel: str, count: int) -> None:
        wants_telling = self._is_told(channel)
        tell = wants_telling and self._may_tell(channel, count)
        reply = self._node.engine.do(Count(channel, self._node.id, count, tell))
        if tell:
            self._untold.pop(channel, None)
            reply.add_done_callback(partial(self._was_told, channel))
        elif wants_telling:
            self._untold[channel] = count
            if self._timer is None:
                self._timer = self._node.loop.call_later(AGAIN, self._say_again)

    def _may_tell(self, channel: str, count: int) -> bool:
        now = self._node.loop.time()
        if count > CROWD and now - self._told_at.get(channel, float("-inf")) < COUNT_INTERVAL:
            return False
        self._told_at[channel] = now
        return True

    def _was_told(self, channel: str, reply: asyncio.Future[int]) -> None:
        count = answer_of(reply)
        if count:  # of 0 it is told that the channel is vacated
            self._node.hub.tell(SubscriptionsCounted, channel, subscription_count=count)

    def _is_told(self, channel: str) -> bool:
        kind = kind_of(channel)
        return self._node.hub.app.subscription_counts and not (kind.has_members or kind.internal)
