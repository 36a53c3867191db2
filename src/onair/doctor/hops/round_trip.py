"""An entry, written to an engine's log and heard again, as a process does that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from time import perf_counter

from onair.doctor.logs import said_by
from onair.engines.base import (
    Append,
    Beat,
    Engine,
    EngineDown,
    EngineRefused,
    Entry,
    Follow,
    Publish,
    Reap,
    Unfollow,
)
from onair.engines.entries import Event

BODY = Event("onair-doctor", "{}").encode()

#: Seconds between two looks at what the log says.
_LOOK = 0.02


class Unheard(Exception):
    """What was written did not come back in time."""


async def round_trip(engine: Engine, channel: str, node: str, timeout: float) -> tuple[float, float]:  # noqa: ASYNC109
    """Return the seconds that connecting took, and those until an entry was heard.

    Args:
        timeout: The seconds that each of both may take.

    Raises:
        EngineDown, EngineRefused, TimeoutError: It cannot be connected to, or listened to.
        Unheard
    """
    ear = _Ear()
    with said_by("onair.engines") as said:
        started = perf_counter()
        engine.start(ear)
        try:
            await _unless_said(_listen(engine, ear, channel, node), said, timeout)
            connected = perf_counter() - started
            written = perf_counter()
            await engine.do(Publish((Append(channel, BODY),)))
            try:
                await asyncio.wait_for(ear.has_heard.wait(), timeout)
            except TimeoutError:
                raise Unheard from None
            return connected, perf_counter() - written
        finally:
            if ear.is_connected.is_set():
                engine.do(Unfollow(channel, node))
                engine.do(Reap(node))
            await engine.close()


class _Ear:
    """A sink that waits for one entry."""

    def __init__(self) -> None:
        self.is_connected = asyncio.Event()
        self.has_heard = asyncio.Event()

    def connected(self, epoch: str) -> None:
        self.is_connected.set()

    def received(self, channel: str, entries: Sequence[Entry]) -> None:
        if any(entry.body == BODY for entry in entries):
            self.has_heard.set()

    def disconnected(self, reason: EngineDown) -> None:
        """It tries again by itself, and the log has the reason."""


async def _listen(engine: Engine, ear: _Ear, channel: str, node: str) -> None:
    await ear.is_connected.wait()
    await engine.do(Beat(node))
    await engine.listen(channel)
    await engine.do(Follow(channel, node, 1))


async def _unless_said(what: Awaitable[None], said: list[str], timeout: float) -> None:  # noqa: ASYNC109
    """Wait for something; not when the log says that it cannot be, since an engine tries for ever."""
    task = asyncio.ensure_future(what)
    try:
        async with asyncio.timeout(timeout):
            while not task.done():
                if said:
                    raise EngineRefused(said[0])
                await asyncio.wait({task}, timeout=_LOOK)
        await task
    finally:
        task.cancel()
