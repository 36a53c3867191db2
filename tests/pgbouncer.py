"""PgBouncer before the tests' PostgreSQL: a pool of transactions, which passes no notifications on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import Cluster

_SETTINGS = """
[databases]
{database} = host={folder} dbname={database} user=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {sockets}
auth_type = any
pool_mode = transaction
default_pool_size = 10
ignore_startup_parameters = extra_float_digits
"""


class NoPgBouncer(Exception):
    """PgBouncer is not on this machine."""

    def __init__(self) -> None:
        super().__init__("This needs PgBouncer: run scripts/install-postgresql.")


@contextmanager
def pooled(cluster: Cluster, database: str, folder: Path) -> Iterator[str]:
    """Run it before a database of a cluster, and return its URL.

    Args:
        folder: For its sockets and settings.

    Raises:
        NoPgBouncer
    """
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise NoPgBouncer
    identity = {}
    if os.getuid() == 0:  # which it refuses, as PostgreSQL does
        shutil.chown(folder, "postgres", "postgres")
        identity = {"user": "postgres", "group": "postgres"}
    settings = folder / "pgbouncer.ini"
    settings.write_text(_SETTINGS.format(database=database, folder=cluster.folder, sockets=folder))
    settings.chmod(0o644)
    process = subprocess.Popen(
        [program, settings], stderr=subprocess.PIPE, text=True, cwd="/", extra_groups=[], **identity
    )
    try:
        assert process.stderr is not None
        log = []
        for line in process.stderr:
            log.append(line)
            if "process up" in line:
                break
        else:
            raise RuntimeError("".join(log))
        yield f"postgresql://postgres@/{database}?host={folder}&port=6432"
    finally:
        process.kill()
        process.communicate()
