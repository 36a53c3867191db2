"""``POST events`` and ``POST batch_events``, by us and by the official library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pusher
import pytest

from onair.server.api.events import MAX_BATCH
from tests.server.clients import Client, Site, signed_path
from tests.server.conftest import APP, Serve

EVENT = {"name": "saved", "channel": "news", "data": "{}"}


def test_the_official_library_publishes(library: pusher.Pusher, listener: Client) -> None:
    assert library.trigger(["news", "other"], "saved", {"id": 7}) == {}
    assert listener.receive() == {"event": "saved", "channel": "news", "data": {"id": 7}}


def test_the_official_library_publishes_batches(library: pusher.Pusher, listener: Client) -> None:
    events = [{"channel": "news", "name": f"event-{number}", "data": {"id": number}} for number in range(10)]
    assert library.trigger_batch(events) == {}
    assert [listener.receive()["event"] for _ in range(10)] == [f"event-{number}" for number in range(10)]


def test_the_official_library_excludes_a_socket(site: Site, library: pusher.Pusher, listener: Client) -> None:
    with site.connect() as connection:
        excluded = Client(connection)
        socket_id = excluded.established()
        excluded.subscribe("news")
        library.trigger("news", "saved", {}, socket_id)
        library.trigger("news", "last", {})
        assert excluded.receive()["event"] == "last"
        assert listener.receive()["event"] == "saved"


def test_the_official_library_sends_to_a_user(site: Site, library: pusher.Pusher) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.sign_in(APP, client.established(), "7")
        client.subscribe("#server-to-user-7", auth="")
        assert library.send_to_user("7", "saved", {"id": 1}) == {}
        assert client.receive() == {"event": "saved", "channel": "#server-to-user-7", "data": {"id": 1}}


def test_success_is_an_empty_object_exactly(site: Site) -> None:
    assert site.post("events", EVENT) == (200, "{}")
    assert site.post("batch_events", {"batch": [EVENT]}) == (200, "{}")
    assert site.post("batch_events", {"batch": []}) == (200, "{}")


@pytest.mark.parametrize(
    ("data", "received"),
    [
        ("plain text", "plain text"),
        ('{"a": 1}', '{"a": 1}'),
        ('"\\u00fc"', '"\\u00fc"'),
        ({"a": [1, None]}, '{"a": [1, null]}'),
        ([], "[]"),
        (7, "7"),
        (None, "null"),
        ("", ""),
        ("ü\u0000\U0001f600", "ü\u0000\U0001f600"),
    ],
)
def test_data_is_passed_on_as_it_is_and_other_values_as_their_json(
    site: Site, listener: Client, data: Any, received: str
) -> None:
    assert site.post("events", EVENT | {"data": data}) == (200, "{}")
    assert json.loads(listener.connection.recv(timeout=10))["data"] == received


def test_data_may_have_the_limit_exactly_even_if_every_byte_is_escaped(site: Site) -> None:
    data = "\u0007" * LIMIT
    assert site.post("events", EVENT | {"data": data}) == (200, "{}")


QUERIES: dict[str, tuple[dict[str, str], Mapping[str, Any] | None]] = {
    "all of it": ({"name": "saved", "channel": "news", "data": '{"id":7}'}, None),
    "some of it": ({"name": "saved", "channel": "news"}, {"data": {"id": 7}}),
    "what the body overrules": ({"name": "other", "channel": "news"}, {"name": "saved", "data": {"id": 7}}),
    "one of several channels": ({"name": "saved", "channels[]": "news"}, {"data": {"id": 7}}),
}


@pytest.mark.parametrize(("params", "body"), QUERIES.values(), ids=QUERIES)
def test_parameters_may_be_in_the_query(
    site: Site, listener: Client, params: dict[str, str], body: Mapping[str, Any] | None
) -> None:
    payload = b"" if body is None else json.dumps(body).encode()
    path = signed_path(APP, "events", payload, params=params)
    assert site.request("POST", path, payload) == (200, "{}")
    assert listener.receive() == {"event": "saved", "channel": "news", "data": {"id": 7}}


def test_several_channels_may_be_in_the_query(site: Site, listener: Client) -> None:
    # Signed in their order, as they were sent.
    params = {"name": "saved", "data": "{}", "channels[]": "other&channels[]=news"}
    path = signed_path(APP, "events", params=params).replace("%26channels%5B%5D%3D", "&channels%5B%5D=")
    assert site.request("POST", path) == (200, "{}")
    assert listener.receive()["channel"] == "news"


def test_info_describes_each_channel_with_what_it_has(site: Site, listener: Client) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.join(APP, client.established(), "presence-room", "7")
        channels = ["presence-room", "news", "presence-empty", "news"]
        event = {"name": "saved", "channels": channels, "data": "{}", "info": "user_count,subscription_count"}
        status, answer = site.post("events", event)
    assert status == 200
    assert json.loads(answer) == {
        "channels": {
            "presence-room": {"user_count": 1, "subscription_count": 1},
            "news": {"subscription_count": 1},
            "presence-empty": {"user_count": 0, "subscription_count": 0},
        }
    }


def test_info_of_a_batch_stands_where_its_event_stood(site: Site, listener: Client) -> None:
    batch = [
        EVENT,
        EVENT | {"info": "subscription_count"},
        EVENT | {"channel": "empty", "info": "user_count"},
    ]
    status, answer = site.post("batch_events", {"batch": batch})
    assert (status, json.loads(answer)) == (200, {"batch": [{}, {"subscription_count": 1}, {}]})


def test_an_empty_info_asks_for_nothing(site: Site) -> None:
    assert site.post("events", EVENT | {"info": ""}) == (200, "{}")
    assert site.post("batch_events", {"batch": [EVENT | {"info": None}]}) == (200, "{}")


LIMIT = APP.limits.event_bytes

INVALID: list[tuple[Any, int, str]] = [
    ("{", 400, "not what was expected"),
    ("", 400, "not what was expected"),
    (b"\xff", 400, "UTF-8"),
    (b'{"name": "x", "channel": "news", "data": {"a": "\xff"}}', 400, "UTF-8"),
    ([], 400, "Expected `object`"),
    ({}, 400, "missing required field `name`"),
    ({"name": "x", "channel": "news"}, 400, "missing required field `data`"),
    ({"name": "x", "data": ""}, 400, "0 channels"),
    ({"name": "x", "data": "", "channels": []}, 400, "0 channels"),
    ({"name": "x", "data": "", "channels": ["c"] * 101}, 400, "101 channels"),
    ({"name": "x", "data": "", "channels": "news"}, 400, "channels"),
    ({"name": "x", "data": "", "channels": ["a channel"]}, 400, "Invalid channel name"),
    ({"name": "x", "data": "", "channel": "#private"}, 400, "Invalid channel name"),
    ({"name": "x", "data": "", "channel": "#server-to-user-"}, 400, "Invalid user id"),
    ({"name": "x", "data": "", "channel": "#server-to-user-a b"}, 400, "Invalid user id"),
    ({"name": "", "data": "", "channel": "news"}, 400, "event name"),
    ({"name": "x" * 201, "data": "", "channel": "news"}, 400, "event name"),
    ({"name": "pusher:error", "data": "", "channel": "news"}, 400, "reserved"),
    ({"name": "pusher_internal:x", "data": "", "channel": "news"}, 400, "reserved"),
    ({"name": "x", "data": "", "channel": "news", "socket_id": "1.2:x"}, 400, "socket id"),
    (
        {"name": "x", "data": "", "channel": "news", "info": "user_counts"},
        400,
        "user_count, subscription_count",
    ),
    ({"name": "x", "data": "", "channel": "news", "info": "cache"}, 400, "'cache' in info is not known here"),
    (b'{"name": "x", "data": "\\ud800", "channel": "news"}', 400, "not what was expected"),
    (
        {"name": "x", "data": "x" * (LIMIT + 1), "channel": "news"},
        413,
        "102,401 bytes, and 102,400 are allowed",
    ),
    ({"name": "x", "data": "ü" * (LIMIT // 2 + 1), "channel": "news"}, 413, "are allowed"),
    ({"name": "x", "data": "x" * 7 * LIMIT, "channel": "news"}, 413, "send fewer or smaller events"),
]


@pytest.mark.parametrize(
    ("body", "status", "text"), INVALID, ids=[case[2] + str(i) for i, case in enumerate(INVALID)]
)
def test_an_invalid_event_is_refused_with_a_remedy(site: Site, body: Any, status: int, text: str) -> None:
    got, answer = site.post("events", body)
    assert got == status, answer
    assert text in answer


@pytest.mark.parametrize("event", [EVENT | {"name": ""}, EVENT | {"info": "x"}, EVENT | {"channel": "#"}])
def test_of_a_batch_with_an_invalid_event_nothing_is_published(
    site: Site, listener: Client, event: dict[str, str]
) -> None:
    assert site.post("batch_events", {"batch": [EVENT, event]})[0] == 400
    site.publish("news", "last")
    assert listener.receive()["event"] == "last"


def test_a_batch_has_a_limit(site: Site) -> None:
    assert site.post("batch_events", {"batch": [EVENT] * MAX_BATCH}) == (200, "{}")
    status, answer = site.post("batch_events", {"batch": [EVENT] * (MAX_BATCH + 1)})
    assert (status, "1,000 are allowed" in answer) == (400, True)


def test_a_smaller_limit_of_the_app_counts(serve: Serve) -> None:
    site = serve(event_bytes=10)
    assert site.post("events", EVENT | {"data": "x" * 10}) == (200, "{}")
    status, answer = site.post("events", EVENT | {"data": "x" * 11})
    assert (status, "11 bytes, and 10 are allowed" in answer) == (413, True)


class TestTheOlderForm:
    """``POST channels/NAME/events?name=``, whose body is the data."""

    def publish(self, site: Site, body: bytes, channel: str = "news", **params: str) -> tuple[int, str]:
        path = signed_path(site.app, f"channels/{channel}/events", body, params=params)
        return site.request("POST", path, body)

    def test_publishes_its_body(self, site: Site, listener: Client) -> None:
        assert self.publish(site, b'{"id":7}', name="saved") == (202, "{}")
        assert listener.receive() == {"event": "saved", "channel": "news", "data": {"id": 7}}

    def test_does_not_look_into_the_data(self, site: Site, listener: Client) -> None:
        assert self.publish(site, "ü, plain".encode(), name="saved") == (202, "{}")
        assert json.loads(listener.connection.recv(timeout=10))["data"] == "ü, plain"

    def test_excludes_a_socket(self, site: Site, listener: Client) -> None:
        with site.connect() as connection:
            excluded = Client(connection)
            socket_id = excluded.established()
            excluded.subscribe("news")
            self.publish(site, b"{}", name="saved", socket_id=socket_id)
            self.publish(site, b"{}", name="last")
            assert excluded.receive()["event"] == "last"

    @pytest.mark.parametrize(
        ("body", "channel", "params", "status", "text"),
        [
            (b"{}", "news", {}, 400, "event name"),
            (b"{}", "news", {"name": "pusher:x"}, 400, "reserved"),
            (b"{}", "ne%20ws", {"name": "saved"}, 400, "Invalid channel name"),
            (b"{}", "news", {"name": "saved", "socket_id": "me"}, 400, "socket id"),
            (b"\xff", "news", {"name": "saved"}, 400, "UTF-8"),
            (b"x" * (LIMIT + 1), "news", {"name": "saved"}, 413, "102,400 bytes"),
        ],
    )
    def test_refuses_what_is_invalid(
        self, site: Site, body: bytes, channel: str, params: dict[str, str], status: int, text: str
    ) -> None:
        got, answer = self.publish(site, body, channel, **params)
        assert (got, text in answer) == (status, True), answer
