"""The engines that must keep the contract, and how a test opens them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import Peer, Peers, running_peers
from tests.engines.contract.site import Site
from tests.redis_server import RedisServer

#: Each engine, and the fixture that has its URL. A new engine is one line here.
ENGINES = {
    "redis": "redis_url",
    "postgres": "postgres_url",
}


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture(params=ENGINES)
def engine_url(request: pytest.FixtureRequest) -> EngineUrl:
    """An engine; the tests run on each."""
    url: str = request.getfixturevalue(ENGINES[request.param])
    return EngineUrl(url)


@pytest.fixture
def peers() -> Iterator[Peers]:
    with running_peers() as peers:
        yield peers


@pytest.fixture
def site(engine_url: EngineUrl, peers: Peers) -> Site:
    """An app on an engine."""
    return Site(engine_url, peers)


@pytest.fixture
def peer(site: Site) -> Peer:
    """A process of the site."""
    return site.peer()
