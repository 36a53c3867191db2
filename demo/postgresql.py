"""Serve the demo on PostgreSQL: on the database that ``DEMO_DATABASE_URL`` names, else on one of its own.

From the project's root: ``python -m demo.postgresql [PORT]``. Its own is as empty each time as a fresh clone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from demo.running import manage
from tests.cluster import Cluster

VARIABLE = "DEMO_DATABASE_URL"


def main(port: str) -> None:
    with database() as url, suppress(KeyboardInterrupt):
        for command in (["migrate", "--verbosity", "0"], ["seed"], ["runserver", port]):
            manage(*command, **{VARIABLE: url})


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


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "8000")
