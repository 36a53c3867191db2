"""Official pusher-js against our server: connections, channels, events."""

from __future__ import annotations

import pytest
from pusher import Pusher

from tests.clients.conftest import APP, OpenClient, python_library
from tests.clients.endpoint import Endpoint
from tests.clients.joining import SUCCEEDED, joined
from tests.server.clients import SOCKET_ID, Site

OTHER_MASTER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

CHANNELS = (
    "news",
    "private-news",
    "presence-news",
    "private-encrypted-news",
    "cache-news",
    "private-cache-news",
    "presence-cache-news",
    "private-encrypted-cache-news",
)


def test_a_connection_is_told_its_socket_id(pusher_js: OpenClient) -> None:
    assert SOCKET_ID.fullmatch(pusher_js().next("connection", "connected").data["socket_id"])


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_kind_of_channel_is_joined_and_gets_its_events(
    pusher_js: OpenClient, library: Pusher, channel: str
) -> None:
    client = joined(pusher_js(), channel)
    library.trigger(channel, "headline", {"text": "Hyvää päivää"})

    assert client.next(channel, "headline").data == {"text": "Hyvää päivää"}


def test_a_key_that_was_changed_is_fetched_again(
    pusher_js: OpenClient, application: Endpoint, site: Site
) -> None:
    channel = "private-encrypted-news"
    client = joined(pusher_js(), channel)
    library = application.library = python_library(site.host, site.port, master_key=OTHER_MASTER_KEY)
    library.trigger(channel, "headline", {"text": "secret"})
    library._pusher_client.http.session.close()

    assert client.next(channel, "headline").data == {"text": "secret"}


def test_a_presence_channel_says_who_is_there_who_comes_and_who_goes(pusher_js: OpenClient) -> None:
    first, second = pusher_js(user="1"), pusher_js(user="2")
    first.call("subscribe", "presence-room")
    members = first.next("presence-room", SUCCEEDED).data
    assert (members["count"], members["myID"]) == (1, "1")

    second.call("subscribe", "presence-room")
    members = second.next("presence-room", SUCCEEDED).data
    assert members["members"] == {"1": {"name": "User 1"}, "2": {"name": "User 2"}}
    assert members["me"] == {"id": "2", "info": {"name": "User 2"}}
    assert first.next("presence-room", "pusher:member_added").data == {"id": "2", "info": {"name": "User 2"}}

    second.call("unsubscribe", "presence-room")
    assert first.next("presence-room", "pusher:member_removed").data["id"] == "2"
    assert first.call("members", "presence-room")["count"] == 1


def test_a_member_with_two_connections_comes_and_goes_once(pusher_js: OpenClient, site: Site) -> None:
    watcher = joined(pusher_js(user="1"), "presence-room")
    tabs = [joined(pusher_js(user="2"), "presence-room") for _ in range(2)]
    for tab in tabs:
        tab.call("disconnect")

    told = watcher.until("presence-room", "pusher:member_removed")
    site.publish("presence-room", "end")
    told += watcher.until("presence-room", "end")
    events = [happening.event for happening in told if happening.event.startswith("pusher:")]
    assert events == ["pusher:member_added", "pusher:member_removed"]


def test_nothing_comes_from_a_channel_that_was_left(pusher_js: OpenClient, site: Site) -> None:
    client = joined(joined(pusher_js(), "news"), "weather")
    client.call("unsubscribe", "news")
    joined(client, "end")
    site.publish("news", "headline")
    site.publish("weather", "rain")
    client.next("weather", "rain")

    assert client.told("news", "headline") == []


@pytest.mark.parametrize(
    "channel", ["private-room", "presence-room", "private-cache-room", "presence-cache-room"]
)
def test_a_client_event_reaches_the_others_alone(pusher_js: OpenClient, channel: str) -> None:
    sender = joined(pusher_js(user="1"), channel)
    reader = joined(pusher_js(user="2"), channel)
    reader.call("bind", channel, "client-typing")
    sender.call("trigger", channel, "client-typing", {"at": 3})

    told = reader.next(f"{channel} bound", "client-typing")
    assert told.data == {"at": 3}
    assert told.user_id == ("1" if channel.startswith("presence-") else None)
    reader.call("trigger", channel, "client-end", {})
    sender.next(channel, "client-end")
    assert sender.told(channel, "client-typing") == []


def test_too_many_client_events_are_refused_and_the_connection_stays(pusher_js: OpenClient) -> None:
    client = joined(pusher_js(), "private-room")
    for _ in range(11):
        client.call("trigger", "private-room", "client-typing", {})

    assert client.next("connection", "error").data["data"]["code"] == 4301
    assert client.call("state") == "connected"


def test_a_channel_that_the_application_refuses_is_not_joined(pusher_js: OpenClient, site: Site) -> None:
    client = pusher_js()
    client.call("subscribe", "private-forbidden")

    error = client.next("private-forbidden", "pusher:subscription_error").data
    assert (error["type"], error["status"]) == ("AuthError", 403)
    assert site.members("private-forbidden") == 0


def test_a_wrong_signature_is_told_to_the_channel_and_to_the_connection(
    pusher_js: OpenClient, site: Site
) -> None:
    client = pusher_js()
    client.call("subscribe", "private-missigned")

    assert "Invalid signature" in client.next("connection", "error").data["data"]["message"]
    error = client.next("private-missigned", "pusher:subscription_error").data
    assert (error["type"], error["status"]) == ("AuthError", 401)
    assert "Invalid signature" in error["error"]
    assert site.members("private-missigned") == 0


def test_a_second_subscription_is_an_error_and_the_first_one_stays(pusher_js: OpenClient, site: Site) -> None:
    client = joined(pusher_js(), "news")
    client.call("send", "pusher:subscribe", {"channel": "news", "auth": ""})

    error = client.next("connection", "error").data["data"]
    assert error == {"code": None, "message": "Existing subscription to channel news"}
    site.publish("news", "headline")
    client.next("news", "headline")


def test_a_ping_is_answered(pusher_js: OpenClient) -> None:
    client = pusher_js()
    client.next("connection", "connected")
    client.call("send", "pusher:ping", {})

    client.next("message", "pusher:pong")


def test_a_ping_of_the_server_is_answered(pusher_js: OpenClient, site: Site) -> None:
    client = pusher_js()
    client.next("connection", "connected")
    site.pass_time(APP.activity_timeout + 1)

    assert client.next("connection", "sent").data == ["pusher:pong", {}]


def test_a_silent_server_is_asked_for_a_sign_of_life_and_gives_it(pusher_js: OpenClient) -> None:
    client = pusher_js(activityTimeout=200)

    client.next("message", "pusher:pong")
