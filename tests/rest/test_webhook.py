"""The webhook that says which channels are occupied: who may post it, and what it changes."""

from __future__ import annotations

import json
import time
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import AsyncClient, Client
from django.urls import path
from pytest_django import Settings

from onair import conf
from onair.protocol.signing import sign_webhook
from onair.rest.views import ChannelExistenceWebhook
from onair.views.webhooks import TOLERANCE
from tests.rest.conftest import Site

urlpatterns = [path("hook/", ChannelExistenceWebhook.as_view())]

pytestmark = pytest.mark.urls(__name__)

OCCUPIED = {"name": "channel_occupied", "channel": "news"}
VACATED = {"name": "channel_vacated", "channel": "news"}


@pytest.fixture(params=["embedded", "hosted"])
def target(request: pytest.FixtureRequest) -> str:
    if request.param == "hosted":
        request.getfixturevalue("hosted")
    return str(request.param)


def signed(body: bytes) -> dict[str, str]:
    credential = conf.app().credentials[0]
    return {"X-Pusher-Key": credential.key, "X-Pusher-Signature": sign_webhook(credential.secret, body)}


def post(client: Client, body: bytes, headers: dict[str, str] | None = None) -> Any:
    given = signed(body) if headers is None else headers
    return client.post("/hook/", body, content_type="application/json", headers=given)


def now() -> int:
    return time.time_ns() // 1_000_000


def body_of(*events: dict[str, str], time_ms: int | None = None) -> bytes:
    return json.dumps({"time_ms": now() if time_ms is None else time_ms, "events": events}).encode()


def state(channel: str = "news") -> Any:
    return cache.get(f"drf-model-pusher:occupied:{channel}")


@pytest.mark.usefixtures("target")
def test_it_writes_down_what_is_occupied_and_what_is_not(client: Client) -> None:
    other = {"name": "channel_occupied", "channel": "presence-room-1"}
    made = now()
    response = post(client, body_of(OCCUPIED, other, time_ms=made))
    assert response.status_code == 201
    assert response.json() == {"time_ms": made, "events": [OCCUPIED, other]}
    assert (state(), state("presence-room-1")) == (True, True)
    assert post(client, body_of(VACATED, time_ms=made + 1)).status_code == 201
    assert state() is False


BODIES = [
    b'{"time_ms": %d, "events": [{"name": "channel_occupied", "channel": "news"}]}',
    b'{"time_ms":%d,"events":[{"name":"channel_occupied","channel":"news"}]}',
    b'{ "events" : [{"channel":"news","name":"channel_occupied"}],\n"time_ms":%d }',
    b'{"time_ms": %d, "a": "\xc3\xab", "events": [{"name": "channel_occupied", "channel": "news"}]}',
    b'{"time_ms": %d, "a": "\\u00eb", "events": [{"name": "channel_occupied", "channel": "news"}]}',
]


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("body", BODIES)
def test_the_body_is_verified_as_it_was_sent(client: Client, body: bytes) -> None:
    assert post(client, body % now()).status_code == 201
    assert state() is True


@pytest.mark.usefixtures("hosted")
def test_hosted_pushers_library_decides(client: Client) -> None:
    body = body_of(OCCUPIED, time_ms=123456789)
    headers = {"X-Pusher-Key": "any", "X-Pusher-Signature": "any"}
    with mock.patch("pusher.Pusher.validate_webhook") as validate:
        assert post(client, body, headers).status_code == 201
        validate.assert_called_once_with(key="any", signature="any", body=body.decode())
        validate.return_value = None
        assert post(client, body, headers).status_code == 403


HEADERS: list[dict[str, str]] = [
    {},
    {"X-Pusher-Key": "KEY"},
    {"X-Pusher-Signature": "RIGHT"},
    {"X-Pusher-Key": "", "X-Pusher-Signature": ""},
    {"X-Pusher-Key": "KEY", "X-Pusher-Signature": "wrong"},
    {"X-Pusher-Key": "KEY", "X-Pusher-Signature": "0" * 64},
    {"X-Pusher-Key": "KEY", "X-Pusher-Signature": "\u00fc"},
    {"X-Pusher-Key": "another", "X-Pusher-Signature": "RIGHT"},
    {"X-Pusher-Key": "\u00fc", "X-Pusher-Signature": "RIGHT"},
]


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_missing_and_wrong_headers_are_refused(client: Client, headers: dict[str, str]) -> None:
    body = body_of(OCCUPIED)
    right = signed(body)
    names = {"KEY": right["X-Pusher-Key"], "RIGHT": right["X-Pusher-Signature"]}
    response = post(client, body, {name: names.get(value, value) for name, value in headers.items()})
    assert response.status_code == 403
    assert "X-Pusher-Signature" in response.json()["detail"]
    assert state() is None


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("age", [2 * TOLERANCE, -2 * TOLERANCE])
def test_an_old_webhook_cannot_be_sent_again(client: Client, age: int) -> None:
    assert post(client, body_of(OCCUPIED, time_ms=now() - age * 1000)).status_code == 403


