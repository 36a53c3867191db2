"""Engines on servers that the tests hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from onair.engines.redis import open_client, open_engine
from onair.engines.redis.client import RedisClient
from onair.engines.redis.engine import Times
from tests.engines.contract.peers import Peer, Peers, running_peers
from tests.engines.contract.site import BOUNDS

#: Nobody waits in a test; a server that is stopped is given up after fifty looks.
QUICK = Times(look=0.05, looks=1000, soonest=0.01, latest=0.05)

Open = Callable[..., Peer]
Connect = Callable[[str], RedisClient]


@pytest.fixture
def peers() -> Iterator[Peers]:
    with running_peers() as peers:
        yield peers


@pytest.fixture
def open_peer(peers: Peers) -> Open:
    """Open an engine of app 1, by its URL and its times, which listens to a channel from the beginning."""

    def open_one(url: str, times: Times = QUICK) -> Peer:
        return peers.add(partial(open_engine, url, "1", BOUNDS, times), lambda engine: engine.listen("news"))

    return open_one


@pytest.fixture
def connect(peers: Peers) -> Connect:
    """Open a client of app 1."""

    def open_one(url: str) -> RedisClient:
        client = open_client(url, "1", BOUNDS)
        peers.add_client(client)
        return client

    return open_one
