"""The server: one process, or a supervisor and its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from benchmarks.chaos.crowd import TooSlow, until
from benchmarks.chaos.page import Address
from benchmarks.process import ROOT, free_port
from onair import conf

APP_ID = "1"

#: Of the site that publishes, whose app is the one that is served.
SECRET_KEY = "chaos"
CREDENTIAL = conf._derived_credential(SECRET_KEY)

#: Seconds that processes have to start, and to stop.
PATIENCE = 30.0


class Workers:
    """The processes that serve.

    Args:
        engine: The URL of what they share; None for one process that shares nothing.
        count: How many workers.
        folder: Where the log goes.
        options: More options of ``onair serve``.
    """

    def __init__(self, engine: str | None, count: int, folder: Path, options: Sequence[str] = ()) -> None:
        self.address = Address(free_port(), CREDENTIAL)
        self.log = folder / "server.log"
        self._count = count
        self._command = [
            *(sys.executable, "-m", "onair", "serve", "--bind", f"127.0.0.1:{self.address.port}"),
            *("--app", f"{APP_ID}:{CREDENTIAL.key}:{CREDENTIAL.secret}", "--drain", "2"),
            *(("--engine", engine, "--workers", str(count)) if engine else ()),
            *options,
        ]
        self._output: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start, and wait until connections are taken."""
        self._launch()
        try:
            await until(self._is_serving, "the server serves", PATIENCE)
        except TooSlow as error:
            error.add_note(self.log.read_text())
            raise

    @property
    def pids(self) -> Sequence[int]:
        """The processes that hold sockets."""
        assert self._process is not None
        pid = self._process.pid
        return children(pid) or [pid]

    def kill_one(self) -> None:
        """Kill a worker in the middle of what it does."""
        os.kill(self.pids[0], signal.SIGKILL)

    async def restart_rolling(self) -> None:
        """Have every worker replaced, one after another, and wait for it."""
        assert self._process is not None
        before = set(self.pids)
        self._process.send_signal(signal.SIGHUP)
        await until(
            lambda: not before & set(self.pids) and len(self.pids) == self._count,
            "all workers are replaced",
            PATIENCE * self._count,
        )

    def stop(self) -> None:
        """Stop, whatever happens."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                for pid in self.pids:
                    os.kill(pid, signal.SIGKILL)
                self._process.kill()
                self._process.wait()
        if self._output is not None:
            self._output.close()

    def _launch(self) -> None:
        self._output = self.log.open("wb")
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        self._process = subprocess.Popen(
            self._command, stdout=self._output, stderr=self._output, env=environment, cwd=ROOT
        )

    def _is_serving(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise TooSlow("The server has ended")
        return b"On air" in self.log.read_bytes() and len(self.pids) == self._count


def children(pid: int) -> list[int]:
    """The processes that this one has started and that live."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in found.split()]
