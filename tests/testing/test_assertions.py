from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import SimpleTestCase
from pytest_django import Settings

import onair
from onair.authorization import grants
from onair.publishing.event import Event
from onair.testing import (
    OnAirAssertions,
    assertMayJoin,
    assertMayNotJoin,
    assertNotPublished,
    assertPublished,
    captured,
)
from tests.site.news.models import Article

EVENTS = [
    Event(("room-1", "room-2"), "message", {"text": "hi", "by": {"id": 7, "name": "Anna"}}),
    Event(("room-1",), "message", {"text": "bye", "by": {"id": 8, "name": "Ben"}}),
    Event(("news",), "updated", None),
]

MATCHING: list[dict[str, Any]] = [
    {},
    {"channel": "room-1"},
    {"channel": "room-2", "event": "message"},
    {"event": "updated", "data": None},
    {"data": {"text": "hi", "by": {"id": 7, "name": "Anna"}}},
    {"contains": {"text": "hi"}},
    {"contains": {"by": {"id": 8}}},
    {"channel": "room-1", "count": 2},
]

NOT_MATCHING: list[dict[str, Any]] = [
    {"channel": "room-3"},
    {"channel": "room"},
    {"channel": "room-2", "event": "updated"},
    {"event": "updated", "data": {}},
    {"data": {"text": "hi"}},
    {"contains": {"text": "hi", "by": {"id": 8}}},
    {"contains": {"missing": None}},
    {"contains": "hi"},
]


@pytest.mark.parametrize("description", MATCHING, ids=str)
def test_an_event_that_was_published_is_found(description: dict[str, Any]) -> None:
    assertPublished(EVENTS, **description)


@pytest.mark.parametrize("description", [d for d in MATCHING if "count" not in d], ids=str)
def test_an_event_that_was_published_is_not_not_published(description: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="Expected not"):
        assertNotPublished(EVENTS, **description)


@pytest.mark.parametrize("description", NOT_MATCHING, ids=str)
def test_an_event_that_was_not_published_is_not_found(description: dict[str, Any]) -> None:
    assertNotPublished(EVENTS, **description)
    with pytest.raises(AssertionError) as failed:
        assertPublished(EVENTS, **description)
    assert "'updated' on news: None" in str(failed.value)


def test_the_first_of_the_events_is_returned() -> None:
    assert assertPublished(EVENTS, channel="room-1") is EVENTS[0]


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_events_fails(count: int) -> None:
    with pytest.raises(AssertionError, match=f"{count} times, not 2"):
        assertPublished(EVENTS, channel="room-1", count=count)


def test_the_message_says_what_was_expected_and_that_there_is_nothing() -> None:
    with pytest.raises(AssertionError) as failed:
        assertPublished([], channel="a", event="b", contains={"n": 1})
    assert str(failed.value) == (
        "Expected an event with channel='a', event='b', contains={'n': 1}. Nothing was published."
    )


def test_data_is_compared_as_subscribers_see_it() -> None:
    data = {"when": dt.date(2024, 2, 29), "price": Decimal("1.10"), "tags": ("a", "b")}
    with captured() as events:
        onair.publish("a", "message", data)
    assertPublished(events, data=data)
    assertPublished(events, contains={"price": Decimal("1.10")})
    assertPublished(events, data={"when": "2024-02-29", "price": "1.10", "tags": ["a", "b"]})


def test_without_events_those_of_the_block_around_are_meant() -> None:
    with captured():
        assertNotPublished()
        onair.publish("a", "message")
        assertPublished(channel="a")


def test_without_events_and_without_a_block_the_remedy_is_said() -> None:
    with pytest.raises(RuntimeError, match=r"with captured\(\) as events"):
        assertPublished(channel="a")


def test_the_assertions_are_methods_of_a_test_case() -> None:
    class Case(OnAirAssertions, SimpleTestCase):
        def test(self) -> None:
            self.assertPublished(EVENTS, channel="news")
            self.assertNotPublished(EVENTS, channel="olds")
            self.assertMayJoin(None, "public")
            self.assertMayNotJoin(None, "private-unknown")

    Case("test").debug()


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def article(reader: User) -> Article:
    reader.user_permissions.add(Permission.objects.get(codename="view_article"))
    return Article.objects.create(title="First")


def test_who_may_view_a_model_may_join_its_channel(reader: User, article: Article) -> None:
    assertMayJoin(reader, f"private-news.article.{article.pk}")
    with pytest.raises(AssertionError, match="anna may join"):
        assertMayNotJoin(reader, f"private-news.article.{article.pk}")


@pytest.mark.parametrize("visitor", [None, AnonymousUser()], ids=["none", "anonymous"])
def test_a_visitor_may_not_and_the_message_has_reason_and_remedy(visitor: Any, article: Article) -> None:
    channel = f"private-news.article.{article.pk}"
    assertMayNotJoin(visitor, channel)
    with pytest.raises(AssertionError) as failed:
        assertMayJoin(visitor, channel)
    assert f"may not join {channel}: No rule matches" in str(failed.value)
    assert "onair_rules.py" in str(failed.value)


def test_a_grant_lets_its_user_join(reader: User) -> None:
    grant = grants.grant("private-room", reader)
    assertMayJoin(reader, "private-room", grant=grant)
    assertMayNotJoin(reader, "private-room")
    assertMayNotJoin(reader, "private-other", grant=grant)


def test_what_the_members_of_a_presence_channel_see_is_returned(reader: User) -> None:
    allowed = assertMayJoin(reader, "presence-room", grant=grants.grant("presence-room", reader))
    assert "anna" in str(allowed.user_info)


def test_everybody_may_join_a_public_channel(reader: User) -> None:
    assertMayJoin(None, "news")
    with pytest.raises(AssertionError, match=r"Everybody may join news.*private-news"):
        assertMayNotJoin(reader, "news")


def test_rules_get_a_request_with_an_empty_session_and_an_awaitable_user(reader: User) -> None:
    from onair.testing.assertions import _request_of

    request = _request_of(reader)
    assert request.session.get("anything") is None
    coroutine = request.auser()
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value is reader


def test_rules_see_a_visitor_as_the_site_shows_one() -> None:
    from onair.testing.assertions import _request_of

    request = _request_of(None)
    assert isinstance(request.user, AnonymousUser)
    assert request.user.pk is None


def test_on_a_site_without_users_a_visitor_is_nobody(settings: Settings) -> None:
    from onair.testing.assertions import _request_of

    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django.contrib.auth"]
    assert _request_of(None).user is None
