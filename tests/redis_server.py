"""Redis for the tests: private servers on free ports, gone with the process that wanted them.

A test gets an empty one by the fixture ``redis_server``, which its worker's tests share::

    def test_something_is_shared(redis_server: RedisServer) -> None:
        open_client(redis_server.url, "1", Bounds(entries=100, seconds=60))

A test that hurts its server makes its own by the fixture ``redis_servers``: it can be killed, started again
with what it kept, stopped for a while, and have TLS, a Unix socket and users.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

#: Seconds for a server to come up, and to go.
_WAIT = 30

#: Nothing of it is worth a write to the disk, unless a test asks for that.
OPTIONS = {"save": "", "appendonly": "no", "databases": "4", "bind": "127.0.0.1", "daemonize": "no"}

#: Ends the server of a run that was killed before it could.
_WATCH = '(while kill -0 "$1" && kill -0 "$2"; do sleep 1; done; kill -9 "$2") &'


class NoRedis(Exception):
    """Redis is not on this machine."""

    def __init__(self) -> None:
        super().__init__("This needs Redis, and this machine has no redis-server: run scripts/install-redis.")


@dataclass
class RedisServer:
    """A server in a folder of its own; its data lie there.

    Args:
        options: Directives of its configuration.
        sentinel: Whether it is a sentinel.
    """

    folder: Path
    options: dict[str, str] = field(default_factory=dict)
    sentinel: bool = False
    port: int = field(default_factory=lambda: free_port())
    tls_port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of its database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it, with the data that are there, and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedis
        configuration = self.folder / "redis.conf"
        if not configuration.exists():  # a sentinel writes its own into it
            options = (OPTIONS if not self.sentinel else {}) | {
                "port": str(self.port),
                "dir": str(self.folder),
            }
            lines = (f"{name} {value or chr(34) * 2}" for name, value in (options | self.options).items())
            configuration.write_text("\n".join(lines) + "\n")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, str(configuration), *(["--sentinel"] if self.sentinel else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests alone
            )
        subprocess.run(
            ["sh", "-c", _WATCH, "sh", str(os.getpid()), str(self._process.pid)],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        wait_until(self._answers)

    def kill(self) -> None:
        """End it at once, as a machine does that loses its power."""
        self.process.kill()
        self.process.wait(_WAIT)

    def stop(self) -> None:
        """End it as the system does."""
        self.resume()
        self.process.terminate()
        self.process.wait(_WAIT)

    def pause(self) -> None:
        """Stop it, as a machine that is busy elsewhere."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it, and remove what it kept."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cli(self, *command: str) -> str:
        """Run a command as an administrator does, and return what is printed."""
        socket_path = self.options.get("unixsocket")
        where = ["-s", socket_path] if socket_path else ["-p", str(self.port)]
        done = subprocess.run(["redis-cli", *where, *command], capture_output=True, timeout=_WAIT, check=True)
        return done.stdout.decode().strip()

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        with suppress(subprocess.CalledProcessError):
            return self.cli("PING").startswith(("PONG", "NOAUTH"))
        return False


def wait_until(condition: object, seconds: float = _WAIT) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} never was"
        time.sleep(0.01)


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServers:
    """Makes servers, and removes them."""

    def __init__(self) -> None:
        self._made: list[RedisServer] = []

    def make(self, sentinel: bool = False, /, **options: str) -> RedisServer:
        """Return one that is not started.

        Args:
            options: Directives of its configuration, with underscores for hyphens.
        """
        folder = Path(tempfile.mkdtemp(prefix="onair-redis-"))
        directives = {name.replace("_", "-"): value for name, value in options.items()}
        server = RedisServer(folder, directives, sentinel)
        self._made.append(server)
        return server

    def start(self, **options: str) -> RedisServer:
        """Return one that runs."""
        server = self.make(False, **options)
        server.start()
        return server

    def remove(self) -> None:
        """Remove all of them."""
        for server in self._made:
            server.remove()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The server of this worker's tests."""
    servers = RedisServers()
    try:
        yield servers.start()
    finally:
        servers.remove()


@pytest.fixture
def redis_server(shared_redis: RedisServer) -> RedisServer:
    """A Redis with nothing in it."""
    shared_redis.cli("FLUSHALL")
    return shared_redis


@pytest.fixture
def redis_servers() -> Iterator[RedisServers]:
    """Makes servers for this test alone."""
    servers = RedisServers()
    try:
        yield servers
    finally:
        servers.remove()
