"""A site with PostgreSQL and nothing else: its database is what the processes share as well."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest

from tests.cluster import Cluster
from tests.live.processes.running import Site, opened, site, wait_for


@pytest.fixture
def made(cluster: Cluster, tmp_path: Path) -> Iterator[Site]:
    cluster.ensure_started()
    name = f"notes_{token_hex(4)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield site(tmp_path / "site", "postgres:default", cluster.folder, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_pages_follow_all_processes_and_what_triggers_see_whoever_reads_it(made: Site) -> None:
    with made.uvicorn() as one, made.uvicorn() as other, made.gunicorn() as pages:
        with opened("/notes/", pages, one) as page, opened("/notes/", other, other) as second:
            for number, served in enumerate((one, other, pages)):
                served.do("write", f"written {number}")
                wait_for(page, f"written {number}")
                wait_for(second, f"written {number}")
            made.see("seen")
            wait_for(page, "seen")
            wait_for(second, "seen")
        with opened("/notes/", pages, other) as page:
            one.process.signal(signal.SIGKILL)
            for number in range(2):
                made.see(f"seen then {number}")
                wait_for(page, f"seen then {number}")