NO_WEBHOOKS = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{}",
    b'{"time_ms": "soon"}',
    b'{"time_ms": []}',
]


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("body", NO_WEBHOOKS)
def test_what_is_no_webhook_is_refused_even_when_it_is_signed(client: Client, body: bytes) -> None:
    assert post(client, body).status_code in {400, 403}


INVALID = [
    {"events": "channel_occupied"},
    {"events": [{"name": "channel_occupied"}]},
    {"events": [7]},
    {},
]


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("content", INVALID)
def test_a_webhook_of_another_form_is_a_bad_request(client: Client, content: dict[str, Any]) -> None:
    assert post(client, json.dumps({"time_ms": now(), **content}).encode()).status_code == 400


def test_other_events_change_nothing(client: Client) -> None:
    member = {"name": "member_added", "channel": "presence-news"}
    no_channel = {"name": "channel_occupied", "channel": "a b"}  # no key of a cache either
    assert post(client, body_of(member, no_channel)).status_code == 201
    assert state("presence-news") is None


ORDERS = [
    ([(OCCUPIED, 0), (VACATED, 1)], False),
    ([(OCCUPIED, 0), (VACATED, 0)], False),  # as the old package's own tests post it
    ([(OCCUPIED, 1), (VACATED, 0)], True),
    ([(VACATED, 1), (OCCUPIED, 0)], False),
    ([(OCCUPIED, 0), (VACATED, 2), (OCCUPIED, 1)], False),
    ([(VACATED, 0), (OCCUPIED, 0)], True),
]


@pytest.mark.parametrize(("posted", "state_after"), ORDERS)
def test_a_late_webhook_does_not_overwrite_a_newer_one(
    client: Client, posted: list[tuple[dict[str, str], int]], state_after: bool
) -> None:
    made = now()
    for event, later in posted:
        assert post(client, body_of(event, time_ms=made + later)).status_code == 201
    assert state() is state_after


DEFAULTS = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "ALLOWED_VERSIONS": ["2"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "1/day"},
    "UNAUTHENTICATED_USER": None,
}

POSTED = """
import json, time
from rest_framework.test import APIRequestFactory
from rest_framework.settings import api_settings
from onair import conf
from onair.protocol.signing import sign_webhook
from onair.rest import ChannelExistenceWebhook

assert api_settings.DEFAULT_THROTTLE_CLASSES
for number in range(3):
    credential = conf.app().credentials[0]
    body = json.dumps({"time_ms": time.time_ns() // 1_000_000, "events": []})
    signature = sign_webhook(credential.secret, body.encode())
    headers = {"X-Pusher-Key": credential.key, "X-Pusher-Signature": signature}
    request = APIRequestFactory().post("/", body, content_type="application/json", headers=headers)
    response = ChannelExistenceWebhook.as_view()(request).render()
    print(response.status_code, response.headers["Content-Type"])
"""


def test_the_sites_defaults_do_not_decide(rest_site: Site) -> None:
    done = rest_site(POSTED, rest_framework=DEFAULTS)
    assert done.stdout == "201 application/json\n" * 3


def test_neither_login_nor_token_is_asked_for(settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert post(Client(enforce_csrf_checks=True), body_of(OCCUPIED)).status_code == 201


def test_wrong_settings_are_said_and_nobody_is_let_in(
    client: Client, hosted: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    body = body_of(OCCUPIED)
    headers = signed(body)
    hosted.PUSHER_SECRET = ""
    assert post(client, body, headers).status_code == 403
    assert "PUSHER_SECRET is empty" in caplog.text


def test_under_asgi_it_is_heard_too() -> None:
    body = body_of(OCCUPIED)
    post_it = async_to_sync(AsyncClient().post)
    response = post_it("/hook/", body, content_type="application/json", headers=signed(body))
    assert response.status_code == 201
