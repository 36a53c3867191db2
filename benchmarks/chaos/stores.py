"""What the workers share: a Redis or a PostgreSQL of the benchmark's own, which goes down as it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests.cluster import Cluster

from benchmarks.peers import found
from benchmarks.process import free_port

#: Seconds that a server has to start or to stop.
PATIENCE = 30.0

LOOK = 0.02


class NotHere(Exception):
    """A server is not installed."""


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
    """A Redis on a free port.

    Args:
        folder: Where its data lies.
        keeps: Whether it writes them down (appendonly).
    """

    def __init__(self, folder: Path, *, keeps: bool = True) -> None:
        self.port = free_port()
        self._folder = folder
        self._keeps = keeps
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        program = found("redis-server")
        command = [
            *(program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
            *("--save", "", "--appendonly", "yes" if self._keeps else "no", "--loglevel", "warning"),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while self._cli("PING") != "PONG":
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise NotHere("Redis does not start")
            time.sleep(LOOK)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(PATIENCE)

    def restart(self, down: float) -> None:
        self.stop()
        time.sleep(down)
        self.start()

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def info(self) -> Mapping[str, str]:
        """What Redis says of itself."""
        lines = (line.partition(":") for line in self._cli("INFO").splitlines())
        return {name: value for name, colon, value in lines if colon}

    def keys(self) -> list[str]:
        """All of its keys."""
        return self._cli("KEYS", "*").splitlines()

    def _cli(self, *command: str) -> str:
        result = subprocess.run(
            [found("redis-cli"), "-p", str(self.port), *command], capture_output=True, text=True
        )
        return result.stdout.strip()


class Postgres:
    """A PostgreSQL with a socket of its own, which writes to the disk as it does by default."""

    def __init__(self) -> None:
        self._cluster = Cluster.planned(fsync="on", synchronous_commit="on")

    @property
    def url(self) -> str:
        return self._cluster.url()

    def start(self) -> None:
        self._cluster.ensure_started()

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
