"""A server of several workers as real processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from websockets.sync.client import ClientConnection, connect

from tests.certificates import trusting
from tests.embedded.running import PATIENCE, Process, http, started
from tests.server.clients import wait_until

PROGRAM = str(Path(__file__).with_name("program.py"))

ON_AIR = r"On air at (\S+)"


class Crew:
    """Workers that serve, and their parent."""

    def __init__(self, process: Process, host: str, tls: Path | None) -> None:
        self.process = process
        self.host = host
        self._trust = None if tls is None else trusting(tls)

    @contextmanager
    def client(self) -> Iterator[ClientConnection]:
        """A client that is connected."""
        scheme = "ws" if self._trust is None else "wss"
        url = f"{scheme}://{self.host}/app/key?protocol=7"
        with connect(url, open_timeout=PATIENCE, compression=None, ssl=self._trust) as connection:
            yield connection

    def pids(self) -> set[int]:
        """The workers that live."""
        return {child.pid for child in _children(self.process.pid)}

    def answering(self) -> int:
        """Which worker answers a request."""
        return int(http.request("GET", f"http://{self.host}/pid", headers={"Connection": "close"}).data)

    def worker_of(self, connection: ClientConnection) -> int:
        """Which worker has a client."""
        port = connection.socket.getsockname()[1]
        for child in _children(self.process.pid):
            with suppress(psutil.NoSuchProcess):
                if any(own.raddr and own.raddr.port == port for own in child.net_connections("tcp")):
                    return int(child.pid)
        raise AssertionError("no worker has the connection")

    def wait_for_others(self, count: int, than: set[int]) -> set[int]:
        """Wait until so many workers live that are none of these, and none of these does."""

        def others() -> bool:
            pids = self.pids()
            return len(pids) == count and not pids & than

        wait_until(others, "other workers serve")
        return self.pids()


def _children(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children() if _lives(child)]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def serving(
    folder: Path,
    workers: int = 2,
    *,
    bind: str = "127.0.0.1:0",
    drain: float = 0,
    tls: Path | None = None,
) -> Iterator[Crew]:
    """A server of so many workers. Whatever becomes of it, none of them outlives the block."""
    workers_left: list[psutil.Process] = []
    environment = {} if tls is None else {"TLS": str(tls)}
    with started(folder, "-X", "dev", PROGRAM, str(workers), bind, str(drain), **environment) as process:
        try:
            yield Crew(process, process.wait_for(ON_AIR), tls)
        finally:
            if not process.ends_within(0):
                workers_left = _children(process.pid)
            process.kill()
    _, alive = psutil.wait_procs(workers_left, PATIENCE)
    assert not alive


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
