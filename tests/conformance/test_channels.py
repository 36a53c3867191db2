"""Channels and names."""

from __future__ import annotations

import json

import pytest

from tests.conformance.application import trigger
from tests.conformance.conftest import Connect
from tests.conformance.peer import SUCCEEDED
from tests.server.clients import Site

LONGEST = 200


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("news", "public"),
        ("privateer", "public"),
        ("presenceful", "public"),
        ("my-cache-news", "public"),
        ("private-news", "private"),
        ("private-encrypted-news", "private"),
        ("private-cache-news", "private"),
        ("private-encrypted-cache-news", "private"),
        ("presence-news", "presence"),
        ("presence-cache-news", "presence"),
        ("cache-news", "public"),
    ],
)
def test_p_ch_the_prefix_at_the_names_start_says_what_a_channel_needs(
    connect: Connect, channel: str, kind: str
) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": channel, "auth": ""})
    if kind == "public":
        client.next(SUCCEEDED)
        return
    client.next("pusher:error")
    client.next("pusher:subscription_error")
    client.send(
        "pusher:subscribe",
        {"channel": channel, **client.authorized(channel, "7" if kind == "presence" else None)},
    )
    data = client.next(SUCCEEDED)["data"]
    assert ("presence" in data) == (kind == "presence")


@pytest.mark.parametrize("channel", ["x", "A-z_0=@,.;-", "x" * LONGEST])
def test_p_name_a_channel_has_up_to_200_letters_digits_and_a_few_signs(
    connect: Connect, channel: str
) -> None:
    connect().join(channel)


@pytest.mark.parametrize("channel", ["", "x" * (LONGEST + 1), "a b", "ä", "a/b", "#a", "a:b", "a\n"])
def test_p_name_another_name_is_refused(site: Site, connect: Connect, channel: str) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": channel})

    assert "channel name" in client.error()["message"]
    assert client.next("pusher:subscription_error")["data"]["status"] == 400
    assert trigger(site, channel, "headline").status == 400


@pytest.mark.parametrize("event", ["a", "App\\Events\\Shipped", ".dotted", "å ä", "x" * LONGEST])
def test_p_evn_an_event_has_any_name_of_up_to_200_characters(
    site: Site, connect: Connect, event: str
) -> None:
    client = connect().join("weather")
    assert trigger(site, "weather", event) == (200, "{}")

    client.next(event)


@pytest.mark.parametrize("event", ["", "x" * (LONGEST + 1), "pusher:ping", "pusher_internal:member_added"])
def test_p_evn_the_protocols_own_names_are_not_to_be_published(site: Site, event: str) -> None:
    assert trigger(site, "weather", event).status == 400


@pytest.mark.parametrize("user", ["7", "a@example.com", "x" * LONGEST])
def test_p_user_a_user_has_an_id_of_the_same_signs(connect: Connect, user: str) -> None:
    connect().join("presence-room", user)
    connect().sign_in(user)


@pytest.mark.parametrize("user", ["", "x" * (LONGEST + 1), "a b", "a/b"])
def test_p_user_another_id_is_refused(connect: Connect, user: str) -> None:
    client = connect()
    client.send("pusher:subscribe", {"channel": "presence-room", **client.authorized("presence-room", user)})
    assert "user id" in client.error()["message"]
    client.next("pusher:subscription_error")
    user_data = json.dumps({"id": user})
    client.send("pusher:signin", {"auth": client.user_auth(user_data), "user_data": user_data})
    assert "user id" in client.error()["message"]


def test_p_user_a_number_is_taken_as_its_digits(connect: Connect) -> None:
    client = connect()
    data = json.dumps({"user_id": 7})
    auth = client.channel_auth("presence-room", data)
    client.send("pusher:subscribe", {"channel": "presence-room", "auth": auth, "channel_data": data})

    assert client.next(SUCCEEDED)["data"]["presence"]["ids"] == ["7"]
