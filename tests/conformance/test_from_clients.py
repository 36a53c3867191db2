"""What a client sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onair.protocol.app import Limits
from tests.conformance.application import KEY, trigger
from tests.conformance.conftest import Connect, Serve
from tests.conformance.peer import SUCCEEDED, Peer
from tests.server.clients import Site


def refused(client: Peer, channel: str) -> dict[str, Any]:
    """Take both tellings of a refused subscription, and return the one of the channel."""
    told = client.error()
    assert told["code"] is None
    message = client.next("pusher:subscription_error")
    assert message["channel"] == channel
    assert message["data"]["error"] == told["message"]
    return dict(message["data"])


def test_p_sub_a_public_channel_is_joined_by_its_name(connect: Connect) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": "news"})

    assert client.next(SUCCEEDED) == {"event": SUCCEEDED, "channel": "news", "data": {}}


def test_p_sub_private_the_applications_signature_lets_one_socket_into_one_channel(connect: Connect) -> None:
    client, other = connect(), connect()
    for who, auth in (
        (client, client.channel_auth("private-other")),
        (client, other.channel_auth("private-news")),
        (client, f"another{client.channel_auth('private-news')}"),
        (client, ""),
        (client, f"{KEY}:00"),
        (client, KEY),
    ):
        who.send("pusher:subscribe", {"channel": "private-news", "auth": auth})
        assert refused(who, "private-news")["type"] == "AuthError"
    client.join("private-news")


def test_p_sub_presence_the_members_data_is_signed_byte_for_byte(connect: Connect) -> None:
    client = connect()
    data = '{"user_info":  {"name":"\\u00c4"}, "user_id":"7"}'
    auth = client.channel_auth("presence-room", data)
    client.send(
        "pusher:subscribe",
        {"channel": "presence-room", "auth": auth, "channel_data": data.replace("  ", " ")},
    )
    refused(client, "presence-room")
    client.send("pusher:subscribe", {"channel": "presence-room", "auth": auth, "channel_data": data})

    assert client.next(SUCCEEDED)["data"]["presence"]["hash"] == {"7": {"name": "Ä"}}


@pytest.mark.parametrize("data", ["{}", "[]", "no JSON", '{"user_id":null}', '{"user_id":["7"]}'])
def test_p_sub_presence_what_names_no_member_is_refused(connect: Connect, data: str) -> None:
    client = connect()
    auth = client.channel_auth("presence-room", data)
    client.send("pusher:subscribe", {"channel": "presence-room", "auth": auth, "channel_data": data})

    refused(client, "presence-room")


def test_p_sub_refused_a_refusal_is_told_to_the_connection_and_to_the_channel(connect: Connect) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": "private-news", "auth": f"{KEY}:00"})

    told = refused(client, "private-news")
    assert (told["type"], told["status"]) == ("AuthError", 401)
    expected = f"Expected HMAC SHA256 hex digest of {client.socket_id}:private-news"
    assert expected in told["error"]


def test_p_sub_twice_a_second_subscription_is_an_error_and_the_first_one_stays(
    site: Site, connect: Connect
) -> None:
    client = connect().join("private-news")
    client.send("pusher:subscribe", {"channel": "private-news", **client.authorized("private-news")})
    assert client.error() == {"code": None, "message": "Existing subscription to channel private-news"}
    trigger(site, "private-news", "headline")

    client.next("headline")


def test_p_sub_limit_a_connection_has_so_many_channels(serve: Serve, connect: Connect) -> None:
    client = connect(serve(limits=Limits(channels_per_connection=2)))
    client.join("a").join("b").send("pusher:subscribe", {"channel": "c"})
    assert refused(client, "c")["type"] == "LimitReached"
    client.send("pusher:unsubscribe", {"channel": "a"})

    client.join("c")


def test_p_sub_rate_who_joins_and_leaves_again_and_again_is_refused(serve: Serve, connect: Connect) -> None:
    client = connect(serve(limits=Limits(channels_per_connection=2, subscriptions_per_second=1)))
    for _ in range(4):
        client.join("a").send("pusher:unsubscribe", {"channel": "a"})
    client.send("pusher:subscribe", {"channel": "a"})

    assert refused(client, "a")["status"] == 429


def test_p_unsub_nothing_comes_from_a_channel_that_was_left(site: Site, connect: Connect) -> None:
    client = connect().join("news").join("weather")
    client.send("pusher:unsubscribe", {"channel": "news"})
    assert client.settle() == []
    trigger(site, "news", "headline")
    trigger(site, "weather", "rain")

    client.next("rain")


def test_p_unsub_a_channel_that_was_not_joined_is_an_error(connect: Connect) -> None:
    client = connect()
    client.send("pusher:unsubscribe", {"channel": "news"})

    assert client.error()["message"].startswith("No current subscription to channel 'news'")


@pytest.mark.parametrize("channel", ["private-room", "presence-room", "private-encrypted-room"])
def test_p_client_a_client_event_goes_to_the_others_in_a_string(connect: Connect, channel: str) -> None:
    sender, reader = connect(), connect()
    for client, user in ((sender, "1"), (reader, "2")):
        client.join(channel, user if channel.startswith("presence-") else None)
    if channel.startswith("presence-"):
        sender.next("pusher_internal:member_added")
    sender.whisper(channel, "client-typing", {"at": 3})
    assert sender.settle() == []

    message = json.loads(reader.text())
    assert (message["event"], message["channel"]) == ("client-typing", channel)
    assert json.loads(message["data"]) == {"at": 3}


def test_p_client_text_is_relayed_as_it_is(connect: Connect) -> None:
    sender, reader = connect().join("private-room"), connect().join("private-room")
    sender.whisper("private-room", "client-typing", '{"at":  3}')

    assert json.loads(reader.text())["data"] == '{"at":  3}'


@pytest.mark.parametrize("channel", ["news", "cache-news", "private-never-joined"])
def test_p_client_elsewhere_they_are_refused(connect: Connect, channel: str) -> None:
    client = connect().join("news").join("cache-news")
    client.settle()  # the cache has nothing
    client.whisper(channel, "client-typing")

    assert client.error()["code"] is None


def test_p_client_off_without_the_switch_they_are_refused(serve: Serve, connect: Connect) -> None:
    client = connect(serve(client_events=False)).join("private-room")
    client.whisper("private-room", "client-typing")

    assert "Client events are off" in client.error()["message"]


def test_p_client_user_the_server_says_who_sent_it_whatever_the_client_says(connect: Connect) -> None:
    sender, reader = connect().join("presence-room", "1"), connect().join("presence-room", "2")
    sender.next("pusher_internal:member_added")
    sender.whisper("presence-room", "client-typing", {}, user_id="2")
    assert reader.next("client-typing")["user_id"] == "1"

    for client in (sender, reader):
        client.join("private-room")
    sender.whisper("private-room", "client-typing", {}, user_id="2")
    assert "user_id" not in reader.next("client-typing")


def test_p_client_rate_ten_a_second_go_and_the_rest_is_refused(connect: Connect) -> None:
    sender, reader = connect().join("private-room"), connect().join("private-room")
    for number in range(12):
        sender.whisper("private-room", "client-typing", number)
    errors = [message["data"] for message in sender.settle() if message["event"] == "pusher:error"]

    assert [error["code"] for error in errors] == [4301, 4301]
    assert [reader.next("client-typing")["data"] for _ in range(10)] == list(range(10))


def test_p_signin_a_signed_user_is_signed_in(connect: Connect) -> None:
    connect().sign_in("7", user_info={"name": "Anna"})


@pytest.mark.parametrize("user_data", ["{}", "[]", "no JSON", '{"id":7}', '{"id":"7","watchlist":7}'])
def test_p_signin_what_names_no_user_is_refused(connect: Connect, user_data: str) -> None:
    client = connect()
    client.send("pusher:signin", {"auth": client.user_auth(user_data), "user_data": user_data})

    assert client.error()["code"] is None


def test_p_signin_a_wrong_signature_is_refused(connect: Connect) -> None:
    client, user_data = connect(), '{"id":"7"}'
    other = connect()
    for auth in ("", f"{KEY}:00", other.user_auth(user_data), client.user_auth('{"id":"8"}')):
        client.send("pusher:signin", {"auth": auth, "user_data": user_data})
        assert client.error()["code"] is None


def test_p_signin_other_a_connection_stays_its_users(connect: Connect) -> None:
    client = connect().sign_in("7").sign_in("7")
    user_data = '{"id":"8"}'
    client.send("pusher:signin", {"auth": client.user_auth(user_data), "user_data": user_data})

    assert "signed in as 7" in client.error()["message"]


def test_p_signin_member_a_signed_in_user_is_a_member_without_more_words(connect: Connect) -> None:
    client = connect().sign_in("7", user_info={"name": "Anna"})
    client.send("pusher:subscribe", {"channel": "presence-room", **client.authorized("presence-room")})

    assert client.next(SUCCEEDED)["data"]["presence"]["hash"] == {"7": {"name": "Anna"}}


def test_p_signin_channel_the_users_own_channel_is_for_it_alone(connect: Connect) -> None:
    client = connect()
    for _ in range(2):
        client.send("pusher:subscribe", {"channel": "#server-to-user-8", "auth": ""})
        refused(client, "#server-to-user-8")
        client.sign_in("7")
    client.send("pusher:subscribe", {"channel": "#server-to-user-7", "auth": ""})

    client.next(SUCCEEDED)


def test_p_liberal_the_data_of_the_protocols_own_events_may_be_text(connect: Connect) -> None:
    client = connect()
    client.send("pusher:subscribe", '{"channel":"news"}')
    client.next(SUCCEEDED)
    client.settle()
    client.send("pusher:ping", "")

    client.next("pusher:pong")
