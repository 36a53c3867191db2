"""The HTTP API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from onair.protocol.app import Limits
from tests.conformance.application import ask, signed, trigger
from tests.conformance.conftest import Connect, Serve
from tests.server.clients import PATIENCE, Site

EVENT = {"name": "headline", "channel": "news", "data": "text"}


def test_p_api_events_an_event_goes_to_its_channels_and_the_answer_is_empty(
    site: Site, connect: Connect
) -> None:
    one, other = connect().join("news"), connect().join("weather")
    event = {"name": "headline", "channels": ["news", "weather"], "data": "text"}
    assert ask(site, "POST", "events", event) == (200, "{}")

    for client in (one, other):
        assert json.loads(client.text())["data"] == "text"


def test_p_api_events_data_that_is_no_text_comes_as_its_json(site: Site, connect: Connect) -> None:
    client = connect().join("news")
    ask(site, "POST", "events", EVENT | {"data": {"a": [1]}})

    assert json.loads(json.loads(client.text())["data"]) == {"a": [1]}


def test_p_api_exclude_the_socket_that_is_named_gets_nothing(site: Site, connect: Connect) -> None:
    one, other = connect().join("news"), connect().join("news")
    trigger(site, "news", "first", socket_id=one.socket_id)
    trigger(site, "news", "second")

    assert one.receive()["event"] == "second"
    assert [other.receive()["event"] for _ in range(2)] == ["first", "second"]


def test_p_api_info_says_who_listens(site: Site, connect: Connect) -> None:
    for user in ("1", "2", "2"):
        connect().join("presence-room", user)
    event = {"name": "a", "channels": ["presence-room"], "data": "", "info": "user_count,subscription_count"}

    assert ask(site, "POST", "events", event).json == {
        "channels": {"presence-room": {"user_count": 2, "subscription_count": 3}}
    }


def test_p_api_batch_several_events_are_published_in_order(site: Site, connect: Connect) -> None:
    client = connect().join("news")
    batch = [{"name": f"event-{number}", "channel": "news", "data": "1"} for number in range(10)]
    assert ask(site, "POST", "batch_events", {"batch": batch}) == (200, "{}")

    assert [client.receive()["event"] for _ in range(10)] == [event["name"] for event in batch]


def test_p_api_batch_with_info_the_answers_stand_in_the_events_places(site: Site, connect: Connect) -> None:
    connect().join("news")
    batch = [{**EVENT, "channel": "void"}, {**EVENT, "info": "subscription_count"}]

    assert ask(site, "POST", "batch_events", {"batch": batch}).json == {
        "batch": [{}, {"subscription_count": 1}]
    }


def test_p_api_batch_one_bad_event_refuses_all(site: Site, connect: Connect) -> None:
    client = connect().join("news")
    batch = [{**EVENT, "name": "good"}, {**EVENT, "name": "pusher:bad"}]
    assert ask(site, "POST", "batch_events", {"batch": batch}).status == 400
    trigger(site, "news", "next")

    assert client.receive()["event"] == "next"


def test_p_api_channels_the_occupied_ones_are_listed(site: Site, connect: Connect) -> None:
    connect().join("listed-news").join("presence-listed", "7").sign_in("7")
    client = connect().sign_in("8")
    client.send("pusher:subscribe", {"channel": "#server-to-user-8"})
    client.settle()
    listed = ask(site, "GET", "channels", filter_by_prefix="listed-")

    assert listed == (200, '{"channels":{"listed-news":{}}}')
    presence = ask(site, "GET", "channels", filter_by_prefix="presence-listed", info="user_count")
    assert presence.json == {"channels": {"presence-listed": {"user_count": 1}}}
    assert not [name for name in ask(site, "GET", "channels").json["channels"] if name.startswith("#")]


def test_p_api_channels_the_users_of_other_channels_cannot_be_counted(site: Site) -> None:
    assert ask(site, "GET", "channels", info="user_count").status == 400
    assert ask(site, "GET", "channels", info="colour").status == 400


def test_p_api_channel_one_is_described(site: Site, connect: Connect) -> None:
    assert ask(site, "GET", "channels/described-news") == (200, '{"occupied":false}')
    connect().join("described-news")
    described = ask(site, "GET", "channels/described-news", info="subscription_count").json
    assert described == {"occupied": True, "subscription_count": 1}
    assert ask(site, "GET", "channels/described-news", info="user_count").status == 400
    assert ask(site, "GET", "channels/described-news", info="cache").status == 400


def test_p_api_channel_the_cached_event_is_shown(site: Site) -> None:
    assert ask(site, "GET", "channels/cache-shown", info="cache").json["cache"] is None
    trigger(site, "cache-shown", "headline", {"a": 1})
    cached = ask(site, "GET", "channels/cache-shown", info="cache").json["cache"]

    assert cached["data"] == '{"a": 1}'
    assert 0 < cached["ttl"] <= 1800


def test_p_api_users_the_members_of_a_presence_channel_are_listed(site: Site, connect: Connect) -> None:
    for user in ("1", "2", "2"):
        connect().join("presence-users", user)

    assert ask(site, "GET", "channels/presence-users/users").json == {"users": [{"id": "1"}, {"id": "2"}]}
    assert ask(site, "GET", "channels/presence-void/users").json == {"users": []}
    assert ask(site, "GET", "channels/news/users").status == 400


def test_p_api_users_with_what_the_others_see_of_them(site: Site, connect: Connect) -> None:
    connect().join("presence-seen", "1")

    seen = [{"id": "1", "user_info": {"name": "User 1"}}]
    assert ask(site, "GET", "channels/presence-seen/users", info="user_info").json == {"users": seen}
    assert ask(site, "GET", "channels/presence-seen/users", info="e_mail").status == 400


@pytest.mark.parametrize("prefix", ["/apps/3", ""])
def test_p_api_terminate_ends_a_users_connections_also_without_the_app_in_the_path(
    site: Site, connect: Connect, prefix: str
) -> None:
    tabs, other = [connect().sign_in("terminated") for _ in range(2)], connect().sign_in("other")
    path = f"{prefix}/users/terminated/terminate_connections"
    query = urlencode(signed("POST", path, b"{}", {}))
    assert site.request("POST", f"{path}?{query}", b"{}") == (200, "{}")

    assert [tab.close_code() for tab in tabs] == [4009, 4009]
    assert other.settle() == []


def test_p_api_user_an_event_goes_to_every_connection_of_a_user(site: Site, connect: Connect) -> None:
    tabs = [connect().sign_in("7") for _ in range(2)]
    for tab in tabs:
        tab.send("pusher:subscribe", {"channel": "#server-to-user-7", "auth": ""})
        tab.next("pusher_internal:subscription_succeeded")
    assert trigger(site, "#server-to-user-7", "invited", {"by": "8"}) == (200, "{}")

    for tab in tabs:
        message = tab.next("invited")
        assert (message["channel"], message["data"]) == ("#server-to-user-7", {"by": "8"})


def test_p_api_size_an_events_data_has_a_limit_which_the_answer_names(serve: Serve) -> None:
    site = serve(limits=Limits(event_bytes=10_240))
    assert ask(site, "POST", "events", EVENT | {"data": "x" * 10_240}).status == 200

    answer = ask(site, "POST", "events", EVENT | {"data": "x" * 10_241})
    assert answer.status == 413
    assert "10,241 bytes, and 10,240 are allowed" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "events", b"no JSON", 400),
        ("POST", "events", {"name": "a", "data": ""}, 400),
        ("POST", "events", {"name": "a", "data": "", "channels": ["c"] * 101}, 400),
        ("POST", "events", {"name": "", "data": "", "channel": "c"}, 400),
        ("POST", "events", {"name": "a", "data": "", "channel": "b c"}, 400),
        ("POST", "events", {"name": "a", "data": "", "channel": "c", "socket_id": "no"}, 400),
        ("POST", "events", {"name": "a", "data": "", "channel": "c", "info": "colour"}, 400),
        ("POST", "batch_events", {"batch": 7}, 400),
        ("GET", "events", None, 405),
        ("POST", "channels", {}, 405),
        ("GET", "nothing", None, 404),
    ],
)
def test_p_api_error_what_cannot_be_done_is_answered_by_a_line_that_says_why(
    site: Site, method: str, path: str, body: Any, status: int
) -> None:
    answer = ask(site, method, path, body)

    assert answer.status == status
    assert len(answer.text.splitlines()) == 1


def test_p_api_error_an_app_that_is_not_there_is_told(site: Site) -> None:
    path = "/apps/99/channels"
    query = urlencode(signed("GET", path, b"", {}))

    assert site.request("GET", f"{path}?{query}")[0] == 404


def test_p_api_error_a_disabled_app_takes_nothing(serve: Serve) -> None:
    assert ask(serve(enabled=False), "POST", "events", EVENT).status == 403


def test_p_api_alive_a_connection_takes_request_after_request(site: Site) -> None:
    with urllib3.HTTPConnectionPool(site.host, site.port, maxsize=1, retries=False, timeout=PATIENCE) as pool:
        for _ in range(3):
            query = urlencode(signed("GET", "/apps/3/channels", b"", {}))
            assert pool.request("GET", f"/apps/3/channels?{query}").status == 200
        assert pool.num_connections == 1


def test_p_api_old_the_forms_of_2012_are_still_answered(site: Site, connect: Connect) -> None:
    client = connect().join("old-news")
    assert ask(site, "POST", "channels/old-news/events", b"text", name="headline").status == 202
    assert json.loads(client.text())["data"] == "text"

    assert ask(site, "GET", "channels/old-news/stats").json["occupied"] is True


def test_p_api_query_an_events_fields_may_stand_in_the_query(site: Site, connect: Connect) -> None:
    client = connect().join("news")
    assert ask(site, "POST", "events", name="headline", data="7", channel="news").status == 200

    client.next("headline")
