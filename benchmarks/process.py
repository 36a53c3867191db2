"""Starting a server, and what it has used."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers import BUILD, C_SOURCE, HERE, Peer, found

ROOT = HERE.parent.parent

#: Seconds that a server has to stop by itself.
GRACE = 5.0


class NotStarted(Exception):
    """A server did not say that it is ready; the message is what it said instead."""


class Server:
    """A process, and the port that it listens at."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self._cpu_clock = ~pid << 3 | 2  # clock_getcpuclockid(3) of Linux: all its threads, in nanoseconds
        self._statm = Path(f"/proc/{pid}/statm")

    def cpu_seconds(self) -> float:
        """What the process has used until now, by the operating system's account."""
        return time.clock_gettime(self._cpu_clock)

    def memory(self) -> int:
        """The resident bytes of the process."""
        return int(self._statm.read_text().split()[1]) * resource.getpagesize()


def raise_file_limit() -> int:
    """Allow as many open files as may be, here and in the servers to come. Return how many that are."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def compile_c() -> None:
    """Compile the server in C. Without a compiler it will not start, and the report says so."""
    with contextlib.suppress(FileNotFoundError):
        BUILD.mkdir(exist_ok=True)
        target = BUILD / Path(C_SOURCE).stem
        subprocess.run([found("cc"), "-O2", "-Wall", "-Wextra", "-o", target, HERE / C_SOURCE], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(peer: Peer) -> Iterator[Server]:
    """A peer on a free port, which is stopped at the end whatever happens.

    Raises:
        NotStarted: It is not installed, or ended at once.
    """
    port = free_port()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [*peer.command(), str(port)], stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=ROOT
            )
        except OSError as error:
            raise NotStarted(str(error)) from None
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != b"ready":
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()
                raise NotStarted(said.splitlines()[-1] if said else "it said nothing")
            yield Server(port, process.pid)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()
