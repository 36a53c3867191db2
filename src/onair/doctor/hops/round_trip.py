"""An entry, written to an engine's log and heard again, as a process does that serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
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

_LOGGER = "onair.engines"

#: Seconds between two looks at what the log says.
_LOOK = 0.02


class Unheard(Exception):
    """What was written did not come back in time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """That an entry came back.

    Args:
        connected: The seconds that connecting took, and beginning to listen.
        after: The seconds between writing the entry and hearing it.
        warnings: What the engine's log said meanwhile.
    """

    connected: float
    after: float
    warnings: tuple[str, ...]


async def round_trip(engine: Engine, channel: str, node: str, timeout: float) -> Heard:  # noqa: ASYNC109
    """Write an entry and hear it.

    Args:
        timeout: The seconds that connecting may take, and hearing.

    Raises:
        EngineDown, EngineRefused: It cannot be connected to, or listened to.
        Unheard
    """
    ear = _Ear()
    with said_by(_LOGGER) as warnings:
        started = perf_counter()
        engine.start(ear)
        try:
            await _begin(_listen(engine, ear, channel, node), timeout, warnings)
            written = perf_counter()
            await engine.do(Publish((Append(channel, BODY),)))
            try:
                await asyncio.wait_for(ear.has_heard.wait(), timeout)
            except TimeoutError:
                raise Unheard from None
            return Heard(written - started, perf_counter() - written, tuple(warnings))
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


async def _begin(what: Awaitable[None], timeout: float, warnings: list[str]) -> None:  # noqa: ASYNC109
    """Wait for the beginning. An engine tries for ever: its log has the reason."""
    task = asyncio.ensure_future(what)
    try:
        with said_by(_LOGGER, logging.ERROR) as refusals:
            async with asyncio.timeout(timeout):
                while not task.done():
                    if refusals:
                        raise EngineRefused(refusals[0])
                    await asyncio.wait({task}, timeout=_LOOK)
        await task
    except TimeoutError:
        raise EngineDown(warnings[0] if warnings else f"it does not answer within {timeout:g} s") from None
    finally:
        task.cancel()
