"""JavaScript libraries in Node.js, driven from Python: a driver takes commands, and says what happens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

from tests.server.clients import PATIENCE

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
DRIVERS = HERE / "drivers"


def node() -> str:
    """The Node.js of this machine or of this environment, with the libraries there."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("node", path=path)
    if not os.environ.get("CI") and not (found and MODULES.is_dir()):
        pytest.skip("needs Node.js and: npm --prefix tests/clients ci")
    assert found, "CI needs Node.js to try the official libraries"
    assert MODULES.is_dir(), "CI needs the official libraries: npm --prefix tests/clients ci"
    return found


class Happening(NamedTuple):
    """What a driver told: an event of a channel, of the connection, of the user."""

    source: str
    event: str
    data: Any
    user_id: str | None


class LibraryError(Exception):
    """The library has refused a command, or the server its request."""

    def __init__(self, text: str, status: int | None, body: str | None) -> None:
        super().__init__(text)
        self.status = status
        self.body = body


class Driver:
    """One library in a process of its own; left, the process ends."""

    def __init__(self, script: str, *arguments: Any) -> None:
        given = [json.dumps(argument) for argument in arguments]
        self._process = subprocess.Popen(
            [node(), str(DRIVERS / script), *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Condition()
        self._answers: list[dict[str, Any]] = []
        self._happenings: list[Happening] = []
        self._taken: dict[str, int] = {}  # by source, how many of all happenings it was looked through
        self._said: list[str] = []  # on its standard error
        self._threads = [threading.Thread(target=target) for target in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdout.close()
        self._process.stderr.close()

    def call(self, command: str, *arguments: Any) -> Any:
        """Call a command of the driver, and return what it returns.

        Raises:
            LibraryError: The command has failed.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"call": command, "with": arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._wait(lambda: self._answers.pop(0) if self._answers else None, f"{command} is answered")
        if "error" in answer:
            raise LibraryError(answer["error"], answer["status"], answer["body"])
        return answer["result"]

    def next(self, source: str, event: str) -> Happening:
        """Wait for the source's next event of this name, and return it."""
        return self.until(source, event)[-1]

    def until(self, source: str, event: str) -> list[Happening]:
        """Wait for the source's next event of this name, and return what it told until and with that."""

        def find() -> list[Happening] | None:
            start = self._taken.get(source, 0)
            for end, happening in enumerate(self._happenings[start:], start + 1):
                if happening[:2] == (source, event):
                    self._taken[source] = end
                    return [each for each in self._happenings[start:end] if each.source == source]
            return None

        return self._wait(find, f"{source} tells {event}")

    def told(self, source: str, event: str) -> list[Happening]:
        """The events of this name that came until now, taken or not."""
        with self._lock:
            return [happening for happening in self._happenings if happening[:2] == (source, event)]

    def _wait(self, find: Any, what: str) -> Any:
        deadline = time.monotonic() + PATIENCE
        with self._lock:
            while (found := find()) is None:
                in_time = self._lock.wait(deadline - time.monotonic())
                assert in_time, f"waited in vain until {what}\n{self._story()}"
        return found

    def _story(self) -> str:
        told = [str(tuple(happening)) for happening in self._happenings[-20:]]
        return "\n".join(["told at last:", *told, "standard error:", *self._said])

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            with self._lock:
                if "from" in message:
                    self._happenings.append(
                        Happening(message["from"], message["event"], message["data"], message.get("user_id"))
                    )
                else:
                    self._answers.append(message)
                self._lock.notify_all()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line.rstrip())
