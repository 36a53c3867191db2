"""The ASGI application by itself: what a server may do to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from onair.protocol.publication import Publication
from onair.server.asgi import ServerApp
from onair.server.origins import OriginPolicy
from onair.server.outbox import OutboxSession
from onair.server.server import Handshake, Server
from onair.server.types import ASGIApp, Event, Receive, Scope, Send
from tests.server.conftest import APP

LIFESPAN: Scope = {"type": "lifespan"}
SOCKET: Scope = {
    "type": "websocket",
    "path": "/app/key",
    "query_string": b"protocol=7",
    "headers": [(b"host", b"testserver")],
}
STARTUP = {"type": "lifespan.startup"}
SHUTDOWN = {"type": "lifespan.shutdown"}


def talk(
    inner: ASGIApp | None, scope: Scope, *events: Event, on_send: Callable[[Event], None] | None = None
) -> list[Any]:
    """Give these events to the application in an event loop, and return what it sends."""
    waiting, sent = deque(events), []

    async def receive() -> Event:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.popleft()

    async def send(event: Event) -> None:
        sent.append(event)
        if on_send is not None:
            on_send(event)

    async def run() -> None:
        server = Server([APP], origins=OriginPolicy(["*"]))
        await asyncio.wait_for(ServerApp(server, inner)(scope, receive, send), timeout=10)

    asyncio.run(run())
    return sent


async def raises_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("Django can only handle ASGI/HTTP connections, not lifespan.")


async def raises_after_reading(scope: Scope, receive: Receive, send: Send) -> None:
    event = await receive()
    raise ValueError(f"{event} is not known")


async def returns_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that ignores what it does not know."""


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    for _ in range(2):
        event = await receive()
        await send({"type": f"{event['type']}.complete", "by": "the site"})


@pytest.mark.parametrize("inner", [None, raises_at_once, returns_at_once])
def test_the_lifespan_is_answered_for_a_site_that_does_not(inner: ASGIApp | None) -> None:
    sent = talk(inner, LIFESPAN, STARTUP, SHUTDOWN)
    assert [event["type"] for event in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_startup_that_the_site_took_and_refused_is_answered() -> None:
    sent = talk(raises_after_reading, LIFESPAN, STARTUP, SHUTDOWN)
    assert [event["type"] for event in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_lifespan_of_a_site_is_its_own() -> None:
    sent = talk(answers, LIFESPAN, STARTUP, SHUTDOWN)
    assert [event["by"] for event in sent] == ["the site"] * 2


async def fails_to_stop(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    raise RuntimeError("the site has a bug")


def test_an_error_after_the_start_is_the_site_s() -> None:
    with pytest.raises(RuntimeError, match="the site has a bug"):
        talk(fails_to_stop, LIFESPAN, STARTUP)


def test_a_client_that_goes_before_it_connects_is_no_error() -> None:
    assert talk(None, SOCKET, {"type": "websocket.disconnect", "code": 1006}) == []


@pytest.mark.parametrize("error", [OSError, RuntimeError])
@pytest.mark.parametrize("kind", ["websocket.accept", "websocket.send"])
def test_a_client_that_goes_while_it_is_sent_to_is_no_error(
    error: type[Exception], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(event: Event) -> None:
        if event["type"] == kind:
            raise error("gone")

    sent = talk(None, SOCKET, {"type": "websocket.connect"}, on_send=refuse)
    assert sent[-1]["type"] == kind
    assert not caplog.records


def test_another_error_of_the_server_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: Event) -> None:
        if event["type"] == "websocket.send":
            raise LookupError("a bug of the server")

    talk(None, SOCKET, {"type": "websocket.connect"}, on_send=fail)
    assert "a bug of the server" in caplog.text


def test_two_origins_are_none() -> None:
    headers = [(b"origin", b"https://example.com"), (b"origin", b"https://evil.net")]

    async def run() -> list[Event]:
        sent: list[Event] = []

        async def receive() -> Event:
            return {"type": "websocket.connect"}

        async def send(event: Event) -> None:
            sent.append(event)

        server = Server([APP], origins=OriginPolicy(["example.com"]))
        await ServerApp(server)({**SOCKET, "headers": headers}, receive, send)
        return sent

    assert asyncio.run(run())[-1]["code"] == 4009


def test_a_server_runs_in_one_loop_at_a_time() -> None:
    server = Server([APP], origins=OriginPolicy(["*"]))

    async def attach() -> None:
        server.attach(asyncio.get_running_loop())

    asyncio.run(attach())
    asyncio.run(attach())
    loop = asyncio.new_event_loop()
    server.attach(loop)
    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(attach())
    loop.close()


class Recorder:
    """A listener of the hub."""

    socket_id = "1.1"

    def __init__(self) -> None:
        self.written = b""

    def write(self, wire: bytes) -> None:
        self.written += wire


def test_what_a_closed_loop_left_does_not_disturb_the_next() -> None:
    server = Server([APP], origins=OriginPolicy(["*"]))
    recorder = Recorder()
    for event in ("first", "second"):
        loop = asyncio.new_event_loop()
        server.attach(loop)
        session = OutboxSession(server)
        session.open(Handshake(path="/app/key", query="protocol=7", origin=None, host=""))
        assert server.connections() == 1
        server.served["1"].hub.subscribe(recorder, event)
        server.publish("1", [Publication((event,), event, "{}")])
        for _ in range(3 if event == "second" else 0):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    assert b'"event":"second"' in recorder.written


def test_a_server_without_a_loop_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"call attach\(\)"):
        _ = Server([APP], origins=OriginPolicy()).loop
