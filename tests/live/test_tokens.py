from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends import cache, signed_cookies
from django.core import signing
from django.http import HttpRequest
from django.test import RequestFactory

from onair.live.tokens import BadPageToken, check, page_token, read
from tests.live.events.pages import Other, Sample


def request_of(user: Any = None, session: Any = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    if session is not None:
        request.session = session
    return request


def session_with(key: str | None, store: Any = cache.SessionStore) -> Any:
    return store(key)


def test_a_token_gives_back_what_was_put_into_it() -> None:
    token = page_token(request_of(), Sample, seen=7)
    assert read(token, request_of())["seen"] == 7
    assert check(token, request_of(), Sample())["seen"] == 7


def test_a_token_is_of_one_view() -> None:
    with pytest.raises(BadPageToken, match="another view"):
        check(page_token(request_of(), Sample), request_of(), Other)


def test_a_token_from_before_the_handlers_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token = page_token(request_of(), Sample)
    monkeypatch.setattr(Sample, "_onair_handlers", ())
    with pytest.raises(BadPageToken, match="site has changed"):
        check(token, request_of(), Sample)


def test_a_token_is_of_one_user_and_one_session() -> None:
    anna, berta = User(pk=1), User(pk=2)
    token = page_token(request_of(anna, session_with("a" * 32)), Sample)
    assert read(token, request_of(anna, session_with("a" * 32)))
    for other in (
        request_of(berta, session_with("a" * 32)),
        request_of(anna, session_with("b" * 32)),
        request_of(anna),
        request_of(),
    ):
        with pytest.raises(BadPageToken, match="logged in or out"):
            read(token, other)


def test_a_page_from_before_an_anonymous_session_stays_good() -> None:
    token = page_token(request_of(), Sample)
    assert read(token, request_of(session=session_with("a" * 32)))
    with pytest.raises(BadPageToken):
        read(token, request_of(User(pk=1), session_with("a" * 32)))


def test_a_session_in_a_cookie_may_change_its_content() -> None:
    first, second = signed_cookies.SessionStore("one"), signed_cookies.SessionStore("two")
    token = page_token(request_of(session=first), Sample)
    assert read(token, request_of(session=second))


@pytest.mark.parametrize("age", [0, 12 * 60 * 60 + 1])
def test_a_token_is_good_for_twelve_hours(age: int, monkeypatch: pytest.MonkeyPatch) -> None:
    token = page_token(request_of(), Sample)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + age)
    if not age:
        assert read(token, request_of())
        return
    with pytest.raises(BadPageToken, match="too long"):
        read(token, request_of())


@pytest.mark.parametrize(
    "token",
    ["", "x", ":", "é", "a:b:c", pytest.param(signing.dumps({}, salt="another"), id="of another kind")],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken, match="none of this site"):
        read(token, request_of())
