"""The engine of a process that is alone: its memory. Everything is known at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from onair.engines.base import Kept, State
from onair.engines.entries import Event
from onair.hub import Hub
from onair.protocol.member import Member
from onair.protocol.publication import Publication


class MemoryNode:
    """The one node of an app.

    Args:
        hub: Its channels.
        publish: Publishes in this process.
        terminate: Closes the connections of a user.
    """

    is_connected = True
    is_shared = False

    def __init__(
        self,
        hub: Hub,
        publish: Callable[[Sequence[Publication]], None],
        terminate: Callable[[str], None],
    ) -> None:
        self.hub = hub
        self.subscribe = hub.subscribe
        self.unsubscribe = hub.unsubscribe
        self.disconnect = hub.disconnect
        self.client_event = hub.client_event
        self.sign_in = hub.sign_in
        self.publish = publish
        self.terminate = terminate

    def occupied(self, prefix: str) -> tuple[str, ...]:
        return tuple(channel for channel in self.hub.channels() if channel.startswith(prefix))

    def states(self, channels: Sequence[str]) -> tuple[State, ...]:
        return tuple(self._state(channel) for channel in channels)

    def members(self, channel: str) -> tuple[Member, ...]:
        return tuple(self.hub.members(channel))

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing here waits for anything."""

    async def close(self) -> None:
        """All of it goes with the process."""

    def _state(self, channel: str) -> State:
        cached = self.hub.cached(channel)
        kept = (
            None if cached is None else Kept(Event(cached.event, cached.data).encode(), cached.seconds_left)
        )
        return State(self.hub.subscription_count(channel), len(self.hub.members(channel)), kept)
