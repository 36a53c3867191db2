"""Webhooks that arrive at the site, with real signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from onair import conf
from onair.protocol.app import App, Webhook
from onair.protocol.notices import MemberAdded
from onair.webhooks.endpoint import Endpoint
from onair.webhooks.schedule import Pace
from tests.receivers import PATIENCE, connected, receiving

URL = "/onair/webhooks/"

ADDED = {"name": "member_added", "channel": "presence-a", "user_id": "7"}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def body_of(*events: Any, age: float = 0) -> bytes:
    return json.dumps({"time_ms": int((time.time() - age) * 1000), "events": events}).encode()


def post(client: Client, body: bytes, *, key: str | None = None, signature: str | None = None) -> Any:
    app = conf.app()
    signed = hmac.new(app.secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-Pusher-Key": app.key if key is None else key,
        "X-Pusher-Signature": signed if signature is None else signature,
    }
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_each_event_of_a_webhook_is_a_signal(client: Client) -> None:
    sent = {
        "name": "client_event",
        "channel": "presence-a",
        "event": "client-e",
        "data": "{}",
        "socket_id": "1.2",
        "user_id": "7",
    }
    body = body_of({"name": "channel_occupied", "channel": "presence-a"}, ADDED, sent)
    with receiving() as received:
        assert post(client, body).status_code == 200
        told = [received.next() for _ in range(3)]
        assert received.is_empty
    assert [name for name, _ in told] == ["channel_occupied", "member_added", "client_event"]
    time_ms = json.loads(body)["time_ms"]
    assert told[1][1] == {
        "app_id": "1",
        "time": datetime.fromtimestamp(time_ms / 1000, UTC),
        "channel": "presence-a",
        "user_id": "7",
    }
    assert {name: told[2][1][name] for name in sent if name != "name"} == {
        name: value for name, value in sent.items() if name != "name"
    }


def test_what_hosted_pusher_may_add_is_no_mistake(client: Client) -> None:
    events = [{"name": "channel_renamed", "to": "b"}, ADDED | {"since": 1}, {"name": ["?"]}, {}]
    with receiving() as received:
        assert post(client, body_of(*events)).status_code == 200
        assert received.names(1) == ["member_added"]
        assert received.is_empty


TARGETS: list[dict[str, Any]] = [
    {"ONAIR": {"URL": "pusher://a-key:a-secret@eu/42"}},
    {"ONAIR": {"URL": "http://a-key:a-secret@localhost:6001/apps/42"}},
    {"PUSHER_APP_ID": "42", "PUSHER_KEY": "a-key", "PUSHER_SECRET": "a-secret"},
]


@pytest.mark.parametrize("target", TARGETS, ids=["hosted", "a server elsewhere", "the old settings"])
def test_it_takes_webhooks_of_whatever_serves_the_site(
    target: dict[str, Any], client: Client, settings: Settings
) -> None:
    for name, value in target.items():
        setattr(settings, name, value)
    with receiving() as received:
        assert post(client, body_of(ADDED), key="a-key").status_code == 200
        assert received.next()[1]["app_id"] == "42"


def test_a_credential_of_a_former_secret_key_is_valid(client: Client, settings: Settings) -> None:
    body = body_of(ADDED)
    before = conf.app()
    signature = hmac.new(before.secret.encode(), body, hashlib.sha256).hexdigest()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert conf.app().key != before.key
    assert post(client, body, key=before.key, signature=signature).status_code == 200


# Refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "unknown"}, "Invalid X-Pusher-Key 'unknown'"),
        ({"key": ""}, "Invalid X-Pusher-Key"),
        ({"signature": "0" * 64}, "Invalid X-Pusher-Signature"),
        ({"signature": ""}, "Invalid X-Pusher-Signature"),
    ],
)
def test_what_our_secret_did_not_sign_is_refused(change: dict[str, str], reason: str, client: Client) -> None:
    with receiving() as received:
        response = post(client, body_of(ADDED), **change)
        assert received.is_empty
    assert response.status_code == 401
    assert reason in response.json()["error"]


def test_a_body_that_was_tampered_with_is_refused(client: Client) -> None:
    body = body_of(ADDED)
    signature = hmac.new(conf.app().secret.encode(), body, hashlib.sha256).hexdigest()
    for other in (body.replace(b'"7"', b'"8"'), body + b" ", body.replace(b" ", b""), b""):
        assert post(client, other, signature=signature).status_code == 401
    assert post(client, body, signature=signature).status_code == 200


@pytest.mark.parametrize("age", [301, -301, 10_000_000])
def test_one_that_is_sent_again_later_is_refused(age: float, client: Client) -> None:
    with receiving() as received:
        response = post(client, body_of(ADDED, age=age))
        assert received.is_empty
    assert response.status_code == 400
    assert "clock" in response.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff",
        b"[]",
        b"{}",
        b'{"time_ms": "now", "events": []}',
        b'{"time_ms": 1, "events": {}}',
        b'{"time_ms": 1, "events": [1]}',
        json.dumps({"time_ms": 1, "events": [{"name": "member_added", "channel": "a"}]}).encode(),
    ],
)
def test_a_body_that_is_no_webhook_is_refused(body: bytes, client: Client) -> None:
    response = post(client, body)
    assert response.status_code == 400
    assert "The body is no webhook" in response.json()["error"]


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_taken(method: str, client: Client) -> None:
    response = getattr(client, method)(URL)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


# Receivers that fail -----------------------------------------------------------------------------------


def test_a_receiver_that_fails_has_it_sent_again(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    def fail(**arguments: Any) -> None:
        raise LookupError("not today")

    with connected("member_added", fail), receiving() as received:
        response = post(client, body_of(ADDED, {"name": "channel_vacated", "channel": "presence-a"}))
        assert received.names(2) == ["member_added", "channel_vacated"]
    assert response.status_code == 500
    assert "not today" in caplog.text


@pytest.mark.django_db
def test_what_one_receiver_wrote_stays_where_another_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)

    def write(user_id: str, **arguments: Any) -> None:
        User.objects.create(username=user_id)

    def fail(**arguments: Any) -> None:
        raise LookupError

    with connected("member_added", write), connected("member_added", fail):
        assert post(client, body_of(ADDED)).status_code == 500
    assert User.objects.filter(username="7").exists()


# From our own server -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_webhook_of_our_server_arrives_as_a_signal(live_server: LiveServer) -> None:
    app = conf.app()
    webhook = Webhook(url=f"{live_server.url}{URL}")
    endpoint = Endpoint(App(app.id, app.credentials), webhook, Pace())
    with receiving() as received:
        endpoint.put(MemberAdded("presence-a", "7"))
        name, arguments = received.next()
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert (name, arguments["user_id"]) == ("member_added", "7")
    assert endpoint.counters.sent == 1
