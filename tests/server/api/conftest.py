"""The HTTP API over both of its front ends: below ASGI, and under it."""

from __future__ import annotations

from collections.abc import Iterator

import pusher
import pytest

from tests.server.clients import Client, Site
from tests.server.conftest import APP


@pytest.fixture(params=["wire", "asgi"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def listener(site: Site) -> Iterator[Client]:
    """A subscriber of the channel ``news``."""
    with site.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        yield client


@pytest.fixture
def library(site: Site) -> pusher.Pusher:
    return pusher.Pusher(APP.id, APP.key, APP.secret, host=site.host, port=site.port, ssl=False)
