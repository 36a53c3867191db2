from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from pytest_django import Settings

from onair import conf
from onair.authorization import grants
from onair.views import PusherMixin, markup
from tests.site.news.models import Article
from tests.site.news.views import ArticleList, PrivateArticle
from tests.views.elements import Element, elements

urlpatterns: list[Any] = []
"""A URLconf without the endpoint."""

AUTH = {"data-onair-auth": "/onair/auth", "data-onair-user-auth": "/onair/user-auth"}
CSRF = {"data-onair-csrf-cookie": "csrftoken", "data-onair-csrf-header": "X-CSRFToken"}

PUSHER_SETTINGS = {"PUSHER_APP_ID": "1", "PUSHER_KEY": "the-key", "PUSHER_SECRET": "secret"}


@pytest.fixture
def vendored(settings: Settings, tmp_path: Path) -> None:
    """A project that has pusher-js, whether this checkout has fetched it or not."""
    (tmp_path / "onair" / "vendor").mkdir(parents=True)
    for library in (markup.PUSHER_JS, markup.PUSHER_JS_WITH_ENCRYPTION):
        (tmp_path / library).touch()
    settings.STATICFILES_DIRS = [tmp_path]


@pytest.fixture
def article() -> Article:
    return Article(pk=7, title="Harbour")


@pytest.fixture
def anna() -> User:
    return User(pk=3, username="anna")


def only(markup: str) -> Element:
    (element,) = elements(markup)
    return element


def test_the_client_is_loaded_with_its_settings() -> None:
    key = conf.app().key
    assert markup.onair_script() == (
        f'<script src="/static/onair/onair.js" defer data-onair-key="{key}" data-onair-auth="/onair/auth" '
        'data-onair-user-auth="/onair/user-auth" '
        'data-onair-csrf-cookie="csrftoken" data-onair-csrf-header="X-CSRFToken"></script>'
    )


@pytest.mark.usefixtures("vendored")
def test_pusher_js_comes_from_the_sites_own_files() -> None:
    library, tags = elements(markup.pusherable_script(nonce="n1"))
    assert library == {"src": "/static/onair/vendor/pusher.min.js", "nonce": "n1"}
    key = {"data-onair-key": conf.app().key}
    assert tags == {"src": "/static/onair/pusherable.js", "nonce": "n1"} | key | AUTH | CSRF


@pytest.mark.usefixtures("vendored")
def test_pusher_js_comes_with_encryption_on_demand() -> None:
    library, _ = elements(markup.pusherable_script(encryption=True))
    assert library == {"src": "/static/onair/vendor/pusher-with-encryption.min.js"}


ADDRESSES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "the server of this site": ({}, {}),
    "an address for browsers": (
        {"ONAIR": {"PUBLIC_URL": "wss://live.example.com/live/"}},
        {"data-onair-url": "wss://live.example.com/live"},
    ),
    "a server elsewhere": ({"ONAIR": {"URL": "http://the-key:s@10.0.0.1:6001/apps/1"}}, {}),
    "hosted Pusher": (PUSHER_SETTINGS | {"PUSHER_CLUSTER": "eu"}, {"data-onair-cluster": "eu"}),
    "hosted Pusher's first cluster": (PUSHER_SETTINGS, {"data-onair-cluster": "mt1"}),
    "hosted Pusher with an empty cluster": (
        PUSHER_SETTINGS | {"PUSHER_CLUSTER": ""},
        {"data-onair-cluster": "mt1"},
    ),
    "another host in place of hosted Pusher": (PUSHER_SETTINGS | {"PUSHER_HOST": "soketi.local"}, {}),
    "hosted Pusher behind an address": (
        PUSHER_SETTINGS | {"ONAIR": {"PUBLIC_URL": "wss://ws.example.com"}},
        {"data-onair-url": "wss://ws.example.com"},
    ),
}


@pytest.mark.parametrize(("options", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_browsers_are_told_where_the_server_is(
    settings: LazySettings, options: dict[str, Any], expected: dict[str, str]
) -> None:
    for name, value in options.items():
        setattr(settings, name, value)
    element = only(markup.onair_script())
    told = {name: element.get(name) for name in ("data-onair-url", "data-onair-cluster")}
    assert {name: value for name, value in told.items() if value is not None} == expected
    assert element["data-onair-key"] == conf.app().key


def test_the_names_of_cookie_and_header_are_the_sites(settings: Settings) -> None:
    settings.CSRF_COOKIE_NAME = "__Host-csrf"
    settings.CSRF_HEADER_NAME = "HTTP_X_XSRF_TOKEN"
    element = only(markup.onair_script())
    assert element["data-onair-csrf-cookie"] == "__Host-csrf"
    assert element["data-onair-csrf-header"] == "X-Xsrf-Token"


@pytest.mark.urls(__name__)
def test_a_site_without_the_endpoint_names_none(article: Article) -> None:
    assert not AUTH.keys() & only(markup.onair_script()).keys()
    assert only(markup.pusherable_subscribe("view", article))["data-onair-channel"] == "article_7"


@pytest.mark.urls(__name__)
def test_a_private_channel_needs_the_endpoint(article: Article) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"include\(\"onair\.urls\"\)"):
        markup.pusherable_subscribe("view", article, private=True)


def test_the_library_that_is_missing_is_fetched_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "PUSHER_JS", "onair/vendor/nowhere.js")
    with pytest.raises(ImproperlyConfigured, match=r"python scripts/vendor\.py"):
        markup.pusherable_script()


