"""The mixins as projects of django-pusherable use and test them: over hosted Pusher, mocked."""

from __future__ import annotations

import logging
import sys
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, TestCase
from django.urls import path
from django.views import View
from django.views.generic import DeleteView, DetailView, UpdateView
from pytest_django import Settings

import pusherable
from onair import views
from onair.publishing import failures
from pusherable import mixins
from pusherable.mixins import PusherDeleteMixin, PusherDetailMixin, PusherMixin, PusherUpdateMixin
from tests.site.news.models import Article

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class PostDetail(PusherDetailMixin, DetailView):
    model = Article


class PostUpdate(PusherUpdateMixin, UpdateView):
    model = Article
    fields = ("title",)
    success_url = "/"
    pusher_exclude_model_fields = "body"


class PostDelete(PusherDeleteMixin, DeleteView):
    model = Article
    success_url = "/"


class PusherReplyMixin(PusherMixin):
    pusher_event_name = "reply"


class MessageReply(PusherReplyMixin, View):
    object: Article

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = Article.objects.get(pk=pk)
        return HttpResponse("Your reply?")


urlpatterns = [
    path("<int:pk>/", PostDetail.as_view()),
    path("<int:pk>/edit/", PostUpdate.as_view()),
    path("<int:pk>/delete/", PostDelete.as_view()),
    path("<int:pk>/reply/", MessageReply.as_view()),
]

CREDENTIALS = {"app_id": "1", "key": "the-key", "secret": "the-secret"}


@pytest.fixture(autouse=True)
def hosted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = CREDENTIALS.values()
    monkeypatch.setattr(failures, "_throttle", failures.Throttle())


@pytest.fixture
def article() -> Article:
    return Article.objects.create(title="Harbour", body="Text")


@pytest.fixture
def anna(client: Client) -> User:
    user = User.objects.create_user("anna")
    client.force_login(user)
    return user


@pytest.mark.usefixtures("anna")
def test_the_class_of_the_module_is_what_is_called(client: Client, article: Article) -> None:
    with mock.patch("pusherable.mixins.Pusher") as pusher:
        assert client.get(f"/{article.pk}/").status_code == 200
    (call,) = pusher.call_args_list
    assert call.args == ()
    assert call.kwargs.items() >= {**CREDENTIALS, "cluster": "mt1"}.items()
    pusher.return_value.trigger.assert_called_once_with(
        [f"article_{article.pk}"],
        "view",
        {
            "object": {"id": article.pk, "title": "Harbour", "body": "Text", "author": None},
            "user": "anna",
        },
    )


@pytest.mark.parametrize(("cluster", "told"), [("eu", "eu"), ("", "")])
def test_the_cluster_is_that_of_the_settings(
    client: Client, article: Article, settings: Settings, cluster: str, told: str
) -> None:
    settings.PUSHER_CLUSTER = cluster
    with mock.patch("pusherable.mixins.Pusher") as pusher:
        client.get(f"/{article.pk}/")
    assert pusher.call_args.kwargs["cluster"] == told


def test_each_view_says_its_own_event(client: Client, article: Article) -> None:
    with mock.patch("pusher.Pusher.trigger") as trigger:
        for page in ("", "edit/", "delete/", "reply/"):
            client.get(f"/{article.pk}/{page}")
        client.post(f"/{article.pk}/edit/", {"title": "Lighthouse"})
        client.post(f"/{article.pk}/delete/")
    assert [call.args[1] for call in trigger.call_args_list] == [
        "view",
        "update",
        "delete",
        "reply",
        "updated",
        "deleted",
    ]
    assert trigger.call_args_list[4].args[2]["object"] == {
        "id": article.pk,
        "title": "Lighthouse",
        "author": None,
    }


class ProjectTest(TestCase):
    """A test as a project has it, under Django's own runner."""

    def test_an_event_leaves_at_once_on_the_calling_thread(self) -> None:
        article = Article.objects.create(title="Harbour")
        with mock.patch("pusher.Pusher.trigger") as trigger:
            self.client.post(f"/{article.pk}/edit/", {"title": "Lighthouse"})
            trigger.assert_called_once()
        assert trigger.call_args.args[:2] == ([f"article_{article.pk}"], "updated")


def test_an_error_of_pusher_does_not_break_the_page(
    client: Client, article: Article, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, "onair.publishing"),
        mock.patch("pusher.Pusher.trigger", side_effect=ValueError("Too much data")),
    ):
        assert client.get(f"/{article.pk}/").status_code == 200
    assert "Too much data" in caplog.text


def test_the_mixins_of_onair_use_the_library_itself(rf: RequestFactory, article: Article) -> None:
    class Detail(views.PusherDetailMixin, DetailView):
        model = Article

    with mock.patch("pusherable.mixins.Pusher") as old, mock.patch("pusher.Pusher.trigger") as trigger:
        Detail.as_view()(rf.get("/"), pk=article.pk)
    assert old.mock_calls == []
    assert [call.args[1] for call in trigger.call_args_list] == ["view"]


def test_the_library_is_there_on_first_use() -> None:
    import pusher

    assert mixins.Pusher is pusher.Pusher


def test_without_the_library_its_name_says_what_to_install(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "pusher", None)
    with pytest.raises(ImproperlyConfigured, match=r'pip install "django-onair\[pusher\]"'):
        mixins.Pusher(**CREDENTIALS)
    with caplog.at_level(logging.ERROR, "onair.publishing"):
        assert client.get(f"/{article.pk}/").status_code == 200
    assert 'pip install "django-onair[pusher]"' in caplog.text


def test_a_mock_works_without_the_library(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pusher", None)
    with mock.patch("pusherable.mixins.Pusher") as pusher:
        client.get(f"/{article.pk}/")
    assert pusher.return_value.trigger.call_count == 1


def test_other_names_are_missing() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Rusher'"):
        _ = mixins.Rusher


@pytest.mark.parametrize("name", mixins.__all__)
def test_the_mixins_are_those_of_onair(name: str) -> None:
    old: Any = getattr(mixins, name)
    assert issubclass(old, getattr(views, name))
    assert issubclass(old, mixins.PusherMixin)
    assert old.__doc__ == getattr(views, name).__doc__


def test_the_version_is_that_of_the_package_whose_names_these_are() -> None:
    assert pusherable.__version__ == "0.2.0"
