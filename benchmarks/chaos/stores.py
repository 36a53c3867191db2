"""What the workers share: a Redis or a PostgreSQL of the benchmark's own, which goes down as it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from tests.cluster import Cluster
from tests.redis_server import RedisServer

from onair.engines.postgres import ensure_schema


class Store(Protocol):
    """A server that processes share."""

    @property
    def url(self) -> str | None:
        """As ``onair serve --engine`` wants it; None where there is nothing to share."""

    def start(self) -> None:
        """Start, and wait until it answers."""

    def stop(self) -> None:
        """Stop it for good."""

    def restart(self, down: float) -> None:
        """Stop it as its administrator would, and start it again after so many seconds."""

    def pause(self) -> None:
        """Let it stand still, connections and all."""

    def go_on(self) -> None:
        """Let it go on."""


class Memory:
    """Nothing: one process alone."""

    url = None

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def restart(self, down: float) -> None:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def go_on(self) -> None:
        raise NotImplementedError


class Redis:
    """A Redis of its own.

    Args:
        folder: Where its data lies.
        keeps: Whether it writes them down (appendonly).
    """

    def __init__(self, folder: Path, *, keeps: bool = True) -> None:
        data = folder / "redis"
        data.mkdir()
        self.server = RedisServer(data, {"appendonly": "yes" if keeps else "no"})

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.remove()

    def restart(self, down: float) -> None:
        self.server.stop()
        time.sleep(down)
        self.server.start()

    def pause(self) -> None:
        self.server.pause()

    def go_on(self) -> None:
        self.server.resume()


class Postgres:
    """A PostgreSQL with a socket of its own, which writes to the disk as it does by default."""

    def __init__(self) -> None:
        self._cluster = Cluster.planned(fsync="on", synchronous_commit="on")

    @property
    def url(self) -> str:
        return self._cluster.url()

    def start(self) -> None:
        self._cluster.ensure_started()
        ensure_schema(self.url)

    def stop(self) -> None:
        self._cluster.stop()

    def restart(self, down: float) -> None:
        self._cluster.restart(down)

    def pause(self) -> None:
        raise NotImplementedError

    def go_on(self) -> None:
        raise NotImplementedError


#: The name of nothing to share.
ALONE = "memory"

#: By name. Each is given a folder of its own.
STORES: Mapping[str, Callable[[Path], Store]] = {
    ALONE: lambda folder: Memory(),
    "Redis": Redis,
    "Redis, nothing kept": lambda folder: Redis(folder, keeps=False),
    "PostgreSQL": lambda folder: Postgres(),
}
