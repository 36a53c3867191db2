"""Whatever happens to what the processes share, in the end each page shows what a fresh one does."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from itertools import count, cycle
from pathlib import Path
from secrets import token_hex

import psycopg

from tests.cluster import Cluster
from tests.live.processes.running import Served, Site, opened, site
from tests.live.processes.test_sharing import Shown, contents
from tests.live.rendering.pages import Page
from tests.redis_server import RedisServer, RedisServers

#: Seconds of random writes. Longer by hand: ``ONAIR_RACES=300 pytest tests/live/processes/test_storms.py``.
SECONDS = float(os.environ.get("ONAIR_RACES", "2"))

PROCESSES = 3

#: Writes of one storm, and how many are made at the same time.
WRITES, WRITERS = 10, 4

numbers = count(1)


def write(made: Site, served: Served, chance: random.Random) -> None:
    """Write to the database, or say that something else has changed."""
    action = chance.choice(["write", "write", "edit", "edit", "keep", "touch"])
    text = f"{action} {next(numbers)}."
    if action == "touch":
        (made.folder / "weather").write_text(text)
    served.do(action, {"touch": "weather", "keep": "5"}.get(action, text))


def storm(made: Site, processes: list[Served], chance: random.Random) -> None:
    """Write from all processes at once."""
    with ThreadPoolExecutor(WRITERS) as threads:
        done = [threads.submit(write, made, chance.choice(processes), chance) for _ in range(WRITES)]
        for one in done:
            one.result()


@contextmanager
def paused(redis: RedisServer) -> Iterator[None]:
    redis.pause()
    try:
        yield
    finally:
        redis.resume()


@contextmanager
def away(redis: RedisServer) -> Iterator[None]:
    """When it comes back it has nothing."""
    redis.kill()
    try:
        yield
    finally:
        redis.start()


def assert_own_writes_are_shown(processes: list[Served], shown: list[Shown]) -> None:
    """The page of each process shows what that has written itself, whoever else is away."""
    for served, one in zip(processes, shown, strict=True):
        text = f"own {next(numbers)}."
        served.do("write", text)
        while text not in str(one.contents):
            one.hear()


def assert_not_stale(shown: list[Shown], served: Served) -> None:
    fresh = Page(served.address, "")
    expected = contents(fresh.load(shown[0].page.path), fresh.versions)
    for one in shown:
        while one.contents != expected:
            one.hear()


def run(made: Site, change_weather: Callable[[], AbstractContextManager[None]]) -> None:
    chance = random.Random(7)
    with ExitStack() as running:
        processes = [running.enter_context(made.uvicorn()) for _ in range(PROCESSES)]
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with ExitStack() as stack:
                pages = [
                    [Shown(stack.enter_context(opened(path, served, served))) for served in processes]
                    for path in ("/notes/", "/notes/?again")
                ]
                storm(made, processes, chance)
                with change_weather():
                    storm(made, processes, chance)
                    assert_own_writes_are_shown(processes, pages[0])
                storm(made, processes, chance)
                for shown in pages:
                    assert_not_stale(shown, processes[0])


def test_with_an_engine_that_is_paused_or_comes_back_empty(
    tmp_path: Path, redis_servers: RedisServers
) -> None:
    redis = redis_servers.start()
    weathers = cycle([partial(paused, redis), partial(away, redis), nullcontext])
    run(site(tmp_path / "site", redis.url), lambda: next(weathers)())


def test_with_the_database_as_engine(cluster: Cluster, tmp_path: Path) -> None:
    cluster.ensure_started()
    name = f"notes_{token_hex(4)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            run(site(tmp_path / "site", "postgres:default", cluster.folder, name), nullcontext)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
