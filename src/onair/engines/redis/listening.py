"""The channels that a process listens to, and those who wait until Redis has heard of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from onair.engines.base import EngineDown
from onair.engines.connecting import fail
from onair.engines.redis.connection import Feed


@dataclass(slots=True)
class Listening:
    """One channel."""

    channel: str
    is_heard: bool = False
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def acknowledge(self) -> None:
        """Redis has heard."""
        self.is_heard = True
        waiting, self.waiting = self.waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def give_up(self, reason: EngineDown) -> None:
        """Tell those who wait that it will not be."""
        for future in self.waiting:
            fail(future, reason)
        self.waiting.clear()


class Listenings:
    """All of one engine, by the names of the pub/sub channels; said again on each new connection.

    Args:
        voice: What the names of the pub/sub channels begin with.
    """

    def __init__(self, voice: bytes) -> None:
        self._voice = voice
        self._by_name: dict[bytes, Listening] = {}
        self._feed: Feed | None = None

    def add(self, channel: str) -> asyncio.Future[None]:
        """Listen; the future is done when it is in effect."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        name = self._voice + channel.encode()
        listening = self._by_name.get(name)
        if listening is None:
            listening = self._by_name[name] = Listening(channel)
            if self._feed is not None:
                self._subscribe(self._feed, name, listening)
        if listening.is_heard:
            future.set_result(None)
        else:
            listening.waiting.append(future)
        return future

    def remove(self, channel: str) -> None:
        """Listen no more."""
        name = self._voice + channel.encode()
        listening = self._by_name.pop(name, None)
        if listening is None:
            return
        listening.give_up(EngineDown(f"Nobody listens to {channel} any more"))
        if self._feed is not None:
            self._feed.ask(("UNSUBSCRIBE", name), self._feed.check)

    def channel_of(self, name: bytes) -> str | None:
        """Return the channel that is listened to by this name of a pub/sub channel."""
        listening = self._by_name.get(name)
        return None if listening is None else listening.channel

    async def attach(self, feed: Feed) -> None:
        """Say everything on a new connection, and return when all of it is in effect."""
        self._feed = feed
        for name, listening in self._by_name.items():
            self._subscribe(feed, name, listening)
        while not all(listening.is_heard for listening in self._by_name.values()):
            await feed.request("PING")  # which is answered after all that was said before it

    def detach(self) -> None:
        """Forget the connection; those who wait go on waiting."""
        self._feed = None
        for listening in self._by_name.values():
            listening.is_heard = False

    def close(self, reason: EngineDown) -> None:
        """Forget everything."""
        self.detach()
        for listening in self._by_name.values():
            listening.give_up(reason)
        self._by_name.clear()

    def _subscribe(self, feed: Feed, name: bytes, listening: Listening) -> None:
        feed.ask(("SUBSCRIBE", name), partial(_subscribed, feed, listening))


def _subscribed(feed: Feed, listening: Listening, reply: Any) -> None:
    feed.check(reply)
    if not isinstance(reply, Exception):
        listening.acknowledge()
