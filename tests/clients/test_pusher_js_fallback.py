"""Official pusher-js without WebSockets: over requests, in its build for Node.js."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pusher import Pusher

from onair.protocol.errors import PongTimeout
from tests.clients.conftest import OpenClient
from tests.clients.joining import SUCCEEDED, joined, signed_in
from tests.clients.node import Driver
from tests.server.clients import Site

Open = Callable[..., Driver]


@pytest.fixture(params=["xhr_streaming", "xhr_polling"])
def fallback(request: pytest.FixtureRequest, pusher_js: OpenClient, site: Site) -> Open:
    """Opens connections over one of the transports."""

    def connect(user: str = "1", **options: object) -> Driver:
        where = {"httpHost": site.host, "httpPort": site.port, "enabledTransports": [request.param]}
        return pusher_js(user, **where, **options)

    return connect


@pytest.mark.parametrize("channel", ["news", "private-news", "presence-news", "private-encrypted-news"])
def test_an_event_reaches_a_channel(fallback: Open, library: Pusher, channel: str) -> None:
    client = joined(fallback(), channel)
    for number in range(20):
        library.trigger(channel, f"event-{number}", {"n": number})

    told = [
        happening for happening in client.until(channel, "event-19") if happening.event.startswith("event-")
    ]
    assert [happening.data["n"] for happening in told] == list(range(20))


def test_a_client_event_reaches_the_others(fallback: Open, pusher_js: OpenClient) -> None:
    sender, reader = joined(fallback(), "private-room"), joined(pusher_js(), "private-room")
    sender.call("trigger", "private-room", "client-typing", {"text": "Hyvää päivää 🎈"})
    assert reader.next("private-room", "client-typing").data == {"text": "Hyvää päivää 🎈"}
    reader.call("trigger", "private-room", "client-answer", {})

    sender.next("private-room", "client-answer")


def test_a_user_signs_in(fallback: Open, library: Pusher) -> None:
    client = signed_in(fallback(user="7"))
    library.send_to_user("7", "invited", {"by": "8"})

    assert client.next("user", "invited").data == {"by": "8"}


def test_a_large_event_arrives_whole(fallback: Open, library: Pusher) -> None:
    client = joined(fallback(), "news")
    for number in range(30):  # more than the client reads of one answer
        library.trigger("news", f"event-{number}", "x" * 20_000)

    assert client.next("news", "event-29").data == "x" * 20_000


def test_it_comes_back_when_the_server_sends_it_away(fallback: Open, site: Site) -> None:
    client = joined(fallback(), "news")
    (session,) = site.sessions()
    site.call(session.close, PongTimeout())

    client.next("news", SUCCEEDED)


def test_it_gives_up_where_nothing_would_change(fallback: Open, library: Pusher) -> None:
    client = signed_in(fallback(user="7"))
    library.terminate_user_connections("7")

    client.next("connection", "disconnected")


def test_its_end_is_noticed(fallback: Open, pusher_js: OpenClient) -> None:
    watcher = joined(pusher_js(user="1"), "presence-room")
    client = joined(fallback(user="2"), "presence-room")
    watcher.next("presence-room", "pusher:member_added")
    client.call("disconnect")

    watcher.next("presence-room", "pusher:member_removed")
