"""``GET channels`` and ``GET channels/NAME``."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pusher
import pytest

from tests.server.clients import Client, Site
from tests.server.conftest import APP, Serve

COUNTS = "user_count,subscription_count"


@pytest.fixture
def room(site: Site, listener: Client) -> Iterator[Client]:
    """Two connections of one user and one of another on a presence channel, beside the listener of news."""
    with site.connect() as first, site.connect() as second, site.connect() as third:
        clients = [Client(connection) for connection in (first, second, third)]
        for client, user_id in zip(clients, ("7", "7", "8"), strict=True):
            client.join(APP, client.established(), "presence-room", user_id)
        yield clients[0]


LISTS: dict[str, tuple[dict[str, str], dict[str, dict[str, int]]]] = {
    "all": ({}, {"news": {}, "presence-room": {}}),
    "by prefix": ({"filter_by_prefix": "presence-"}, {"presence-room": {}}),
    "by a whole name": ({"filter_by_prefix": "news"}, {"news": {}}),
    "none": ({"filter_by_prefix": "private-"}, {}),
    "counted": (
        {"filter_by_prefix": "presence-", "info": COUNTS},
        {"presence-room": {"user_count": 2, "subscription_count": 3}},
    ),
    "connections": (
        {"info": "subscription_count"},
        {"news": {"subscription_count": 1}, "presence-room": {"subscription_count": 3}},
    ),
    "an empty info": ({"info": ""}, {"news": {}, "presence-room": {}}),
}


@pytest.mark.usefixtures("room")
def test_the_list_has_the_occupied_channels(site: Site) -> None:
    for params, channels in LISTS.values():
        status, answer = site.get("channels", **params)
        assert (status, json.loads(answer)) == (200, {"channels": channels}), params


ONE: dict[str, tuple[str, str, dict[str, object]]] = {
    "occupied": ("news", "", {"occupied": True}),
    "empty": ("other", "", {"occupied": False}),
    "counted": ("presence-room", COUNTS, {"occupied": True, "user_count": 2, "subscription_count": 3}),
    "empty and counted": (
        "presence-other",
        COUNTS,
        {"occupied": False, "user_count": 0, "subscription_count": 0},
    ),
    "a public one": ("news", "subscription_count", {"occupied": True, "subscription_count": 1}),
    "nothing cached": ("cache-news", "cache", {"occupied": False, "cache": None}),
}


@pytest.mark.usefixtures("room")
def test_one_channel_is_described_as_asked(site: Site) -> None:
    for channel, info, described in ONE.values():
        status, answer = site.get(f"channels/{channel}", **({"info": info} if info else {}))
        assert (status, json.loads(answer)) == (200, described), channel


@pytest.mark.usefixtures("room")
def test_the_older_form_describes_a_channel_as_well(site: Site) -> None:
    assert json.loads(site.get("channels/news/stats")[1]) == {"occupied": True, "connection_count": 1}
    assert json.loads(site.get("channels/presence-room/stats")[1]) == {
        "occupied": True,
        "user_count": 2,
        "connection_count": 3,
    }


def test_a_cached_event_is_shown_with_the_seconds_that_it_is_kept_for(serve: Serve) -> None:
    site = serve(cache_seconds=100)
    site.post("events", {"name": "saved", "channel": "cache-news", "data": {"id": 7}})
    status, answer = site.get("channels/cache-news", info="cache,subscription_count")
    shown = json.loads(answer)
    assert (status, shown["occupied"], shown["subscription_count"]) == (200, False, 0)
    assert shown["cache"]["data"] == '{"id": 7}'
    assert 0 < shown["cache"]["ttl"] <= 100


def test_a_users_own_channel_is_nobodys_business(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.sign_in(APP, client.established(), "7")
        client.subscribe("#server-to-user-7", auth="")
        assert site.get("channels") == (200, '{"channels":{}}')
        assert site.get("channels/%23server-to-user-7")[0] == 400


INVALID = [
    ("channels", {"info": "user_count"}, "ask with filter_by_prefix=presence-"),
    ("channels", {"info": "user_count", "filter_by_prefix": "pres"}, "ask with filter_by_prefix=presence-"),
    ("channels", {"info": "cache"}, "'cache' in info is not known here"),
    ("channels", {"info": "subscription_count,occupied"}, "'occupied' in info is not known here"),
    ("channels/news", {"info": "user_count"}, "is for presence channels alone: news is not one"),
    ("channels/news", {"info": "cache"}, "is for cache channels alone: news is not one"),
    ("channels/news", {"info": "users"}, "user_count, subscription_count, cache are"),
    ("channels/my%20news", {}, "Invalid channel name 'my news'"),
    ("channels/news/users", {}, "Channel news has no users"),
    ("channels/my%20news/users", {}, "Invalid channel name"),
    ("channels/my%20news/stats", {}, "Invalid channel name"),
]


@pytest.mark.parametrize(("endpoint", "params", "text"), INVALID)
def test_what_does_not_apply_is_refused_with_a_remedy(
    site: Site, endpoint: str, params: dict[str, str], text: str
) -> None:
    status, answer = site.get(endpoint, **params)
    assert (status, text in answer) == (400, True), answer


@pytest.mark.usefixtures("room")
def test_the_official_library_asks(library: pusher.Pusher) -> None:
    # It sends the checksum of an empty body with every GET (P 1.7).
    assert library.channels_info() == {"channels": {"news": {}, "presence-room": {}}}
    assert library.channels_info("presence-", ["user_count"]) == {
        "channels": {"presence-room": {"user_count": 2}}
    }
    assert library.channel_info("presence-room", ["user_count", "subscription_count"]) == {
        "occupied": True,
        "user_count": 2,
        "subscription_count": 3,
    }
    assert library.users_info("presence-room") == {"users": [{"id": "7"}, {"id": "8"}]}
