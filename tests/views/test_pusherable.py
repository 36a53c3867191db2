"""Somebody opens a page."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.views import View
from pytest_django import Settings

from onair.publishing import failures, stats
from onair.publishing.event import Event
from onair.testing import captured
from onair.views import PusherDetailMixin, PusherMixin
from onair.views.pusherable import channel_of
from tests.site.news.models import Article, Headline

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return Article.objects.create(title="Harbour", body="Long text")


def names(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def test_opening_a_page_is_said_on_the_objects_channel(client: Client, article: Article) -> None:
    anna = User.objects.create_user("anna")
    client.force_login(anna)
    with captured() as events:
        assert client.get(f"/news/{article.pk}/").status_code == 200
    assert events == [
        Event(
            channels=(f"article_{article.pk}",),
            name="view",
            data={
                "object": {"id": article.pk, "title": "Harbour", "body": "Long text", "author": None},
                "user": "anna",
            },
        )
    ]


PAGES = {
    "": "view",
    "edit/": "update",
    "delete/": "delete",
    "blog/": "update",
    "reply/": "reply",
    "async/": "view",
}


@pytest.mark.parametrize(("page", "name"), PAGES.items())
def test_each_page_says_its_own_event_once(client: Client, article: Article, page: str, name: str) -> None:
    with captured() as events:
        assert client.get(f"/news/{article.pk}/{page}").status_code == 200
    assert names(events) == [name]
    assert events[0].data["user"] == ""


@pytest.mark.parametrize("status", [200, 204, 302, 304, 399])
def test_a_view_without_a_template_speaks_when_it_has_answered(
    client: Client, article: Article, status: int
) -> None:
    with captured() as events:
        client.get(f"/news/{article.pk}/reply/{status}/")
    assert names(events) == ["reply"]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_answer_that_is_an_error_is_not_said(client: Client, article: Article, status: int) -> None:
    with captured() as events:
        client.get(f"/news/{article.pk}/reply/{status}/")
    assert events == []


@pytest.mark.parametrize("method", ["head", "options", "trace", "post", "put", "patch", "delete"])
def test_no_other_method_is_an_access(client: Client, article: Article, method: str) -> None:
    with captured() as events:
        getattr(client, method)(f"/news/{article.pk}/reply/")
    assert events == []


@pytest.mark.parametrize("page", ["", "edit/", "async/"])
def test_a_head_request_is_not_said(client: Client, article: Article, page: str) -> None:
    with captured() as events:
        client.head(f"/news/{article.pk}/{page}")
    assert events == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Moz", "prefetch"),
    ],
)
def test_a_browser_that_fetches_in_advance_is_not_said(
    client: Client, article: Article, header: str, value: str
) -> None:
    with captured() as events:
        assert client.get(f"/news/{article.pk}/", headers={header: value}).status_code == 200
    assert events == []


def test_a_page_that_is_not_found_or_not_allowed_says_nothing(client: Client, article: Article) -> None:
    with captured() as events:
        assert client.get("/news/4711/").status_code == 404
        assert client.get(f"/news/{article.pk}/private/").status_code == 302
        assert client.get("/news/new/").status_code == 200
    assert events == []


def test_a_page_without_an_object_says_nothing(rf: RequestFactory) -> None:
    class Page(PusherMixin, View):
        def get(self, request: HttpRequest) -> HttpResponse:
            self.object = {"pk": 1}
            return HttpResponse()

    with captured() as events:
        Page.as_view()(rf.get("/"))
    assert events == []


def test_an_asynchronous_page_speaks_under_asgi_too(async_client: AsyncClient, article: Article) -> None:
    async_client.force_login(User.objects.create_user("anna"))
    get = async_to_sync(async_client.get)
    with captured() as events:
        assert get(f"/news/{article.pk}/async/").content == b"async"
        assert get(f"/news/{article.pk}/async-removal/").content == b"Delete it?"
    assert [event.data["user"] for event in events] == ["anna", "anna"]
    assert names(events) == ["view", "delete"]


def test_the_deleting_mixin_gives_no_view_a_method(client: Client, article: Article) -> None:
    response = client.options(f"/news/{article.pk}/async-removal/")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.delete(f"/news/{article.pk}/async-removal/").status_code == 405


def test_a_mixin_without_an_event_name_says_what_to_write(client: Client, article: Article) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Nameless\.pusher_event_name = "):
        client.get(f"/news/{article.pk}/nameless/")


class Page(PusherDetailMixin, View):
    """A page of an object that the test gives."""

    model = Article
    instance: Any = None

    def get(self, request: HttpRequest) -> HttpResponse:
        self.object = self.instance
        return HttpResponse()


def said(request: HttpRequest, page: type[Page] = Page, **attributes: Any) -> Event:
    with captured() as events:
        assert page.as_view(**attributes)(request).status_code == 200
    (event,) = events
    return event


USERS: dict[str, tuple[Any, str]] = {
    "nobody": (None, ""),
    "a user of the project's own": (
        SimpleNamespace(get_username=lambda: "anna@example.com"),
        "anna@example.com",
    ),
    "a user without a name": (SimpleNamespace(pk=1), ""),
    "a user whose name is missing": (SimpleNamespace(get_username=lambda: None), ""),
    "a user whose name is a number": (SimpleNamespace(get_username=lambda: 7), "7"),
}


@pytest.mark.parametrize(("user", "name"), USERS.values(), ids=USERS)
def test_any_user_model_has_a_name(rf: RequestFactory, article: Article, user: Any, name: str) -> None:
    request = rf.get("/")
    request.user = user
    assert said(request, instance=article).data["user"] == name


def test_a_request_without_users_has_no_name(rf: RequestFactory, article: Article) -> None:
    assert said(rf.get("/"), instance=article).data["user"] == ""


def test_a_proxy_speaks_on_a_channel_of_its_own(rf: RequestFactory, article: Article) -> None:
    headline = Headline.objects.get(pk=article.pk)
    assert said(rf.get("/"), instance=headline).channels == (f"headline_{article.pk}",)


def test_an_object_that_is_not_saved_has_no_channel(rf: RequestFactory) -> None:
    with captured() as events:
        Page.as_view(instance=Article())(rf.get("/"))
    assert events == []


@pytest.mark.parametrize(
    ("setting", "attribute", "prefix"),
    [
        (False, None, ""),
        (False, True, "private-"),
        (True, None, "private-"),
        (True, False, ""),
    ],
)
def test_the_view_or_the_settings_make_the_channel_private(
    rf: RequestFactory,
    settings: Settings,
    article: Article,
    setting: bool,
    attribute: bool | None,
    prefix: str,
) -> None:
    settings.ONAIR = {"PUSHERABLE_PRIVATE": setting}
    event = said(rf.get("/"), instance=article, pusher_private=attribute)
    assert event.channels == (f"{prefix}article_{article.pk}",) == (channel_of(article, attribute),)


def test_a_strange_key_is_written_in_a_channels_characters() -> None:
    assert channel_of(Article(pk="a b/ç")) == "article_a=20b=2F=C3=A7"


def test_the_lists_of_the_view_choose_the_fields(rf: RequestFactory, article: Article) -> None:
    event = said(rf.get("/"), instance=article, pusher_include_model_fields="title")
    assert event.data["object"] == {"title": "Harbour"}
    event = said(rf.get("/"), instance=article, pusher_exclude_model_fields=["body", "author"])
    assert event.data["object"] == {"id": article.pk, "title": "Harbour"}


def test_every_part_of_an_event_can_be_overridden(rf: RequestFactory, article: Article) -> None:
    class Own(Page):
        def get_pusher_channel(self) -> str:
            return "desk"

        def get_pusher_event_name(self) -> str:
            return "opened"

        def get_pusher_payload(self) -> dict[str, Any]:
            return super().get_pusher_payload() | {"more": 1}

    event = said(rf.get("/"), Own, instance=article, pusher_include_model_fields="id")
    assert event == Event(("desk",), "opened", {"object": {"id": article.pk}, "user": "", "more": 1})


@pytest.mark.parametrize(("header", "excluded"), [("12.34", "12.34"), ("evil", None), ("", None)])
def test_the_socket_that_asks_is_left_out(
    rf: RequestFactory, article: Article, header: str, excluded: str | None
) -> None:
    assert said(rf.get("/", headers={"X-Socket-ID": header}), instance=article).socket_id == excluded


class Raising(Page):
    def get_pusher_payload(self) -> dict[str, Any]:
        raise RuntimeError("a bug of the project's")


class Unpublishable(Page):
    def get_pusher_channel(self) -> str:
        return "no channel's name"


FAILURES = {
    Raising: "Raising did not say 'view': what it overrides of PusherMixin raised.",
    Unpublishable: "The event 'view' was not sent: \"no channel's name\" is not a channel's name",
}


@pytest.mark.parametrize(("page", "message"), FAILURES.items())
def test_what_fails_is_logged_and_counted_and_never_reaches_the_visitor(
    rf: RequestFactory,
    article: Article,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    page: type[Page],
    message: str,
) -> None:
    monkeypatch.setattr(failures, "_throttle", failures.Throttle())
    before = stats.read().failed
    with caplog.at_level(logging.ERROR, "onair.publishing"), captured() as events:
        assert page.as_view(instance=article)(rf.get("/")).status_code == 200
    assert events == []
    assert message in caplog.text
    assert stats.read().failed == before + 1


def test_settings_that_cannot_be_read_do_not_break_a_page(
    rf: RequestFactory, settings: Settings, article: Article, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ONAIR = {"URL": "gopher://nowhere"}
    assert Page.as_view(instance=article)(rf.get("/")).status_code == 200