def test_a_tag_subscribes_to_an_event_of_an_object(article: Article) -> None:
    assert markup.pusherable_subscribe("update", article, nonce="n1") == (
        '<script src="/static/onair/pusherable.js" nonce="n1" data-onair-channel="article_7" '
        'data-onair-event="update" data-onair-model="article"></script>'
    )


@pytest.mark.parametrize("event", ["');alert(1);//", '"><script>alert(1)</script>', "a&b", "é"])
def test_no_name_of_an_event_leaves_its_attribute(article: Article, event: str) -> None:
    html = markup.pusherable_subscribe(event, article)
    assert only(html)["data-onair-event"] == event
    assert html.count("<") == 2


@pytest.mark.parametrize("instance", [None, "", Article()])
def test_without_a_saved_object_there_is_nothing_to_listen_to(instance: Any) -> None:
    assert markup.pusherable_subscribe("update", instance) == ""


@pytest.mark.parametrize("instance", ["article", 7, Article])
def test_what_is_no_object_is_an_error(instance: Any) -> None:
    with pytest.raises(TypeError, match="an event and an object of a model"):
        markup.pusherable_subscribe("update", instance)


def test_a_private_channel_comes_with_a_grant_for_its_reader(
    rf: RequestFactory, article: Article, anna: User
) -> None:
    request = rf.get("/")
    request.user = anna
    element = only(markup.pusherable_subscribe("view", article, private=True, request=request))
    assert element["data-onair-channel"] == "private-article_7"
    assert grants.verify(element["data-onair-grant"], "private-article_7", anna)
    assert not grants.verify(element["data-onair-grant"], "private-article_7", AnonymousUser())


def test_without_a_request_nobody_is_granted_anything(article: Article) -> None:
    assert "data-onair-grant" not in only(markup.pusherable_subscribe("view", article, private=True))


def test_a_public_channel_never_asks_who_reads(rf: RequestFactory, article: Article) -> None:
    request = rf.get("/")  # without a user: asking for it would raise
    assert "data-onair-grant" not in only(markup.pusherable_subscribe("view", article, request=request))
    assert "CSRF_COOKIE_NEEDS_UPDATE" not in request.META


class OwnChannel(PusherMixin):
    def get_pusher_channel(self) -> str:
        return f"presence-desk-{self.object.pk}"


def a_view(cls: type, **attributes: Any) -> Any:
    view = cls()
    vars(view).update(attributes)
    return view


#: What decides: the tag, the page's view, the settings; and the channel of article 7.
DECISIONS: dict[str, tuple[bool | None, Any, bool, str]] = {
    "nothing": (None, None, False, "article_7"),
    "the settings": (None, None, True, "private-article_7"),
    "the view": (None, a_view(PrivateArticle), False, "private-article_7"),
    "a view that is none of ours": (
        None,
        a_view(ArticleList, pusher_private=True),
        False,
        "private-article_7",
    ),
    "a view without an opinion": (None, a_view(ArticleList), True, "private-article_7"),
    "the view against the settings": (None, a_view(PrivateArticle, pusher_private=False), True, "article_7"),
    "the tag against the view": (False, a_view(PrivateArticle), True, "article_7"),
    "the tag": (True, None, False, "private-article_7"),
    "the view's own method": (None, a_view(OwnChannel, object=Article(pk=7)), False, "presence-desk-7"),
    "the view's method for another object": (
        None,
        a_view(OwnChannel, object=Article(pk=8)),
        False,
        "article_7",
    ),
    "no variable": (None, "", False, "article_7"),
}


@pytest.mark.parametrize(("private", "view", "setting", "channel"), DECISIONS.values(), ids=DECISIONS)
def test_the_tag_follows_the_views(
    settings: Settings, article: Article, private: bool | None, view: Any, setting: bool, channel: str
) -> None:
    settings.ONAIR = {"PUSHERABLE_PRIVATE": setting}
    element = only(markup.pusherable_subscribe("view", article, private=private, view=view))
    assert element["data-onair-channel"] == channel


def test_every_path_is_that_of_a_file_of_the_package() -> None:
    folder = Path(conf.__file__).parent / "static"
    assert (folder / markup.CLIENT).is_file()
    assert (folder / markup.PUSHERABLE).is_file()
