"""A process that holds sockets, as far as an engine sees one: it follows channels, and keeps what is said."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from typing import Any, TypeVar

from onair.engines.base import Bounds, Engine, EngineDown, Entry, Follow, Op
from onair.engines.entries import EVENT
from onair.engines.urls import EngineUrl
from onair.protocol.member import Member
from tests.publishing.receiver import PATIENCE

R = TypeVar("R")

BOUNDS = Bounds(entries=1_000, seconds=300)


@dataclass
class Recorder:
    """A sink: what the engine tells."""

    entries: Queue[tuple[str, Entry]] = field(default_factory=Queue)
    is_connected: threading.Event = field(default_factory=threading.Event)

    def connected(self, epoch: str) -> None:
        self.is_connected.set()

    def received(self, channel: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entries.put((channel, entry))

    def disconnected(self, reason: EngineDown) -> None:
        self.is_connected.clear()


class Subscriber:
    """Follows channels in a loop of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, engine: Engine, recorder: Recorder) -> None:
        self._loop = loop
        self._engine = engine
        self._recorder = recorder

    def do(self, op: Op[R]) -> R:
        return self._run(self._do(op))

    def follow(self, *channels: str, members: Sequence[Member] = ()) -> None:
        """Follow channels, from now on."""
        for channel in channels:
            self._run(self._listen(channel))
            self.do(Follow(channel, "a-node", 1, tuple(members)))

    def next(self, kinds: bytes = b"e") -> tuple[str, bytes]:
        """Wait for the next entry of one of these kinds; return its channel and its body."""
        while True:
            channel, entry = self._recorder.entries.get(timeout=PATIENCE)
            if entry.body[:1] in kinds:
                return channel, entry.body

    def has_more(self) -> bool:
        """Whether an event came that nobody has asked for yet."""
        waiting = self._recorder.entries
        return any(waiting.get()[1].body[:1] == EVENT for _ in range(waiting.qsize()))

    async def _do(self, op: Op[R]) -> R:
        return await self._engine.do(op)

    async def _listen(self, channel: str) -> None:
        await self._engine.listen(channel)

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


@contextmanager
def subscribing(url: str, *channels: str) -> Iterator[Subscriber]:
    """Be a process that follows these channels."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    engine, recorder = EngineUrl(url).open("1", BOUNDS), Recorder()

    async def start() -> None:
        engine.start(recorder)

    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE)
        assert recorder.is_connected.wait(PATIENCE)
        subscriber = Subscriber(loop, engine, recorder)
        subscriber.follow(*channels)
        yield subscriber
        asyncio.run_coroutine_threadsafe(engine.close(), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
