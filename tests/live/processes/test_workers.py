"""The workers of one server, behind one port: each page has its socket in one of them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.live.processes.running import opened, site, wait_for
from tests.redis_server import RedisServers
from tests.server.clients import wait_until

#: Pages; all of them in one of two workers would be a rare chance.
MANY = 20


def test_pages_of_all_workers_follow_what_the_site_writes(
    tmp_path: Path, redis_servers: RedisServers
) -> None:
    made = site(tmp_path / "site", redis_servers.start().url)
    with made.workers(2) as sockets, made.gunicorn() as pages, ExitStack() as stack:
        open_pages = [stack.enter_context(opened("/notes/", pages, sockets)) for _ in range(MANY)]
        wait_until(lambda: sum(made.connections()) == MANY, "both have said how many they have")
        assert min(made.connections()) > 0
        pages.do("write", "to all")
        for page in open_pages:
            wait_for(page, "to all")
        made.see("and this")
        for page in open_pages:
            wait_for(page, "and this")
