"""Live pages while what the processes share is away, and when it comes back empty."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.live.processes.running import Site, opened, site, wait_for
from tests.redis_server import RedisServers


def write_unseen(made: Site, text: str) -> None:
    """Write what nothing tells of."""
    with closing(sqlite3.connect(made.folder / "db.sqlite3", timeout=20)) as connection, connection:
        connection.execute("INSERT INTO notes_note (text) VALUES (?)", [text])


def test_what_is_written_meanwhile_is_shown_when_it_is_back(
    tmp_path: Path, redis_servers: RedisServers
) -> None:
    redis = redis_servers.start()
    made = site(tmp_path / "site", redis.url)
    with made.uvicorn() as sockets, made.gunicorn() as pages:
        with opened("/notes/", pages, sockets) as page:
            pages.do("write", "before")
            wait_for(page, "before")
            redis.kill()
            write_unseen(made, "behind everybody's back")
            sockets.do("write", "of its own process")
            wait_for(page, "of its own process")
            pages.do("write", "of another process")
            redis.start()
            wait_for(page, "of another process")
        write_unseen(made, "unseen")
        with opened("/notes/", pages, sockets) as page:
            redis.kill()
            write_unseen(made, "unseen, too")
            redis.start()
            wait_for(page, "unseen, too")
