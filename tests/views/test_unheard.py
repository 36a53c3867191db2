"""Tags that listen where no view speaks."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.urls import clear_url_caches, path
from django.views.generic import DetailView, UpdateView
from pytest_django import Settings

from onair.views import PusherDetailMixin, PusherUpdateMixin, markup, unheard
from tests.site.news.models import Article, Report

#: The routes of the test that runs.
urlpatterns: list[Any] = []

pytestmark = pytest.mark.urls(__name__)


class Public(PusherDetailMixin, DetailView):
    model = Article


class Private(PusherUpdateMixin, UpdateView):
    model = Article
    pusher_private = True


class PrivateReport(Private):
    model = Report


class OwnChannel(Private):
    def get_pusher_channel(self) -> str:
        return "presence-desk"


@pytest.fixture(autouse=True)
def debug(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(unheard, "_told", set())


def route(monkeypatch: pytest.MonkeyPatch, *views: Any) -> None:
    routes = [path(f"{at}/", view.as_view()) for at, view in enumerate(views)]
    monkeypatch.setattr(sys.modules[__name__], "urlpatterns", routes)
    clear_url_caches()


MISMATCHES = {
    "a public tag": (Private, False, "article_7", "private-article_7", "private=True"),
    "a private tag": (Public, True, "private-article_7", "article_7", "private=False"),
}


@pytest.mark.parametrize(
    ("view", "private", "heard", "spoken", "remedy"), MISMATCHES.values(), ids=MISMATCHES
)
def test_a_tag_on_the_channel_that_the_views_do_not_use_is_told_once_with_the_remedy(
    view: Any,
    private: bool,
    heard: str,
    spoken: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    route(monkeypatch, view)
    for pk in (7, 8):
        unheard.warn_if_unheard(Article(pk=pk), heard.replace("7", str(pk)))
    [record] = caplog.records
    message = record.getMessage()
    assert f"{{% pusherable_subscribe %}} listens to {heard} " in message
    assert f"{__name__}.{view.__name__} speaks on {spoken}." in message
    assert remedy in message


def test_the_tag_tells_it(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    route(monkeypatch, Private)
    markup.pusherable_subscribe("update", Article(pk=7))
    assert "private=True" in caplog.text


QUIET: dict[str, tuple[tuple[Any, ...], str]] = {
    "one of the views speaks there": ((Private, Public), "article_7"),
    "the view speaks there": ((Private,), "private-article_7"),
    "no view speaks of the model": ((PrivateReport,), "article_7"),
    "the view has a channel of its own": ((OwnChannel,), "article_7"),
    "the tag has a channel of its own": ((Private,), "presence-desk"),
}


@pytest.mark.parametrize(("views", "channel"), QUIET.values(), ids=QUIET)
def test_a_tag_that_may_hear_something_is_right(
    views: tuple[Any, ...],
    channel: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    route(monkeypatch, *views)
    unheard.warn_if_unheard(Article(pk=7), channel)
    assert caplog.text == ""


def test_in_production_nobody_looks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = False
    route(monkeypatch, Private)
    unheard.warn_if_unheard(Article(pk=7), "article_7")
    assert caplog.text == ""
