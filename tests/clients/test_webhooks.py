"""Our webhooks, verified by the official server libraries."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from pusher import Pusher

from onair.protocol.app import Webhook
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from onair.server.watch import Timings
from tests.clients.conftest import APP, KEY, OpenClient
from tests.clients.endpoint import Endpoint, Received
from tests.clients.joining import joined
from tests.clients.node import Driver
from tests.server.clients import PATIENCE, Site
from tests.server.running import running


@pytest.fixture
def site(application: Endpoint, stack: ExitStack) -> Site:
    """A server that tells the application everything, and at once."""
    app = replace(APP, webhooks=(Webhook(url=f"{application.url}/webhook"),))
    server = Server([app], origins=OriginPolicy(["*"]), timings=Timings(held=0))
    stack.callback(server.join_telling)
    stack.callback(server.end_telling, PATIENCE)
    return stack.enter_context(running(server))


@pytest.fixture
def told(site: Site, application: Endpoint, pusher_js: OpenClient) -> list[Received]:
    """What the application is told of a client that comes, whispers and goes."""
    client = joined(joined(pusher_js(user="7"), "presence-room"), "cache-news")
    client.call("trigger", "presence-room", "client-typing", {"at": 3})
    client.call("send", "pusher:ping", {})
    client.next("message", "pusher:pong")
    client.call("disconnect")
    number = 1
    while sum(request.body.count(b"channel_vacated") for request in application.webhooks(number)) < 2:
        number += 1
    return application.webhooks(number)


EXPECTED = {
    "channel_occupied",
    "channel_vacated",
    "member_added",
    "member_removed",
    "client_event",
    "cache_miss",
    "subscription_count",
}


def test_the_library_for_node_js_finds_them_valid(told: list[Received], node_library: Driver) -> None:
    names = set()
    for request in told:
        given = {"headers": dict(request.headers), "rawBody": request.body.decode()}
        verified = node_library.call("webhook", given)
        names |= {event["name"] for event in verified["events"]}
        assert verified["time"] > 0

    assert names == EXPECTED


def test_the_library_for_node_js_finds_others_invalid(told: list[Received], node_library: Driver) -> None:
    request = told[0]
    changed = {"headers": dict(request.headers), "rawBody": request.body.decode() + " "}

    assert node_library.call("webhook", changed) is False


def test_the_library_for_python_finds_them_valid(told: list[Received], library: Pusher) -> None:
    names = set()
    for request in told:
        key, signature = request.headers["x-pusher-key"], request.headers["x-pusher-signature"]
        assert key == KEY.key
        verified = library.validate_webhook(key, signature, request.body.decode())
        names |= {event["name"] for event in verified["events"]}

    assert names == EXPECTED
