"""PostgreSQL for the tests: a private cluster, started by the first test that needs it.

A test runs on both databases, with real transactions, by the fixture ``database``, which is the alias::

    def test_a_row_is_announced(database: str) -> None:
        Article.objects.using(database).create(title="A")

It needs no ``django_db`` mark. A test for PostgreSQL alone is decorated by ``@on_postgres`` (of this module)
and uses the alias ``"postgres"``; one for other databases parametrises the fixture::

    @pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)

``"file"`` is SQLite in a file, for tests with other connections and other processes; ``"default"`` is SQLite
in memory. Each pytest-xdist worker has a database of its own in the one cluster. ``connections[alias]
.settings_dict`` says where it is: ``HOST`` is the folder of a Unix socket, and every role may come in.

A run in which no such test is collected neither needs nor starts PostgreSQL. Where its programs are missing,
those tests fail, and the message names the remedy.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

ALIAS = "postgres"

#: The parameters of ``database``. The marks tell pytest-django which databases a test may touch, and empties.
ON_MEMORY = pytest.param("default", marks=pytest.mark.django_db(transaction=True))
ON_FILE = pytest.param("file", marks=pytest.mark.django_db(transaction=True, databases=["default", "file"]))
ON_POSTGRES = pytest.param(ALIAS, marks=pytest.mark.django_db(transaction=True, databases=["default", ALIAS]))

#: Nothing in a test's cluster is worth a write to the disk.
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "logging_collector": "off",
}

#: Seconds for a program of PostgreSQL.
_WAIT = 60

#: Stops the cluster of a run that was killed before it could.
_WATCH = """
(
    while ps -p "$1" >/dev/null; do sleep 1; done
    if [ -d "$3" ]; then "$2/pg_ctl" stop --silent --mode=immediate --pgdata="$3/data"; rm -rf "$3"; fi
) &
"""

Test = TypeVar("Test", bound=Callable[..., object])


def on_postgres(test: Test) -> Test:
    """Give a test, or a class of tests, PostgreSQL's database with real transactions."""
    marked: Any = pytest.mark.usefixtures(ALIAS)(test)
    for mark in ON_POSTGRES.marks:
        marked = getattr(pytest.mark, mark.name)(*mark.args, **mark.kwargs)(marked)
    return cast("Test", marked)


class NoPostgres(Exception):
    """PostgreSQL's programs are not on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "This test needs PostgreSQL, and this machine has no initdb: run scripts/install-postgresql."
        )


@dataclass(frozen=True)
class Cluster:
    """A cluster in a folder of its own, shared by the processes of one test run.

    Args:
        folder: Where it lies; the sockets are in there too. The processes share it by its path.
        owner: The process whose end is the cluster's.
    """

    folder: str
    owner: int

    @classmethod
    def planned(cls) -> Cluster:
        """Return one that is not there yet, and costs nothing until it is started."""
        return cls(tempfile.mkdtemp(prefix="onair-pg-"), os.getpid())

    @property
    def _data(self) -> Path:
        return Path(self.folder) / "data"

    def ensure_started(self) -> None:
        """Start it, unless another process of the run has done so.

        Raises:
            NoPostgres: There are no programs to start.
        """
        programs = folder_of_programs()
        with Path(self.folder, "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._data.exists():
                self._start(programs)

    def stop(self) -> None:
        """Stop it if it runs, and remove it."""
        if self._data.exists():
            with suppress(subprocess.SubprocessError):
                _run([folder_of_programs() / "pg_ctl", "stop", "--mode=immediate", f"--pgdata={self._data}"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, programs: Path) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        try:
            _run(
                [
                    *(programs / "initdb", f"--pgdata={self._data}", "--username=postgres", "--auth=trust"),
                    *("--encoding=UTF8", "--locale=C", "--no-sync"),
                ]
            )
            options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
            _run(
                [
                    *(programs / "pg_ctl", "start", f"--pgdata={self._data}", "--wait"),
                    f"--log={self.folder}/log",
                    f"--options={options} -k {self.folder}",
                ]
            )
        except subprocess.SubprocessError:
            shutil.rmtree(self._data, ignore_errors=True)
            raise
        _run(["sh", "-c", _WATCH, "sh", self.owner, programs, self.folder])


def folder_of_programs() -> Path:
    """Return where ``initdb`` and ``pg_ctl`` are, those of the newest version.

    Raises:
        NoPostgres: There are none.
    """
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    found = str(folders[0]) if folders else shutil.which("initdb")
    if found is None:
        raise NoPostgres
    return Path(found).resolve().parent


def _identity() -> dict[str, Any]:
    """Who runs the programs: PostgreSQL refuses root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


def _run(command: list[Any]) -> None:
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server, and be waited for
        try:
            subprocess.run(
                [str(part) for part in command],
                **_identity(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=_WAIT,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            output.seek(0)
            error.add_note(output.read().decode(errors="replace"))
            raise
