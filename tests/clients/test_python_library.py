"""Official ``pusher`` for Python, the server library, against our HTTP API."""

from __future__ import annotations

import json

import pytest
from pusher import Pusher
from pusher.errors import PusherBadAuth, PusherBadRequest

from onair.protocol import signing
from tests.clients.conftest import APP, KEY, OpenClient
from tests.clients.joining import joined, signed_in
from tests.clients.node import Driver
from tests.server.clients import Site


def test_an_event_reaches_several_channels_but_not_its_sender(library: Pusher, pusher_js: OpenClient) -> None:
    sender, reader = joined(pusher_js(), "news"), joined(pusher_js(), "weather")
    socket_id = sender.next("connection", "connected").data["socket_id"]
    assert library.trigger(["news", "weather"], "rain", {"mm": 3}, socket_id) == {}
    library.trigger("news", "end", {})

    assert reader.next("weather", "rain").data == {"mm": 3}
    sender.next("news", "end")
    assert sender.told("news", "rain") == []


def test_a_batch_reaches_its_channels_in_order(library: Pusher, pusher_js: OpenClient) -> None:
    client = joined(pusher_js(), "news")
    batch = [{"channel": "news", "name": f"event-{number}", "data": {"n": number}} for number in range(10)]
    assert library.trigger_batch(batch) == {}

    told = [
        happening for happening in client.until("news", "event-9") if happening.event.startswith("event-")
    ]
    assert [happening.data["n"] for happening in told] == list(range(10))


# It signs an empty body's checksum with every GET, which other servers refuse.
def test_the_occupied_channels_are_listed(library: Pusher, pusher_js: OpenClient) -> None:
    joined(joined(pusher_js(user="7"), "presence-room"), "news")

    assert library.channels_info() == {"channels": {"presence-room": {}, "news": {}}}
    assert library.channels_info("presence-", ["user_count"]) == {
        "channels": {"presence-room": {"user_count": 1}}
    }


def test_a_channel_is_described(library: Pusher, pusher_js: OpenClient) -> None:
    joined(pusher_js(user="7"), "presence-room")

    assert library.channel_info("presence-room", ["user_count", "subscription_count"]) == {
        "occupied": True,
        "user_count": 1,
        "subscription_count": 1,
    }
    assert library.channel_info("void") == {"occupied": False}


def test_the_users_of_a_presence_channel_are_listed(library: Pusher, pusher_js: OpenClient) -> None:
    joined(pusher_js(user="7"), "presence-room")

    assert library.users_info("presence-room") == {"users": [{"id": "7"}]}


def test_every_sign_that_a_name_may_have_is_signed_and_found(
    library: Pusher, node_library: Driver, pusher_js: OpenClient
) -> None:
    channel, user = "presence-a_b-c=d@e,f.g;h", "a_b-c=d@e,f.g;h"
    client = signed_in(joined(pusher_js(user=user), channel))
    assert library.users_info(channel) == {"users": [{"id": user}]}
    assert node_library.call("get", f"/channels/{channel}/users")["body"] == {"users": [{"id": user}]}
    library.send_to_user(user, "invited", {})
    node_library.call("sendToUser", user, "invited", {})
    for _ in range(2):
        client.next("user", "invited")

    library.terminate_user_connections(user)
    client.next("connection", "disconnected")


def test_an_attribute_that_does_not_apply_is_refused(library: Pusher) -> None:
    with pytest.raises(PusherBadRequest, match="presence"):
        library.channels_info(attributes=["user_count"])


def test_a_wrong_secret_is_refused_and_shown_what_to_sign(site: Site) -> None:
    other = Pusher(APP.id, KEY.key, "wrong", ssl=False, host=site.host, port=site.port)
    with pytest.raises(PusherBadAuth, match="HmacSHA256Hex"):
        other.channels_info()
    other._pusher_client.http.session.close()


def test_an_event_for_a_user_reaches_it(library: Pusher, pusher_js: OpenClient) -> None:
    client = signed_in(pusher_js(user="7"))
    library.send_to_user("7", "invited", {"by": "8"})

    assert client.next("user", "invited").data == {"by": "8"}


def test_its_authorisations_are_ours(library: Pusher) -> None:
    signed = library.authenticate("presence-room", "12.34", {"user_id": "7", "user_info": {"name": "Ä"}})
    user = library.authenticate_user("12.34", {"id": "7"})

    channel_data = signed["channel_data"]
    assert signed["auth"] == signing.sign_channel(KEY, "12.34", "presence-room", channel_data)
    assert json.loads(user["user_data"]) == {"id": "7"}
    assert user["auth"] == signing.sign_user(KEY, "12.34", user["user_data"])
