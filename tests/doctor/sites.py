"""A small site in real processes, and its doctor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.embedded.running import ON_AIR, Process, free_port, started

PROJECT = Path(__file__).with_name("project")

#: How long the doctor waits for one answer; what is to fail by silence says a shorter time.
PATIENCE = "10"


@dataclass(frozen=True, slots=True)
class Findings:
    """What the doctor found."""

    exit_code: int
    well: bool
    hops: dict[str, dict[str, Any]]

    @property
    def failed(self) -> list[str]:
        return [name for name, hop in self.hops.items() if hop["mark"] == "FAIL"]

    @property
    def skipped(self) -> set[str]:
        return {name for name, hop in self.hops.items() if hop["mark"] == "skip"}

    @property
    def passed(self) -> set[str]:
        return {name for name, hop in self.hops.items() if hop["mark"] == "ok"}

    def says(self, hop: str) -> str:
        """What was found at a hop, the remedy and the hints."""
        found = self.hops[hop]
        return "\n".join([found["says"], found["remedy"], *found["hints"]])


@dataclass(frozen=True, slots=True)
class Site:
    """A project in a folder of its own."""

    folder: Path

    @contextmanager
    def runs(self, *command: str, **environment: str) -> Iterator[tuple[Process, str]]:
        """A process that serves sockets, and the URL that it wrote."""
        with started(self.folder, *command, **environment) as process:
            yield process, process.wait_for(ON_AIR)

    @contextmanager
    def serves(self, *options: str, **environment: str) -> Iterator[str]:
        """``onair serve`` on a free port; its address, as ``127.0.0.1:PORT``."""
        command = ("manage.py", "onair", "serve", "--bind", "127.0.0.1:0", *options)
        with self.runs(*command, **environment) as (_, url):
            yield url.split("/")[2]

    @contextmanager
    def develops(self, **environment: str) -> Iterator[str]:
        """``runserver`` on a free port; its address."""
        command = ("manage.py", "runserver", f"127.0.0.1:{free_port()}", "--noreload")
        with self.runs(*command, **environment) as (_, url):
            yield url.split("/")[2]

    def doctor(self, *options: str, **environment: str) -> Findings:
        """Run the doctor to its end."""
        arguments = ("manage.py", "onair", "doctor", "--json", "--timeout", PATIENCE, *options)
        with started(self.folder, *arguments, **environment) as process:
            code = process.exit_code()
            written = process.written
        try:
            begin, end = written.index('{\n  "well"'), written.rindex("\n}") + 2
            found = json.loads(written[begin:end])
        except ValueError:
            raise AssertionError(written) from None
        hops = {hop["hop"]: hop for hop in found["hops"]}
        return Findings(code, found["well"], hops)


def make(folder: Path) -> Site:
    """A site of its own: another folder is another site to the announcements."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Site(folder)


def settings(**values: Any) -> dict[str, str]:
    """The environment by which a process gets other settings."""
    return {"TEST_SETTINGS": json.dumps(values)}
