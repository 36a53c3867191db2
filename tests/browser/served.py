"""A site in a process of its own, that can be stopped, killed, and started again where it was."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0

#: What would make the process another site than the one that was asked for.
FOREIGN = {"DEMO_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ONAIR_URL"}


class Served:
    """One Django project behind one port, which stays its own over restarts.

    Args:
        folder: What it may write to: its log, its database, and the temporary files by which processes of one
            site find each other. Two sites with two folders never meet, whatever their settings.
        script: The project's ``manage.py``.
        command: What serves; the port comes behind it.
        settings: The settings to serve it with, where they are not the project's own.
        database: The address of the demo's database, where that is not a file in the folder.
    """

    def __init__(
        self,
        folder: Path,
        script: Path,
        command: tuple[str, ...] = ("runserver", "--noreload"),
        settings: str | None = None,
        database: str | None = None,
    ) -> None:
        self.folder = folder
        self.script = script
        self.command = command
        self.settings = settings
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        chosen = {"DJANGO_SETTINGS_MODULE": self.settings, "DEMO_DATABASE_URL": self.database}
        return (
            kept
            | {name: value for name, value in chosen.items() if value}
            | {
                "DEMO_DATABASE": str(self.folder / "db.sqlite3"),
                "TMPDIR": str(self.folder),
                "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
                "PYTHONUNBUFFERED": "1",
            }
        )

    def manage(self, *arguments: str) -> None:
        """Run another process of the site, to its end."""
        subprocess.run(
            [sys.executable, self.script, *arguments],
            check=True,
            cwd=self.script.parent,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
        )

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, self.script, *self.command, str(self.port)],
                cwd=self.script.parent,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self._await_answer(self.process)

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Take it away in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(sign)
            self.process.wait(PATIENCE)
            self.process = None

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if has_ended(process, within=0.05):
                raise RuntimeError(f"The site has ended before it served:\n{self.log.read_text()}")
            if time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"The site does not answer:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/sign-in/", timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True


def has_ended(process: subprocess.Popen[bytes], *, within: float) -> bool:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def serving(site: Served) -> Iterator[Served]:
    """Serve as long as the context lasts. Nothing unhandled may be in the log at its end."""
    site.start()
    try:
        yield site
    finally:
        site.stop()
    log = site.log.read_text()
    assert "Traceback" not in log, log


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def make_newsroom(folder: Path, database: str | None = None) -> Served:
    """The demo, with a database of its own, under the strictest policy whichever Django serves it."""
    script = ROOT / "demo" / "manage.py"
    site = Served(folder, script, settings="tests.browser.newsroom_settings", database=database)
    site.manage("migrate", "--verbosity", "0")
    site.manage("seed")
    return site
