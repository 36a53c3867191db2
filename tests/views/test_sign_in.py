from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pusher
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from onair import conf
from onair.authorization.watchlist import watchlist, watchlists
from onair.protocol.errors import InvalidSignature
from onair.protocol.signing import verify_user

URL = "/onair/user-auth"
SOCKET = "123.456"


@pytest.fixture(autouse=True)
def no_watchlist() -> Iterator[None]:
    with watchlists.set_aside():
        yield


@pytest.fixture
def client() -> Client:
    """A browser on one of the site's own pages."""
    return Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})


@pytest.fixture
def anna(client: Client, db: None) -> User:
    """Who has logged in there."""
    user = User.objects.create_user("anna", "anna@example.com", "secret")
    client.force_login(user)
    return user


def ask(client: Client, **options: Any) -> Any:
    return client.post(URL, {"socket_id": SOCKET}, **options)


def test_the_endpoint_has_a_name() -> None:
    assert reverse("onair:user-auth") == URL


def test_the_user_who_has_logged_in_is_signed(client: Client, anna: User) -> None:
    response = ask(client)
    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["auth", "user_data"]
    assert json.loads(answer["user_data"]) == {"id": str(anna.pk), "user_info": {"name": "anna"}}
    verify_user(conf.app(), answer["auth"], SOCKET, answer["user_data"])
    with pytest.raises(InvalidSignature):
        verify_user(conf.app(), answer["auth"], "123.457", answer["user_data"])


def test_the_user_may_be_asked_for_by_json(client: Client, anna: User) -> None:
    assert ask(client, content_type="application/json").json() == ask(client).json()


def test_the_users_watchlist_is_signed_with_it(client: Client, anna: User) -> None:
    watchlist(lambda request: [request.user.pk + 1])
    assert json.loads(ask(client).json()["user_data"])["watchlist"] == [str(anna.pk + 1)]


def test_the_answer_is_that_of_the_official_library(client: Client, anna: User, settings: Settings) -> None:
    """The library signs its own JSON of the same data, so that the signed text is compared by its parts."""
    settings.ONAIR = {"URL": "pusher://key:secret@eu/123"}
    watchlist(lambda request: [8])
    ours = ask(client).json()
    theirs = pusher.Pusher("123", "key", "secret").authenticate_user(SOCKET, json.loads(ours["user_data"]))
    assert json.loads(ours["user_data"]) == json.loads(theirs["user_data"])
    for answer in (ours, theirs):
        verify_user(conf.app(), answer["auth"], SOCKET, answer["user_data"])


def test_nobody_is_signed_in(client: Client, settings: Settings) -> None:
    response = ask(client)
    assert (response.status_code, response.json()) == (403, {"error": "You may not sign in."})
    settings.DEBUG = True
    assert ask(client).json() == {"error": "Nobody has logged in. Log in first."}


def test_a_user_who_is_not_active_is_not_signed_in(client: Client, anna: User) -> None:
    User.objects.update(is_active=False)
    assert ask(client).status_code == 403
