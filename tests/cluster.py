"""A private PostgreSQL cluster, gone with the process that wanted it: for the tests, and for the demo."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Nothing in it is worth a write to the disk.
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


class NoPostgres(Exception):
    """PostgreSQL's programs are not on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "This needs PostgreSQL, and this machine has no initdb: run scripts/install-postgresql."
        )


@dataclass(frozen=True)
class Cluster:
    """A cluster in a folder of its own, shared by the processes of one run.

    Args:
        folder: Where it lies; the sockets are in there too. The processes share it by its path.
        owner: The process whose end is the cluster's.
        options: The server's settings.
    """

    folder: str
    owner: int
    options: Mapping[str, str] = field(default_factory=lambda: OPTIONS)

    @classmethod
    def planned(cls, **options: str) -> Cluster:
        """Return one that is not there yet, and costs nothing until it is started.

        Args:
            options: Settings of the server, in place of those of the tests.
        """
        return cls(tempfile.mkdtemp(prefix="onair-pg-"), os.getpid(), OPTIONS | options)

    def url(self, name: str = "postgres") -> str:
        """Return the address of one of its databases, as libpq reads it."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

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
                self.end("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, down: float = 0) -> None:
        """Stop it, which ends all connections, and start it again after so many seconds."""
        self.end()
        time.sleep(down)
        self.begin()

    def end(self, mode: str = "fast") -> None:
        """Stop it, and leave its data where they are.

        Args:
            mode: How, as ``pg_ctl`` says it: ``fast``, or ``immediate``, which is a crash.
        """
        _run([folder_of_programs() / "pg_ctl", "stop", f"--mode={mode}", f"--pgdata={self._data}"])

    def begin(self) -> None:
        """Start it again after :meth:`end`."""
        self._launch(folder_of_programs())

    @property
    def process(self) -> int:
        """The id of the server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

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
            self._launch(programs)
        except subprocess.SubprocessError:
            shutil.rmtree(self._data, ignore_errors=True)
            raise
        # In a session of its own: what ends all of the run's processes would end it as well.
        _run(["sh", "-c", _WATCH, "sh", self.owner, programs, self.folder], start_new_session=True)

    def _launch(self, programs: Path) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in self.options.items())
        _run(
            [
                *(programs / "pg_ctl", "start", f"--pgdata={self._data}", "--wait"),
                f"--log={self.folder}/log",
                f"--options={options} -k {self.folder}",
            ]
        )


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


def _run(command: list[Any], **options: Any) -> None:
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server, and be waited for
        try:
            subprocess.run(
                [str(part) for part in command],
                **_identity(),
                **options,
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
