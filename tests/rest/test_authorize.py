"""The endpoints for who logs in by Django REST framework; tests/views has the finer points of the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import connection, connections
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.test import AsyncClient, Client, RequestFactory
from django.urls import path
from pytest_django import Settings
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from onair import conf
from onair.authorization import grants
from onair.authorization.rules import authorize, rules
from onair.protocol.signing import verify_channel, verify_user
from onair.rest import AuthorizeView, SignInView

SOCKET = "123.456"


class Token(BaseAuthentication):
    """A token is a user's name."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        given = request.headers.get("Authorization", "")
        if not given.startswith("Token "):
            return None
        user = User.objects.filter(username=given.removeprefix("Token ")).first()
        if user is None:
            raise AuthenticationFailed("Invalid token.")
        return user, given

    def authenticate_header(self, request: Request) -> str:
        return "Token"


urlpatterns = [
    path("auth", AuthorizeView.as_view(authentication_classes=[Token])),
    path("user-auth", SignInView.as_view(authentication_classes=[Token])),
    path("session-auth", AuthorizeView.as_view(authentication_classes=[SessionAuthentication])),
]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def only_these_rules() -> Iterator[None]:
    with rules.set_aside():
        authorize("private-of-{name}")(lambda request, name: request.user.username == name)
        authorize("presence-room")(lambda request: {"name": request.user.username})
        authorize("private-open")(lambda request: True)
        yield


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


def ask(client: Client, *, url: str = "/auth", token: str | None = "anna", **fields: Any) -> Any:
    headers = {} if token is None else {"Authorization": f"Token {token}"}
    return client.post(url, {"socket_id": SOCKET, **fields}, headers=headers)


def ask_many(client: Client, channels: Any, token: str = "anna") -> Any:
    content = {"socket_id": SOCKET, "channels": channels}
    return client.post(
        "/auth", content, content_type="application/json", headers={"Authorization": f"Token {token}"}
    )


@pytest.mark.usefixtures("anna")
def test_who_has_a_token_joins_what_the_rules_allow(client: Client) -> None:
    response = ask(client, channel_name="private-of-anna")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    verify_channel(conf.app(), response.json()["auth"], SOCKET, "private-of-anna")
    assert ask(client, channel_name="private-of-ben").status_code == 403
    assert ask(client, channel_name="public").status_code == 400


def test_presence_shows_the_user_of_the_token(client: Client, anna: User) -> None:
    answer = ask(client, channel_name="presence-room").json()
    verify_channel(conf.app(), answer["auth"], SOCKET, "presence-room", answer["channel_data"])
    assert json.loads(answer["channel_data"]) == {"user_id": str(anna.pk), "user_info": {"name": "anna"}}


def test_a_grant_is_for_the_user_of_the_token(client: Client, anna: User) -> None:
    User.objects.create_user("ben")
    grant = grants.grant("private-page", anna)
    assert ask(client, channel_name="private-page", grant=grant).status_code == 200
    assert ask(client, channel_name="private-page", grant=grant, token="ben").status_code == 403


@pytest.mark.usefixtures("anna")
def test_many_channels_are_answered_each_for_itself(client: Client) -> None:
    names = ["private-of-anna", "private-of-ben", "presence-room"]
    answers = ask_many(client, [{"name": name} for name in names]).json()["channels"]
    assert ["auth" in answers[name] for name in names] == [True, False, True]
    hundred = [{"name": f"private-{number}"} for number in range(101)]
    assert ask_many(client, hundred[:100]).status_code == 200
    assert ask_many(client, hundred).status_code == 400


def test_a_wrong_token_is_refused(client: Client) -> None:
    response = ask(client, channel_name="private-open", token="nobody")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Token"


def test_without_a_token_nobody_asks(client: Client, settings: Settings) -> None:
    assert ask(client, channel_name="private-open", token=None).status_code == 200
    assert ask(client, channel_name="presence-room", token=None).status_code == 403
    settings.REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
    assert ask(client, channel_name="presence-room", token=None).status_code == 403


def test_a_cookie_is_no_token(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert ask(client, channel_name="private-of-anna", token=None).status_code == 403


def test_a_session_needs_its_csrf_token(anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    fields = {"socket_id": SOCKET, "channel_name": "private-of-anna"}
    assert client.post("/session-auth", fields).status_code == 403
    request = RequestFactory().get("/")
    token = get_token(request)
    client.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    assert client.post("/session-auth", fields, headers={"X-CSRFToken": token}).status_code == 200


def test_the_sites_default_permissions_do_not_decide() -> None:
    assert AuthorizeView.permission_classes == SignInView.permission_classes == (AllowAny,)


BODIES = [
    b"",
    b"{",
    b"\xff",
    b"[]",
    b"null",
    b"7",
    b"[" * 100_000,
    b'{"socket_id": "1.2"}',
    b'{"socket_id": "evil", "channel_name": "private-open"}',
    b'{"socket_id": "1.2", "channel_name": 7}',
    b'{"socket_id": "1.2", "channels": 7}',
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_asks_nothing_is_refused(client: Client, body: bytes) -> None:
    assert client.post("/auth", body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("url", ["/auth", "/user-auth"])
def test_only_a_post_is_answered(client: Client, url: str) -> None:
    assert client.get(url).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_what_one_rule_does_to_the_database_does_not_reach_the_next(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    authorize("private-plain")(lambda request: not connection.in_atomic_block)
    assert ask(client, channel_name="private-plain", token=None).status_code == 200


@pytest.mark.usefixtures("anna")
def test_an_async_rule_gets_the_user_of_the_token() -> None:
    @authorize("private-async")
    async def rule(request: HttpRequest) -> bool:
        return (await request.auser()).get_username() == request.user.get_username() == "anna"

    post = async_to_sync(AsyncClient().post)
    fields = {"socket_id": SOCKET, "channel_name": "private-async"}
    assert post("/auth", fields, headers={"Authorization": "Token anna"}).status_code == 200


def test_who_has_a_token_signs_in(client: Client, anna: User) -> None:
    answer = ask(client, url="/user-auth").json()
    verify_user(conf.app(), answer["auth"], SOCKET, answer["user_data"])
    assert json.loads(answer["user_data"])["id"] == str(anna.pk)
    assert ask(client, url="/user-auth", token=None).status_code == 403
