"""Real processes of a small project: started, watched by their output, and stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import urllib3
from websockets.sync.client import connect

from tests.server.clients import Client, wait_until

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).with_name("project")

#: Seconds after which a test gives up waiting for a process.
PATIENCE = 20

ON_AIR = r"On air: sockets at (ws://\S+)"

http = urllib3.PoolManager(timeout=PATIENCE, retries=False, maxsize=200)


class Process:
    """A process of a project, and what it has written."""

    def __init__(self, folder: Path, *command: str, **environment: str) -> None:
        self._written = ""
        self._has_ended = False
        self._news = threading.Condition()
        self._popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=_environment(folder) | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def written(self) -> str:
        with self._news:
            return self._written

    @property
    def pid(self) -> int:
        return self._popen.pid

    def wait_for(self, pattern: str, *, count: int = 1) -> str:
        """Wait until the pattern was written so often; return its first group in the last of them."""

        def find() -> list[str]:
            return re.findall(pattern, self._written)

        with self._news:
            self._news.wait_for(lambda: len(find()) >= count or self._has_ended, PATIENCE)
            found = find()
            assert len(found) >= count, f"waited in vain for {pattern!r} in:\n{self._written}"
            return found[-1]

    def interrupt(self) -> None:
        """Do as Ctrl-C does: the terminal sends the signal to all processes of the group.

        A reloader is held until the process that serves has ended. By itself it kills it after 0.25 s, which
        is not enough where the machine has much else to do.
        """
        serving = psutil.Process(self._popen.pid).children()
        if serving:
            self.signal(signal.SIGSTOP)
        os.killpg(self._popen.pid, signal.SIGINT)
        if serving:
            wait_until(lambda: all(map(_has_ended, serving)), "the serving process ends")
            self.signal(signal.SIGCONT)

    def signal(self, signum: signal.Signals) -> None:
        self._popen.send_signal(signum)

    def exit_code(self) -> int:
        """Wait for the end."""
        code = self._popen.wait(PATIENCE)
        with self._news:
            self._news.wait_for(lambda: self._has_ended, PATIENCE)
        return code

    def ends_within(self, seconds: float) -> bool:
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait(PATIENCE)

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            with self._news:
                self._written += line
                self._news.notify_all()
        self._popen.stdout.close()
        with self._news:
            self._has_ended = True
            self._news.notify_all()


def _has_ended(process: psutil.Process) -> bool:
    return bool(process.status() == psutil.STATUS_ZOMBIE)


@dataclass(frozen=True, slots=True)
class Site:
    """A project in a folder of its own, the process that serves it, and where."""

    folder: Path
    process: Process
    host: str
    port: int
    socket_url: str

    def get(self, path: str) -> str:
        """The body of a page."""
        return http.request("GET", f"http://{self.host}:{self.port}{path}").data.decode()

    def get_and_leave(self, path: str) -> str:
        """The body of a page, when the server has done with the request altogether.

        During one, wsgiref takes a Ctrl-C for an error of the page and goes on.
        """
        with socket.create_connection((self.host, self.port), PATIENCE) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
            with sock.makefile("rb") as answer:
                return answer.read().partition(b"\r\n\r\n")[2].decode()

    def manage(self, *arguments: str) -> str:
        """Run another command of the project to its end; return what it wrote."""
        process = Process(self.folder, "manage.py", *arguments)
        assert process.exit_code() == 0, process.written
        return process.written


@contextmanager
def started(folder: Path, *command: str, **environment: str) -> Iterator[Process]:
    """A process that ends with the block."""
    process = Process(folder, *command, **environment)
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def runserver(folder: Path, *arguments: str, host: str = "127.0.0.1", **environment: str) -> Iterator[Site]:
    """``manage.py runserver`` of the project in this folder, made where there is none, on a free port."""
    if not folder.exists():
        copy_project(folder)
    port = free_port(host)
    with started(folder, "manage.py", "runserver", f"{host}:{port}", *arguments, **environment) as process:
        yield Site(folder, process, host, port, process.wait_for(ON_AIR))


@contextmanager
def listener(socket_url: str, channel: str = "news") -> Iterator[Client]:
    """A client that is subscribed."""
    with connect(f"{socket_url}?protocol=7", open_timeout=PATIENCE, compression=None) as connection:
        client = Client(connection)
        client.established()
        answer = client.subscribe(channel)
        assert answer["event"] == "pusher_internal:subscription_succeeded", answer
        yield client


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server(
        (host.strip("[]"), 0), family=socket.AF_INET6 if "[" in host else socket.AF_INET
    ) as sock:
        return int(sock.getsockname()[1])


def copy_project(folder: Path) -> Path:
    """A project of its own: another folder is another site to the announcements."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "ONAIR_URL"}
    }
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(folder)]),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder.parent),  # announcements that go with the project
    }
