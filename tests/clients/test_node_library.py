"""Official ``pusher`` for Node.js, the server library, against our HTTP API."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from onair.protocol import signing
from tests.clients.conftest import APP, KEY, OpenClient
from tests.clients.joining import joined
from tests.clients.node import Driver, LibraryError
from tests.server.clients import Site

EMPTY = {"status": 200, "body": {}}


def test_an_event_to_several_channels_reaches_them_but_not_its_sender(
    node_library: Driver, pusher_js: OpenClient
) -> None:
    sender, reader = joined(pusher_js(), "news"), joined(pusher_js(), "weather")
    socket_id = sender.next("connection", "connected").data["socket_id"]
    given = {"socket_id": socket_id}
    assert node_library.call("trigger", ["news", "weather"], "rain", {"mm": 3}, given) == EMPTY
    node_library.call("trigger", "news", "end", {})

    assert reader.next("weather", "rain").data == {"mm": 3}
    sender.next("news", "end")
    assert sender.told("news", "rain") == []


def test_an_event_says_on_request_who_listens(node_library: Driver, pusher_js: OpenClient) -> None:
    joined(pusher_js(user="7"), "presence-room")
    joined(pusher_js(), "news")
    wanted = {"info": "subscription_count,user_count"}
    rooms = node_library.call("trigger", ["presence-room"], "hello", {}, wanted)
    news = node_library.call("trigger", ["news", "void"], "hello", {}, {"info": "subscription_count"})

    assert rooms["body"]["channels"]["presence-room"]["user_count"] == 1
    assert news["body"] == {
        "channels": {"news": {"subscription_count": 1}, "void": {"subscription_count": 0}}
    }


def test_a_batch_reaches_its_channels_in_order(node_library: Driver, pusher_js: OpenClient) -> None:
    client = joined(pusher_js(), "news")
    batch = [{"channel": "news", "name": f"event-{number}", "data": {"n": number}} for number in range(10)]
    assert node_library.call("triggerBatch", batch) == EMPTY

    told = [
        happening for happening in client.until("news", "event-9") if happening.event.startswith("event-")
    ]
    assert [happening.data["n"] for happening in told] == list(range(10))


def test_a_batch_says_on_request_who_listens(node_library: Driver, pusher_js: OpenClient) -> None:
    joined(pusher_js(), "news")
    batch = [
        {"channel": "news", "name": "hello", "data": "1", "info": "subscription_count"},
        {"channel": "void", "name": "hello", "data": "2"},
    ]

    assert node_library.call("triggerBatch", batch)["body"] == {"batch": [{"subscription_count": 1}, {}]}


def test_an_encrypted_event_is_read_by_those_with_the_key_alone(
    node_library: Driver, pusher_js: OpenClient
) -> None:
    channel = "private-encrypted-news"
    client = joined(pusher_js(), channel)
    node_library.call("trigger", channel, "headline", {"text": "secret"})

    assert client.next(channel, "headline").data == {"text": "secret"}
    assert set(client.next("message", "headline").data["data"]) == {"nonce", "ciphertext"}


def test_the_occupied_channels_are_listed(node_library: Driver, pusher_js: OpenClient) -> None:
    client = joined(joined(pusher_js(user="7"), "presence-room"), "news")
    second = joined(pusher_js(user="7"), "presence-room")
    everything = node_library.call("get", "/channels")
    assert everything["body"] == {"channels": {"presence-room": {}, "news": {}}}

    query = {"filter_by_prefix": "presence-", "info": "user_count"}
    assert node_library.call("get", "/channels", query)["body"] == {
        "channels": {"presence-room": {"user_count": 1}}
    }
    for each in (client, second):
        each.call("unsubscribe", "presence-room")
        each.call("send", "pusher:ping", {})
        each.next("message", "pusher:pong")
    assert node_library.call("get", "/channels")["body"] == {"channels": {"news": {}}}


def test_a_channel_is_described(node_library: Driver, pusher_js: OpenClient) -> None:
    joined(pusher_js(), "cache-news")
    node_library.call("trigger", "cache-news", "headline", {"text": "hi"})
    described = node_library.call("get", "/channels/cache-news", {"info": "subscription_count,cache"})["body"]
    assert (described["occupied"], described["subscription_count"]) == (True, 1)
    assert json.loads(described["cache"]["data"]) == {"text": "hi"}
    assert described["cache"]["ttl"] > 0

    assert node_library.call("get", "/channels/void")["body"] == {"occupied": False}


def test_the_users_of_a_presence_channel_are_listed(node_library: Driver, pusher_js: OpenClient) -> None:
    for user in ("7", "8", "7"):
        joined(pusher_js(user=user), "presence-room")
    users = node_library.call("get", "/channels/presence-room/users")["body"]["users"]

    assert sorted(user["id"] for user in users) == ["7", "8"]


def test_what_cannot_be_is_refused_with_the_reason(node_library: Driver) -> None:
    with pytest.raises(LibraryError, match="status code 400") as refused:
        node_library.call("get", "/channels/news/users")

    assert refused.value.status == 400
    assert "presence" in str(refused.value.body)


def test_a_wrong_secret_is_refused_and_shown_what_to_sign(site: Site, stack: ExitStack) -> None:
    options = {"appId": APP.id, "key": KEY.key, "secret": "wrong", "host": site.host, "port": site.port}
    other = stack.enter_context(Driver("pusher.mjs", options))
    with pytest.raises(LibraryError, match="status code 401") as refused:
        other.call("trigger", "news", "headline", {})

    assert 'HmacSHA256Hex("POST\\n/apps/3/events\\n' in str(refused.value.body)


def test_its_authorisations_are_ours(node_library: Driver) -> None:
    member = {"user_id": "7", "user_info": {"name": "Ä"}}
    signed = node_library.call("authorizeChannel", "12.34", "presence-room", member)
    user = node_library.call("authenticateUser", "12.34", {"id": "7"})

    channel_data = signed["channel_data"]
    assert signed["auth"] == signing.sign_channel(KEY, "12.34", "presence-room", channel_data)
    assert user["auth"] == signing.sign_user(KEY, "12.34", user["user_data"])
