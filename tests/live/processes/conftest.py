from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.processes.running import Served, Site, site
from tests.redis_server import RedisServers


@pytest.fixture(scope="package")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, with an engine that no other test empties."""
    servers = RedisServers()
    try:
        yield site(tmp_path_factory.mktemp("notes") / "site", servers.start().url)
    finally:
        servers.remove()


@pytest.fixture(scope="package")
def first(notes: Site) -> Iterator[Served]:
    """A process with pages and sockets."""
    with notes.uvicorn() as served:
        yield served


@pytest.fixture(scope="package")
def second(notes: Site) -> Iterator[Served]:
    """Another one."""
    with notes.uvicorn() as served:
        yield served


@pytest.fixture(scope="package")
def pages(notes: Site) -> Iterator[Served]:
    """A process with pages alone."""
    with notes.gunicorn() as served:
        yield served
