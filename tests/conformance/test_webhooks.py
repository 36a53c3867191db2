"""Webhooks, as an application receives them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pusher import Pusher

from onair.protocol.app import Webhook
from onair.protocol.notices import NOTICE_NAMES
from onair.server.watch import Timings
from tests.clients.endpoint import Endpoint, Received, endpoint
from tests.conformance.application import KEY, SECRET, trigger
from tests.conformance.conftest import Connect, Serve
from tests.server.clients import Site

#: Whoever has left is told at once; or not before the test ends.
AT_ONCE, HELD = Timings(held=0), Timings(held=1000)

Hooked = Callable[..., Site]


@pytest.fixture
def application() -> Iterator[Endpoint]:
    with endpoint(Pusher("3", KEY, SECRET), KEY) as application:
        yield application


@pytest.fixture
def hooked(serve: Serve, application: Endpoint) -> Hooked:
    """Starts a server that tells the application: of these notices, in one request or many."""

    def start(*names: str, batch: bool = False, timings: Timings = AT_ONCE, **fields: Any) -> Site:
        notices = frozenset(names) or NOTICE_NAMES
        webhook = Webhook(url=f"{application.url}/webhook", notices=notices, batch=batch)
        return serve(webhooks=(webhook,), timings=timings, **fields)

    return start


def events(requests: list[Received]) -> list[dict[str, Any]]:
    return [event for request in requests for event in json.loads(request.body)["events"]]


def test_p_hook_post_a_webhook_is_signed_json_with_the_time(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    connect(hooked()).join("news")
    (request,) = application.webhooks(1)

    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-pusher-key"] == KEY
    signature = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-pusher-signature"] == signature
    body = json.loads(request.body)
    assert set(body) == {"time_ms", "events"}
    assert abs(time.time() - body["time_ms"] / 1000) < 300


def test_p_hook_batch_without_it_each_event_has_a_request(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    connect(hooked("channel_occupied")).join("a").join("b").join("c")

    assert [len(events([request])) for request in application.webhooks(3)] == [1, 1, 1]


def test_p_hook_batch_with_it_nothing_is_lost_or_doubled(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    client = connect(hooked("channel_occupied", batch=True))
    names = [f"channel-{number}" for number in range(20)]
    for name in names:
        client.join(name)
    requests = 1
    while len(events(application.webhooks(requests))) < len(names):
        requests += 1

    assert [event["channel"] for event in events(application.webhooks(requests))] == names


def test_p_hook_retry_what_was_not_taken_comes_again_byte_for_byte(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    application.statuses = [500]
    connect(hooked("channel_occupied", may_log=True)).join("news")
    first, second = application.webhooks(2)

    assert (first.body, first.headers["x-pusher-signature"]) == (
        second.body,
        second.headers["x-pusher-signature"],
    )


def test_p_hook_channel_the_first_subscriber_and_the_last_ones_end_are_told(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    site = hooked("channel_occupied", "channel_vacated")
    for client in [connect(site).join("news") for _ in range(2)]:
        client.connection.close()

    assert events(application.webhooks(2)) == [
        {"name": "channel_occupied", "channel": "news"},
        {"name": "channel_vacated", "channel": "news"},
    ]


def test_p_hook_member_a_users_first_connection_and_the_last_ones_end_are_told(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    site = hooked("member_added", "member_removed")
    for client in [connect(site).join("presence-room", "7") for _ in range(2)]:
        client.connection.close()

    assert events(application.webhooks(2)) == [
        {"name": "member_added", "channel": "presence-room", "user_id": "7"},
        {"name": "member_removed", "channel": "presence-room", "user_id": "7"},
    ]


def test_p_hook_held_who_comes_back_in_time_was_never_gone(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    site = hooked("member_added", "member_removed", "channel_occupied", "channel_vacated", timings=HELD)
    connect(site).join("presence-room", "7").connection.close()
    connect(site).join("presence-room", "7").join("news")

    told = [(event["name"], event["channel"]) for event in events(application.webhooks(3))]
    assert told == [
        ("channel_occupied", "presence-room"),
        ("member_added", "presence-room"),
        ("channel_occupied", "news"),
    ]


@pytest.mark.parametrize(("channel", "user"), [("private-room", None), ("presence-room", "7")])
def test_p_hook_client_a_client_event_is_told_with_its_sender(
    hooked: Hooked, application: Endpoint, connect: Connect, channel: str, user: str | None
) -> None:
    client = connect(hooked("client_event")).join(channel, user)
    client.whisper(channel, "client-typing", {"at": 3})
    (event,) = events(application.webhooks(1))

    assert json.loads(event.pop("data")) == {"at": 3}
    expected = {
        "name": "client_event",
        "channel": channel,
        "event": "client-typing",
        "socket_id": client.socket_id,
    }
    assert event == expected | ({"user_id": user} if user else {})


def test_p_hook_cache_a_miss_is_told_once_until_there_is_an_event(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    site = hooked("cache_miss", "channel_occupied")
    for _ in range(3):
        connect(site).join("cache-news")
    trigger(site, "cache-news", "headline")
    connect(site).join("cache-news")
    connect(site).join("end")

    told = [(event["name"], event["channel"]) for event in events(application.webhooks(3))]
    assert told == [
        ("channel_occupied", "cache-news"),
        ("cache_miss", "cache-news"),
        ("channel_occupied", "end"),
    ]


def test_p_hook_count_the_number_of_subscribers_is_told(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    connect(hooked("subscription_count", subscription_counts=True)).join("news")

    assert events(application.webhooks(1)) == [
        {"name": "subscription_count", "channel": "news", "subscription_count": 1}
    ]


def test_p_hook_chosen_what_was_not_asked_for_is_not_told(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    connect(hooked("member_added")).join("news").join("presence-room", "7")

    assert [event["name"] for event in events(application.webhooks(1))] == ["member_added"]


def test_p_hook_chosen_users_own_channels_are_never_told(
    hooked: Hooked, application: Endpoint, connect: Connect
) -> None:
    client = connect(hooked("channel_occupied")).sign_in("7")
    client.send("pusher:subscribe", {"channel": "#server-to-user-7"})
    client.next("pusher_internal:subscription_succeeded")
    client.join("news")

    assert [event["channel"] for event in events(application.webhooks(1))] == ["news"]
