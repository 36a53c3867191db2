"""Requests on one connection whose answers wait for the engine."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from onair.engines.urls import EngineUrl
from tests.engines.sharing.conftest import Pair, serve
from tests.lone_engines import LONE_ENGINES
from tests.server.api.exchange import Exchange, request
from tests.server.clients import Site, signed_path


@pytest.fixture(params=sorted(LONE_ENGINES))
def pair(request: pytest.FixtureRequest, stack: ExitStack) -> Pair:
    engine = EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param]))
    return Pair(serve(stack, engine), serve(stack, engine), stack)


def publishing(site: Site, event: str, *lines: str) -> bytes:
    """A request to publish an event."""
    body = json.dumps({"name": event, "channels": ["news"], "data": "1"}).encode()
    return request(signed_path(site.app, "events", body), body, *lines)


def test_answers_come_in_the_order_of_their_requests(pair: Pair) -> None:
    listener = pair.connect(pair.other).join("news")
    with Exchange(pair.one) as exchange:
        exchange.send(*(publishing(pair.one, f"event-{number}") for number in range(600)))
        assert {exchange.response().status for _ in range(600)} == {200}
    assert [listener.receive()["event"] for _ in range(600)] == [f"event-{number}" for number in range(600)]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(lambda site: publishing(site, "first", "Connection: close"), id="the client said so"),
        pytest.param(
            lambda site: publishing(site, "first") + request("/elsewhere", None, method="GET"),
            id="something else is asked",
        ),
    ],
)
def test_what_follows_a_last_request_is_not_carried_out(pair: Pair, last: object) -> None:
    assert callable(last)
    listener = pair.connect(pair.other).join("news")
    with Exchange(pair.one) as exchange:
        exchange.send(last(pair.one), publishing(pair.one, "second"))
        assert exchange.response().status == 200
        assert exchange.is_at_end()
    pair.one.post("events", {"name": "last", "channels": ["news"], "data": "1"})
    assert [listener.receive()["event"] for _ in range(2)] == ["first", "last"]
