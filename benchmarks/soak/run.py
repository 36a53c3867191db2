"""Churn against workers that share a Redis, with a look at them now and then."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.redis_server import RedisServer

from benchmarks.chaos.crowd import LOOK, TooSlow, until
from benchmarks.chaos.http_api import OK, HttpApi, ask_afresh
from benchmarks.chaos.page import Address
from benchmarks.chaos.stores import Redis
from benchmarks.chaos.workers import APP_ID, Workers
from benchmarks.process import Server
from benchmarks.soak.churn import NAME, Churn, Done
from benchmarks.soak.samples import Sample, take

WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is done, and for how long.

    Args:
        warm: Seconds of the first time, which shows what stays when all have gone.
        seconds: Of the second time, in which memory is looked at.
        pages: That are there at a time.
        rate: Steps in a second.
        look: Seconds between two samples.
        history: Seconds that what was published is kept after everybody has gone.
        patience: Seconds after which what should happen will not.
    """

    warm: float
    seconds: float
    pages: int
    rate: float
    look: float
    history: int
    patience: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The samples, what was done, and the keys of Redis that the second time left and the first had not."""

    samples: Sequence[Sample]
    done: Done
    left: Sequence[str]


async def run(effort: Effort, seed: int) -> Outcome:
    """Let pages come and go, twice, and all of them go in between: what stays each time is not theirs.

    Raises:
        TooSlow: Something did not happen, such as that every channel is vacant when all have gone.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onair-soak-")))
        store = Redis(folder)
        stack.callback(store.stop)
        store.start()
        served = Workers(store.url, WORKERS, folder, ["--limit", f"history_seconds={effort.history}"])
        stack.callback(served.stop)
        await served.start()
        processes = [Server(served.address.port, pid) for pid in served.pids]
        chance = random.Random(seed)
        await _churn(served, effort.warm, effort, chance)
        before = await _rest(served.address, store.server, effort)
        started = time.monotonic()
        samples: list[Sample] = []

        def look() -> None:
            samples.append(take((time.monotonic() - started) / 60, processes, store.server))

        async with _looking(look, effort.look):
            done = await _churn(served, effort.seconds, effort, chance)
        after = await _rest(served.address, store.server, effort)
        return Outcome(samples, done, sorted(after - before))


async def _churn(served: Workers, seconds: float, effort: Effort, chance: random.Random) -> Done:
    api = HttpApi(served.address, APP_ID)
    churn = Churn(served.address, api, effort.pages, chance)
    await churn.run(seconds, effort.rate, effort.patience)
    api.close()
    return churn.done


async def _rest(address: Address, redis: RedisServer, effort: Effort) -> frozenset[str]:
    """Wait until every channel is vacant, and forgotten; return the keys that are left, whatever they are."""
    await _vacant(address, effort.patience)
    keys: set[str] = set()

    def are_forgotten() -> bool:
        keys.clear()
        keys.update(redis.cli("--scan").splitlines())
        return not any(NAME in key for key in keys)

    with suppress(TooSlow):
        await until(are_forgotten, "every channel is forgotten", effort.history + effort.patience)
    return frozenset(keys)


async def _vacant(address: Address, patience: float) -> None:
    """Wait until the API says that nobody is on any channel."""
    channels: object = None
    deadline = time.monotonic() + patience
    while channels != {}:
        if time.monotonic() > deadline:
            raise TooSlow(f"Channels are occupied {patience:g} s after the last page has gone: {channels}")
        answer = await ask_afresh(address, APP_ID, "channels")
        channels = answer.content["channels"] if answer is not None and answer.status == OK else None
        await asyncio.sleep(LOOK)


@asynccontextmanager
async def _looking(look: Callable[[], object], pause: float) -> AsyncIterator[None]:
    """Look again and again, meanwhile."""

    async def run() -> None:
        while True:
            await asyncio.to_thread(look)
            await asyncio.sleep(pause)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
