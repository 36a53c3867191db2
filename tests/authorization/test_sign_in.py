from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from pytest_django import Settings

from onair.authorization import sign_in
from onair.authorization.decide import Refused
from onair.authorization.refusal_log import RefusalLog
from onair.authorization.sign_in import user_data_of
from onair.authorization.watchlist import watchlist, watchlists
from onair.protocol.user import user_of


@pytest.fixture(autouse=True)
def no_watchlist(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sign_in, "excess", RefusalLog())
    with watchlists.set_aside():
        yield


def request_of(user: Any) -> HttpRequest:
    request = HttpRequest()
    request.user = user
    return request


def signed_in(request: HttpRequest) -> dict[str, Any]:
    user_data = user_data_of(request)
    assert isinstance(user_data, str)
    return dict(json.loads(user_data))


def test_a_user_is_signed_in_as_presence_shows_it() -> None:
    request = request_of(User(pk=7, username="anna", email="anna@example.com"))
    assert signed_in(request) == {"id": "7", "user_info": {"name": "anna"}}


def test_a_user_is_signed_in_with_those_whom_it_watches() -> None:
    watchlist(lambda request: [request.user, 8])
    assert signed_in(request_of(User(pk=7, username="anna")))["watchlist"] == ["7", "8"]


def test_the_server_reads_what_is_signed() -> None:
    watchlist(lambda request: ["a b"])
    user_data = user_data_of(request_of(User(pk=7, username="anna")))
    assert isinstance(user_data, str)
    user = user_of(user_data)
    assert (user.id, user.info, user.watchlist) == ("7", b'{"name":"anna"}', ("a=20b",))


NOBODIES = [
    (AnonymousUser(), "Nobody has logged in.", "Log in first."),
    (None, "Nobody has logged in.", "AuthenticationMiddleware to MIDDLEWARE"),
    (User(pk=7, is_active=False), "The user is not active.", "Set is_active"),
]


@pytest.mark.parametrize(("user", "reason", "remedy"), NOBODIES)
def test_nobody_is_refused_with_the_remedy(user: Any, reason: str, remedy: str) -> None:
    refused = user_data_of(request_of(user))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.status) == (reason, 403)
    assert remedy in refused.remedy


def test_a_site_without_users_signs_nobody_in() -> None:
    assert isinstance(user_data_of(HttpRequest()), Refused)


def test_a_watchlist_that_fails_is_logged_and_the_user_signed_in(caplog: pytest.LogCaptureFixture) -> None:
    @watchlist
    def broken(request: HttpRequest) -> list[int]:
        raise LookupError("no friends")

    assert "watchlist" not in signed_in(request_of(User(pk=7)))
    assert f"@onair.watchlist of {__name__}:" in caplog.text
    assert "LookupError: no friends" in caplog.text


def test_the_first_of_too_many_are_watched_which_is_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ONAIR = {"MAX_WATCHLIST": 2}
    watchlist(lambda request: [3, 1, 2])
    for _ in range(2):
        assert signed_in(request_of(User(pk=7)))["watchlist"] == ["3", "1"]
    [record] = caplog.records
    assert "has 3 users: the first 2 are watched" in record.getMessage()
    assert 'ONAIR["MAX_WATCHLIST"]' in record.getMessage()
