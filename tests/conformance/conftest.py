"""A real server, and clients that it accepts."""

from __future__ import annotations

import logging
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

Serve = Callable[..., Site]
Connect = Callable[..., Peer]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["memory", *LONE_ENGINES])
def engine(request: pytest.FixtureRequest) -> EngineUrl | None:
    """What the server's processes share its app through: the rules hold with each, and alone."""
    return (
        None if request.param == "memory" else EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param]))
    )


@pytest.fixture
def serve(stack: ExitStack, caplog: pytest.LogCaptureFixture, engine: EngineUrl | None) -> Iterator[Serve]:
    """Starts servers of an app with these fields; at the end they stop, and must have logged nothing."""
    is_quiet = True

    def start(
        *,
        origins: list[str] | None = None,
        max_connections: int | None = None,
        timings: Timings | None = None,
        may_log: bool = False,
        **fields: Any,
    ) -> Site:
        nonlocal is_quiet
        is_quiet = is_quiet and not may_log
        server = Server(
            [replace(APP, **fields)],
            origins=OriginPolicy(origins or ["*"]),
            max_connections=max_connections,
            timings=timings,
            engine=engine,
        )
        stack.callback(server.join_telling)
        stack.callback(server.end_telling, PATIENCE)
        site = stack.enter_context(running(server))
        wait_until(lambda: server.is_connected, "the engine can be used")
        return site

    with caplog.at_level(logging.WARNING, "onair"):
        yield start
        stack.close()
    logged = [record.getMessage() for record in caplog.get_records("call") if record.name.startswith("onair")]
    assert not (is_quiet and logged), logged


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve()


@pytest.fixture
def connect(request: pytest.FixtureRequest, stack: ExitStack, engine: EngineUrl | None) -> Connect:
    """Connects clients: to the one server that others use, or to another.

    It asks for the server when it needs one, so it names the engine, which decides how often a test runs.
    """

    def connect(site: Site | None = None, path: str = f"/app/{KEY}?protocol=7", **options: Any) -> Peer:
        site = site or request.getfixturevalue("site")
        return Peer(stack.enter_context(site.connect(path, **options)))

    return connect
