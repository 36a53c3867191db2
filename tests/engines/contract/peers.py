"""Processes that share an app through an engine, seen from a test: each call blocks until it is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from onair.engines.base import Client, Engine, EngineDown, Entry, Op

R = TypeVar("R")

#: Seconds for whatever is waited for.
WAIT = 30.0


class Peer:
    """An engine with a sink that remembers what it was told.

    It connects at once. ``received`` has the entries of each channel, ``epochs`` one for each time that it
    was connected, ``reasons`` one for each time that it was not.

    Args:
        at_once: Is called in the turn of the loop in which the engine is started.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, engine: Engine, at_once: Callable[[Engine], object] = id
    ) -> None:
        self.engine = engine
        self.received: dict[str, list[Entry]] = {}
        self.batches: list[int] = []
        self.epochs: list[str] = []
        self.reasons: list[EngineDown] = []
        self._loop = loop
        self._changed = threading.Condition()

        def start() -> None:
            engine.start(_Recorder(self))
            at_once(engine)

        self.call(start)

    def do(self, op: Op[R]) -> R:
        """Do something and return the reply."""
        return self.soon(op).result(WAIT)

    def soon(self, op: Op[R]) -> Future[R]:
        """Ask for something; the future can be waited for in this thread."""

        async def run() -> R:
            return await self.engine.do(op)

        return asyncio.run_coroutine_threadsafe(run(), self._loop)

    def do_all(self, *ops: Op[R]) -> list[R]:
        """Ask for all of this in one turn of the loop, and return the replies."""

        async def run() -> list[R]:
            return list(await asyncio.gather(*[self.engine.do(op) for op in ops]))

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(WAIT)

    def listen(self, *channels: str) -> None:
        """Listen, and wait until it is in effect."""

        async def run() -> None:
            await asyncio.gather(*[self.engine.listen(channel) for channel in channels])

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(WAIT)

    def unlisten(self, channel: str) -> None:
        """Listen no more."""
        self.call(lambda: self.engine.unlisten(channel))

    def close(self) -> None:
        """Close the engine."""
        asyncio.run_coroutine_threadsafe(self.engine.close(), self._loop).result(WAIT)

    def call(self, function: Callable[[], R]) -> R:
        """Call something in the loop."""

        async def run() -> R:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(WAIT)

    def wait(self, condition: Callable[[Peer], bool]) -> None:
        """Wait until something is so, looking whenever the sink was told something."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), WAIT), (
                f"{str(self.received)[-2000:]} {self.epochs[-5:]=} {self.reasons[-3:]=}"
            )

    def bodies(self, channel: str) -> list[bytes]:
        """Return the bodies that arrived."""
        return [entry.body for entry in self.received.get(channel, [])]

    def wait_for_body(self, channel: str, body: bytes) -> None:
        """Wait until an entry with this body has arrived."""
        self.wait(lambda peer: body in peer.bodies(channel))

    def wait_until_connected(self, times: int = 1) -> None:
        """Wait until it was connected so many times."""
        self.wait(lambda peer: len(peer.epochs) >= times)

    def changed(self) -> threading.Condition:
        """Return what guards the records, and wakes those who wait."""
        return self._changed


class _Recorder:
    """What the engine tells; in the loop's thread."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def connected(self, epoch: str) -> None:
        with self._peer.changed():
            self._peer.epochs.append(epoch)
            self._peer.changed().notify_all()

    def received(self, channel: str, entries: Sequence[Entry]) -> None:
        with self._peer.changed():
            self._peer.received.setdefault(channel, []).extend(entries)
            self._peer.batches.append(len(entries))
            self._peer.changed().notify_all()

    def disconnected(self, reason: EngineDown) -> None:
        with self._peer.changed():
            self._peer.reasons.append(reason)
            self._peer.changed().notify_all()


class Peers:
    """Opens engines and clients, and closes them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._peers: list[Peer] = []
        self._clients: list[Client] = []

    def add(self, open_one: Callable[[], Engine], at_once: Callable[[Engine], object] = id) -> Peer:
        """Start an engine, and return before it is connected."""
        peer = Peer(self._loop, open_one(), at_once)
        self._peers.append(peer)
        return peer

    def add_client(self, client: Client) -> Client:
        """Have a client closed in the end."""
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close all."""
        for client in self._clients:
            client.close()
        for peer in self._peers:
            peer.close()


@contextmanager
def running_peers() -> Iterator[Peers]:
    """Run a loop in a thread, and what is opened in it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    peers = Peers(loop)
    try:
        yield peers
    finally:
        try:
            peers.close()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
