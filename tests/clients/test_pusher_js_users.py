"""Official pusher-js signs its user in: events for the user, watchlists, and an end from outside."""

from __future__ import annotations

import pytest
from pusher import Pusher

from tests.clients.conftest import OpenClient
from tests.clients.joining import joined, signed_in
from tests.clients.node import Driver
from tests.server.clients import wait_until


def test_a_user_signs_in(pusher_js: OpenClient) -> None:
    client = signed_in(pusher_js(user="7"))

    assert client.call("user") == {"id": "7", "user_info": {"name": "User 7"}}


def test_a_user_that_the_application_refuses_is_told(pusher_js: OpenClient) -> None:
    client = pusher_js(user="forbidden")
    client.call("signin")

    error = client.next("user", "pusher:signin_error").data
    assert (error["type"], error["status"]) == ("AuthError", 403)


def test_a_wrongly_signed_user_is_refused(pusher_js: OpenClient, library: Pusher) -> None:
    client = pusher_js(user="missigned")
    client.call("signin")

    assert "Invalid signature" in client.next("connection", "error").data["data"]["message"]
    assert client.call("user") is None


def test_an_event_reaches_every_connection_of_its_user_and_no_other(
    pusher_js: OpenClient, node_library: Driver
) -> None:
    tabs = [signed_in(pusher_js(user="7")) for _ in range(2)]
    other = signed_in(pusher_js(user="8"))
    answer = node_library.call("sendToUser", "7", "invited", {"by": "8"})
    node_library.call("sendToUser", "8", "end", {})

    assert answer == {"status": 200, "body": {}}
    for tab in tabs:
        assert tab.next("user", "invited").data == {"by": "8"}
    assert [happening.event for happening in other.until("user", "end")] == ["end"]


def test_a_signed_in_user_is_signed_in_again_after_a_reconnect(
    pusher_js: OpenClient, node_library: Driver
) -> None:
    client = signed_in(pusher_js(user="7"))
    client.call("disconnect")
    client.call("connect")
    client.next("message", "pusher:signin_success")
    client.next("message", "pusher_internal:subscription_succeeded")
    node_library.call("sendToUser", "7", "invited", {})

    client.next("user", "invited")


def test_a_watchlist_says_who_is_there_who_comes_and_who_goes(pusher_js: OpenClient) -> None:
    signed_in(pusher_js(user="2"))
    watcher = signed_in(pusher_js(user="1", watchlist="2,3"))
    assert watcher.next("watchlist", "online").data == {"name": "online", "user_ids": ["2"]}
    assert watcher.next("watchlist", "offline").data == {"name": "offline", "user_ids": ["3"]}

    tabs = [signed_in(pusher_js(user="3")) for _ in range(2)]
    assert watcher.next("watchlist", "online").data["user_ids"] == ["3"]
    for tab in tabs:
        tab.call("disconnect")
    assert watcher.next("watchlist", "offline").data["user_ids"] == ["3"]
    assert len(watcher.told("watchlist", "online")) == 2


@pytest.mark.parametrize("caller", ["pusher for Python", "pusher for Node.js"])
def test_a_users_connections_are_terminated_and_do_not_come_back(
    pusher_js: OpenClient, library: Pusher, node_library: Driver, caller: str
) -> None:
    client, other = signed_in(pusher_js(user="7")), signed_in(pusher_js(user="8"))
    if caller == "pusher for Python":  # which leaves /apps/ID out of the path
        assert library.terminate_user_connections("7") == {}
    else:
        assert node_library.call("terminateUserConnections", "7") == {"status": 200, "body": {}}

    assert client.next("connection", "error").data["data"]["code"] == 4009
    client.next("connection", "disconnected")
    assert other.call("state") == "connected"


def test_who_has_not_signed_in_is_not_terminated(pusher_js: OpenClient, library: Pusher) -> None:
    client = joined(pusher_js(user="7"), "presence-room")
    library.terminate_user_connections("7")
    library.trigger("presence-room", "end", {})

    client.next("presence-room", "end")


def test_a_signed_in_user_is_a_member_without_more_words(pusher_js: OpenClient) -> None:
    client = signed_in(pusher_js(user="7"))
    wait_until(lambda: client.call("user"), "the user is signed in")
    client.call("subscribe", "presence-unsaid")

    members = client.next("presence-unsaid", "pusher:subscription_succeeded").data
    assert members["members"] == {"7": {"name": "User 7"}}
