"""The fallback is carried by the server's HTTP alone, so the transports of sockets do not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.server.clients import Site
from tests.server.fallback.clients import CLIENTS, FallbackClient, connected

Open = Callable[..., FallbackClient]


@pytest.fixture(params=["wire", "wire on asyncio"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=CLIENTS)
def open_client(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens sessions of one kind."""
    with ExitStack() as stack:

        def open_one(site: Site, *arguments: Any, **options: Any) -> FallbackClient:
            return stack.enter_context(connected(CLIENTS[request.param](site, *arguments, **options)))

        yield open_one
