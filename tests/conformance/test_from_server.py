"""What the server sends."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack

import pytest

from onair.engines.urls import EngineUrl
from onair.protocol.app import Limits
from tests.conformance.application import KEY, ask, trigger
from tests.conformance.conftest import Connect, Serve
from tests.conformance.peer import SUCCEEDED
from tests.server.clients import Site, text_frame, wait_until

COUNT = "pusher_internal:subscription_count"
MISS = "pusher:cache_miss"
EVENTS = "pusher_internal:watchlist_events"


def test_p_succeeded_a_subscription_is_answered_with_an_object_in_a_string(connect: Connect) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": "news"})

    assert json.loads(client.text()) == {"event": SUCCEEDED, "channel": "news", "data": "{}"}


def test_p_succeeded_presence_the_members_come_each_user_once(connect: Connect) -> None:
    for user in ("1", "2", "2"):
        client = connect()
        client.send(
            "pusher:subscribe", {"channel": "presence-room", **client.authorized("presence-room", user)}
        )
        presence = client.next(SUCCEEDED)["data"]["presence"]

    assert presence == {
        "ids": ["1", "2"],
        "hash": {"1": {"name": "User 1"}, "2": {"name": "User 2"}},
        "count": 2,
    }


def test_p_member_the_others_are_told_of_a_users_first_connection_and_of_its_last_ones_end(
    connect: Connect,
) -> None:
    watcher = connect().join("presence-room", "1")
    tabs = [connect().join("presence-room", "2") for _ in range(2)]
    added = watcher.next("pusher_internal:member_added")
    assert added["data"] == {"user_id": "2", "user_info": {"name": "User 2"}}

    tabs[0].send("pusher:unsubscribe", {"channel": "presence-room"})
    tabs[0].settle()
    assert watcher.settle() == []
    tabs[1].connection.close()
    assert watcher.next("pusher_internal:member_removed")["data"] == {"user_id": "2"}


@pytest.mark.parametrize("data", ['{"a":  1}', "plain text", "", '"quoted"', "7", "å ä 🎈", "null"])
def test_p_event_the_data_comes_as_it_was_published(site: Site, connect: Connect, data: str) -> None:
    client = connect().join("news")
    ask(site, "POST", "events", {"name": "headline", "channel": "news", "data": data})

    assert json.loads(client.text()) == {"event": "headline", "channel": "news", "data": data}


def test_p_encrypted_the_server_carries_what_it_cannot_read(site: Site, connect: Connect) -> None:
    client = connect().join("private-encrypted-news")
    sealed = {
        "nonce": base64.b64encode(b"n" * 24).decode(),
        "ciphertext": base64.b64encode(b"c" * 40).decode(),
    }
    trigger(site, "private-encrypted-news", "headline", sealed)

    assert client.next("headline")["data"] == sealed


CACHES = ("cache-news", "private-cache-news", "private-encrypted-cache-news", "presence-cache-news")


def user_of(channel: str) -> str | None:
    return "7" if channel.startswith("presence-") else None


@pytest.mark.parametrize("channel", CACHES)
def test_p_cache_the_last_event_follows_the_answer_also_where_nobody_was_left(
    site: Site, connect: Connect, channel: str
) -> None:
    connect().join(channel, user_of(channel)).connection.close()
    wait_until(lambda: not site.members(channel), "nobody is left")
    trigger(site, channel, "first", 1)
    trigger(site, channel, "last", 2)

    assert connect().join(channel, user_of(channel)).next("last")["data"] == 2


def test_p_cache_client_events_are_not_kept(connect: Connect) -> None:
    sender, reader = connect().join("private-cache-room"), connect().join("private-cache-room")
    sender.whisper("private-cache-room", "client-typing")
    reader.next(MISS)
    reader.next("client-typing")

    connect().join("private-cache-room").next(MISS)


def test_p_cache_ttl_an_event_is_kept_for_so_long(serve: Serve, connect: Connect) -> None:
    site = serve(limits=Limits(cache_seconds=1))
    trigger(site, "cache-news", "headline")
    wait_until(
        lambda: not ask(site, "GET", "channels/cache-news", info="cache").json["cache"], "it is too old"
    )

    connect(site).join("cache-news").next(MISS)


@pytest.mark.parametrize("channel", CACHES)
def test_p_miss_a_cache_channel_without_an_event_says_so_after_the_answer(
    connect: Connect, channel: str
) -> None:
    message = connect().join(channel, user_of(channel)).next(MISS)

    assert message == {"event": MISS, "channel": channel, "data": {}}


def test_p_count_every_change_is_told_to_all(serve: Serve, connect: Connect) -> None:
    site = serve(subscription_counts=True)
    first = connect(site).join("news")
    assert first.next(COUNT) == {"event": COUNT, "channel": "news", "data": {"subscription_count": 1}}
    second = connect(site).join("news")
    for client in (first, second):
        assert client.next(COUNT)["data"]["subscription_count"] == 2
    second.connection.close()

    assert first.next(COUNT)["data"]["subscription_count"] == 1


def test_p_count_presence_channels_have_none(serve: Serve, connect: Connect) -> None:
    assert connect(serve(subscription_counts=True)).join("presence-room", "7").settle() == []


def test_p_count_apps_without_the_switch_have_none(connect: Connect) -> None:
    assert connect().join("news").settle() == []


def test_p_count_crowd_above_100_the_number_waits(
    serve: Serve, connect: Connect, stack: ExitStack, engine: EngineUrl | None
) -> None:
    site = serve(subscription_counts=True)
    client = connect(site).join("news")
    for _ in range(104):
        other = stack.enter_context(site.raw(f"/app/{KEY}?protocol=7"))
        other.send(text_frame("pusher:subscribe", {"channel": "news"}))
        events = [other.read_message()["event"] for _ in range(2)]
        assert events[-1] == SUCCEEDED
    counts = [client.next(COUNT)["data"]["subscription_count"]]
    while counts[-1] < 105:
        counts.append(client.next(COUNT)["data"]["subscription_count"])

    if engine is None:
        assert counts == [*range(1, 101), 105]
    else:  # by the time that a number comes back from the engine, there may be a crowd here
        assert counts == sorted(set(counts))
        assert [count for count in counts if count > 100] == [105]


def test_p_watchlist_who_signs_in_is_told_who_is_there_and_who_is_not(connect: Connect) -> None:
    connect().sign_in("2")
    watcher = connect().sign_in("1", watchlist=["2", "3"])
    assert watcher.next(EVENTS)["data"]["events"] == [
        {"name": "online", "user_ids": ["2"]},
        {"name": "offline", "user_ids": ["3"]},
    ]


def test_p_watchlist_the_first_connection_and_the_last_ones_end_are_told(connect: Connect) -> None:
    watcher = connect().sign_in("1", watchlist=["3"])
    watcher.next(EVENTS)
    tabs = [connect().sign_in("3") for _ in range(2)]
    assert watcher.next(EVENTS)["data"]["events"] == [{"name": "online", "user_ids": ["3"]}]
    for tab in tabs:
        tab.connection.close()

    assert watcher.next(EVENTS)["data"]["events"] == [{"name": "offline", "user_ids": ["3"]}]


def test_p_error_an_error_is_an_object_and_not_in_a_string(connect: Connect) -> None:
    client = connect()
    client.send("unknown")

    message = json.loads(client.text())
    assert message["event"] == "pusher:error"
    assert set(message["data"]) == {"code", "message"}


def test_p_order_a_channels_events_come_in_the_order_of_their_publishing(
    site: Site, connect: Connect
) -> None:
    clients = [connect().join("news") for _ in range(3)]
    for number in range(30):
        trigger(site, "news", "number", number)

    for client in clients:
        assert [client.next("number")["data"] for _ in range(30)] == list(range(30))
