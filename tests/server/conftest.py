"""A real server in a thread on a free port, over each of the transports."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from onair.protocol.app import App, Credential, Limits
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from onair.server.types import ASGIApp
from onair.server.watch import Timings
from tests.server.clients import Site
from tests.server.running import running

#: The transports: uvicorn with our protocol classes, on uvloop and where there is none, and an ASGI server
#: that knows nothing of us.
TRANSPORTS: dict[str, dict[str, Any]] = {
    "wire": {},
    "wire on asyncio": {"loop": "asyncio"},
    "asgi": {"ws": WebSocketsSansIOProtocol, "http": HttpToolsProtocol},
}

APP = App("1", (Credential("key", "first-secret"), Credential("old-key", "old-secret")), client_events=True)

Serve = Callable[..., Site]


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def serve(transport: str, caplog: pytest.LogCaptureFixture) -> Iterator[Serve]:
    """Starts servers; at the end they stop, and their log must be empty unless ``may_log``."""
    is_quiet = True

    def start(
        app: App = APP,
        *,
        inner: ASGIApp | None = None,
        origins: OriginPolicy | None = None,
        max_connections: int | None = None,
        timings: Timings | None = None,
        may_log: bool = False,
        options: dict[str, Any] | None = None,
        **limits: int,
    ) -> Site:
        nonlocal is_quiet
        is_quiet = is_quiet and not may_log
        server = Server(
            [replace(app, limits=Limits(**limits)) if limits else app],
            origins=origins or OriginPolicy(["*"]),
            max_connections=max_connections,
            timings=timings,
        )
        return stack.enter_context(running(server, inner, **(TRANSPORTS[transport] | (options or {}))))

    with caplog.at_level(logging.WARNING), ExitStack() as stack:
        yield start
    records = [record for when in ("setup", "call", "teardown") for record in caplog.get_records(when)]
    messages = [record.getMessage() for record in records if not _is_of_a_slow_machine(record)]
    assert not (is_quiet and messages), messages


def _is_of_a_slow_machine(record: logging.LogRecord) -> bool:
    """Whether asyncio, in its debug mode, says how long a step took: it does not know what else runs."""
    return record.name == "asyncio" and record.getMessage().startswith("Executing ")


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve()
