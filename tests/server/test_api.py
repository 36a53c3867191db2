"""The HTTP API, signed by us and by the official library."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pusher
import pytest

from onair.protocol.app import Credential
from onair.server.api.events import MAX_BATCH
from tests.server.clients import Client, Site, signed_path, wait_until
from tests.server.conftest import APP, Serve

EVENT = {"name": "saved", "channel": "news", "data": "{}"}


@pytest.fixture
def transport() -> str:
    return "wire"


@pytest.fixture
def listener(site: Site) -> Iterator[Client]:
    with site.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        yield client


@pytest.fixture
def library(site: Site) -> pusher.Pusher:
    return pusher.Pusher(APP.id, APP.key, APP.secret, host=site.host, port=site.port, ssl=False)


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


def test_success_is_an_empty_object_exactly(site: Site) -> None:
    assert site.post("events", EVENT) == (200, "{}")
    assert site.post("batch_events", {"batch": [EVENT]}) == (200, "{}")


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


def test_a_replaced_key_and_a_prefix_of_the_path_are_accepted(site: Site) -> None:
    assert site.post("events", EVENT, key=1) == (200, "{}")
    assert site.post("events", EVENT, prefix="/live") == (200, "{}")


def test_behind_a_proxy_the_path_is_signed_as_the_client_sees_it(serve: Serve) -> None:
    site = serve(options={"root_path": "/live"})
    path = signed_path(APP, "events", json.dumps(EVENT).encode(), prefix="/live")
    assert site.request("POST", path.removeprefix("/live"), json.dumps(EVENT).encode()) == (200, "{}")


STRANGER = replace(APP, credentials=(Credential("key", "another secret"),))

UNAUTHORISED: list[tuple[str, dict[str, Any], str]] = [
    ("another secret", {"app": STRANGER}, "you should have sent HmacSHA256Hex"),
    ("another key", {"auth_key": "nokey"}, "auth_key"),
    ("too old", {"age": 601}, "Timestamp expired"),
    ("from the future", {"age": -602}, "Timestamp expired"),
    ("another version", {"auth_version": "2.0"}, "auth_version"),
    ("another body", {"body_md5": "0" * 32}, "body_md5"),
    ("another parameter", {"extra": "1"}, "Invalid signature"),
    ("no signature", {"auth_signature": ""}, "Invalid signature"),
]


@pytest.mark.parametrize(
    ("options", "text"), [case[1:] for case in UNAUTHORISED], ids=[case[0] for case in UNAUTHORISED]
)
def test_a_request_that_no_secret_signed_is_refused(site: Site, options: dict[str, Any], text: str) -> None:
    status, answer = site.post("events", EVENT, **options)
    assert status == 401
    assert text in answer
    assert APP.secret not in answer


def test_an_unsigned_request_is_refused(site: Site) -> None:
    status, answer = site.request("POST", "/apps/1/events", b"{}")
    assert (status, "auth_key" in answer) == (401, True)


LIMIT = APP.limits.event_bytes

INVALID: list[tuple[Any, int, str]] = [
    ("{", 400, "not what was expected"),
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
    ({"name": "", "data": "", "channel": "news"}, 400, "event name"),
    ({"name": "x" * 201, "data": "", "channel": "news"}, 400, "event name"),
    ({"name": "pusher:error", "data": "", "channel": "news"}, 400, "reserved"),
    ({"name": "pusher_internal:x", "data": "", "channel": "news"}, 400, "reserved"),
    ({"name": "x", "data": "", "channel": "news", "socket_id": "1.2:x"}, 400, "socket id"),
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


def test_data_may_have_the_limit_exactly_even_if_every_byte_is_escaped(site: Site) -> None:
    data = "\u0007" * LIMIT
    assert site.post("events", EVENT | {"data": data}) == (200, "{}")


def test_of_a_batch_with_an_invalid_event_nothing_is_published(site: Site, listener: Client) -> None:
    status, answer = site.post("batch_events", {"batch": [EVENT, EVENT | {"name": ""}]})
    assert (status, "event name" in answer) == (400, True)
    site.publish("news", "last")
    assert listener.receive()["event"] == "last"


def test_a_batch_has_a_limit(site: Site) -> None:
    assert site.post("batch_events", {"batch": [EVENT] * MAX_BATCH}) == (200, "{}")
    status, answer = site.post("batch_events", {"batch": [EVENT] * (MAX_BATCH + 1)})
    assert (status, "1,000 are allowed" in answer) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/apps/1/events", 405, "POST to /apps/1/events"),
        ("POST", "/apps/1/nothing", 404, "events or batch_events"),
        ("POST", "/apps/2/events", 404, "No app is served"),
        ("GET", "/", 404, "No app is served"),
        ("GET", "/app/key", 404, "No app is served"),
    ],
)
def test_what_is_no_endpoint_says_which_are(
    site: Site, method: str, path: str, status: int, text: str
) -> None:
    got, answer = site.request(method, path)
    assert (got, text in answer) == (status, True)


def test_a_body_without_an_announced_length_is_bounded_as_well(site: Site) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        path = signed_path(APP, "events", b"")
        raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"%x\r\n%s\r\n" % (100_000, b" " * 100_000)
        for _ in range(7):
            raw.sendall(chunk)
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_an_unsigned_request_is_refused_before_its_body_is_read(site: Site) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        raw.sendall(b"POST /apps/1/batch_events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{")
        assert raw.recv(100).startswith(b"HTTP/1.1 401")


HEAD = b"POST /apps/1/events HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /",
        HEAD + b"X-Long: ",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Long: ",
    ],
    ids=["line", "header", "trailer"],
)
def test_a_head_without_end_is_refused(site: Site, beginning: bytes) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        raw.sendall(beginning)
        with pytest.raises(ConnectionError):
            raw.sendall(b"x" * 100_000_000)


def test_a_long_head_in_pieces_is_read(site: Site) -> None:
    head = HEAD + b"Content-Length: 0\r\nX-Long: " + b"x" * 50_000
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        for at in range(0, len(head), 1000):
            raw.sendall(head[at : at + 1000])
        raw.sendall(b"\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 401")


def test_a_client_that_goes_before_its_request_is_complete_is_no_error(site: Site) -> None:
    with socket.create_connection((site.host, site.port)) as raw:
        path = signed_path(APP, "events", b"{}")
        raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert site.post("events", EVENT) == (200, "{}")


class Recorder:
    """A listener of the hub that counts its writes."""

    socket_id = "1.1"

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, wire: bytes) -> None:
        self.writes.append(wire)


def test_requests_that_come_in_one_read_reach_a_subscriber_in_one_write(site: Site) -> None:
    recorder, count = Recorder(), 16
    site.call(site.server.served["1"].hub.subscribe, recorder, "news")
    recorder.writes.clear()
    body = json.dumps(EVENT).encode()
    request = (
        f"POST {signed_path(APP, 'events', body)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        raw.sendall((request.encode() + body) * count)
        answers = b""
        while answers.count(b"200 OK") < count:
            answers += raw.recv(65_536)
    wait_until(lambda: recorder.writes, "the hub has written")
    assert len(recorder.writes) == 1
    assert recorder.writes[0].count(b'"saved"') == count
