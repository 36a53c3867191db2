"""Two servers of one app, and clients of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from onair.engines.urls import EngineUrl
from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from onair.server.watch import Timings
from tests.conformance.application import KEY, SECRET
from tests.conformance.peer import Peer
from tests.lone_engines import LONE_ENGINES
from tests.server.clients import PATIENCE, Site, wait_until
from tests.server.running import running

APP = App("3", (Credential(KEY, SECRET),), client_events=True)

#: What two processes may share; with memory, both are the one that there is.
SHARED = ["memory", *LONE_ENGINES]


class Pair:
    """Two servers of an app, which may be the same one."""

    def __init__(self, one: Site, other: Site, stack: ExitStack) -> None:
        self.one = one
        self.other = other
        self._stack = stack

    def connect(self, site: Site, path: str = f"/app/{KEY}?protocol=7") -> Peer:
        return Peer(self._stack.enter_context(site.connect(path)))

    def both(self) -> tuple[Peer, Peer]:
        """A client of each."""
        return self.connect(self.one), self.connect(self.other)


Start = Callable[..., Pair]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def serve(stack: ExitStack, engine: EngineUrl | None, timings: Timings | None = None, **fields: Any) -> Site:
    """Start a server of the app with these fields, and wait until it shares what there is to share."""
    server = Server([replace(APP, **fields)], origins=OriginPolicy(["*"]), timings=timings, engine=engine)
    stack.callback(server.join_telling)
    stack.callback(server.end_telling, PATIENCE)
    site = stack.enter_context(running(server))
    wait_until(lambda: server.is_connected, "the engine can be used")
    return site


@pytest.fixture(params=SHARED)
def start(request: pytest.FixtureRequest, stack: ExitStack) -> Start:
    """Starts the two servers."""

    def start(**fields: Any) -> Pair:
        if request.param == "memory":
            site = serve(stack, None, **fields)
            return Pair(site, site, stack)
        engine = EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param]))
        return Pair(serve(stack, engine, **fields), serve(stack, engine, **fields), stack)

    return start


@pytest.fixture
def pair(start: Start) -> Pair:
    return start()
