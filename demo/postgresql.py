"""Serve the demo on PostgreSQL: on the database that ``DEMO_DATABASE_URL`` names, else on one of its own.

From the project's root: ``python -m demo.postgresql [PORT]``. Its own is as empty each time as a fresh clone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cluster import Cluster

SCRIPT = Path(__file__).with_name("manage.py")
VARIABLE = "DEMO_DATABASE_URL"


def main(port: str) -> None:
    with database() as url, suppress(KeyboardInterrupt):
        for command in (["migrate", "--verbosity", "0"], ["seed"], ["runserver", port]):
            manage(url, command)


@contextmanager
def database() -> Iterator[str]:
    """Say where the data are to be, and keep a cluster for them where nobody has said so."""
    if given := os.environ.get(VARIABLE):
        yield given
        return
    cluster = Cluster.planned()
    try:
        cluster.ensure_started()
        yield cluster.url()
    finally:
        cluster.stop()


def manage(url: str, command: list[str]) -> None:
    process = subprocess.Popen([sys.executable, SCRIPT, *command], env=os.environ | {VARIABLE: url})
    try:
        status = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C goes to both: let it end in its own time.
        process.wait()
        raise
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "8000")
