"""What goes wrong, one thing at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.chaos.crowd import Crowd
from benchmarks.chaos.stores import ALONE, Store
from benchmarks.chaos.workers import Workers


@dataclass(frozen=True, slots=True)
class Stage:
    """What can be struck, and for how long things last, in seconds."""

    workers: Workers
    store: Store
    crowd: Crowd
    down: float
    pause: float


Strike = Callable[[Stage], Awaitable[None]]


async def _nothing(stage: Stage) -> None:
    """Nothing happens."""


async def _cut(stage: Stage) -> None:
    for page in stage.crowd.pages:
        page.cut()


async def _kill_worker(stage: Stage) -> None:
    stage.workers.kill_one()


async def _restart_store(stage: Stage) -> None:
    await asyncio.to_thread(stage.store.restart, stage.down)


async def _pause_store(stage: Stage) -> None:
    stage.store.pause()
    await asyncio.sleep(stage.pause)
    stage.store.go_on()


async def _restart_rolling(stage: Stage) -> None:
    await stage.workers.restart_rolling()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that goes wrong.

    Args:
        name: On the command line.
        title: In the report.
        stores: What the workers share, by name: one run for each.
        strike: Does it, and returns when it is over.
        forgets: Whether what was published may be gone, so that pages are told of a gap.
    """

    name: str
    title: str
    stores: tuple[str, ...]
    strike: Strike
    forgets: bool = False


_ENGINES = ("Redis", "PostgreSQL")

SCENARIOS = (
    Scenario("calm", "nothing", _ENGINES, _nothing),
    Scenario("cut", "every connection is cut", (ALONE, *_ENGINES), _cut),
    Scenario("killed", "a worker is killed", _ENGINES, _kill_worker),
    Scenario("rolling", "a rolling restart", _ENGINES, _restart_rolling),
    Scenario("restarted", "the engine's server is restarted", _ENGINES, _restart_store),
    Scenario(
        "forgotten",
        "the engine's server is restarted, and has kept nothing",
        ("Redis, nothing kept",),
        _restart_store,
        forgets=True,
    ),
    Scenario("paused", "the engine's server stands still", ("Redis",), _pause_store),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
