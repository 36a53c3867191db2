"""Somebody saves or deletes an object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.test import Client, RequestFactory

from onair.publishing.event import Event
from onair.testing import captured
from tests.site.news import views
from tests.site.news.models import Article, Report, Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return Article.objects.create(title="Old", body="Text")


@contextmanager
def the_events() -> Iterator[list[tuple[str, Any]]]:
    """Collect what is said as pairs: the event's name, and the object's title."""
    pairs: list[tuple[str, Any]] = []
    with captured() as events:
        yield pairs
    pairs.extend((event.name, event.data["object"]["title"]) for event in events)


@pytest.mark.parametrize("page", ["edit", "blog"])
def test_a_valid_form_is_said_with_the_values_that_were_saved(
    client: Client, article: Article, page: str
) -> None:
    with the_events() as said:
        assert client.post(f"/news/{article.pk}/{page}/", {"title": "New"}).status_code == 302
    assert said == [("updated", "New")]


@pytest.mark.parametrize("page", ["edit", "blog"])
def test_a_form_that_is_not_valid_says_nothing(client: Client, article: Article, page: str) -> None:
    with the_events() as said:
        response = client.post(f"/news/{article.pk}/{page}/", {"title": "", "body": "Unsaved"})
    assert response.status_code == 200
    assert said == []


def test_put_is_said_as_post_is(rf: RequestFactory, article: Article) -> None:
    request = rf.put("/", "title=New", content_type="application/x-www-form-urlencoded")
    request.POST = {"title": "New"}  # type: ignore[assignment] # as a middleware of the project may do
    with the_events() as said:
        assert views.ArticleOfTheBlog.as_view()(request, pk=article.pk).status_code == 302
    assert said == [("updated", "New")]


def test_many_to_many_values_are_said_as_they_were_saved(client: Client) -> None:
    report, tag = Report.objects.create(title="Old"), Tag.objects.create(name="one")
    with captured() as events:
        client.post(f"/news/reports/{report.pk}/edit/", {"title": "New", "tags": [tag.pk]})
    (event,) = events
    assert event.channels == (f"report_{report.pk}",)
    assert event.data["object"]["tags"] == [tag.pk]
    assert "password" not in event.data["object"]


def test_a_new_object_has_no_listeners_and_says_nothing(client: Client) -> None:
    with the_events() as said:
        assert client.post("/news/new/", {"title": "New"}).status_code == 302
    assert Article.objects.filter(title="New").exists()
    assert said == []


def test_a_form_that_saves_something_else_says_nothing(client: Client, article: Article) -> None:
    with the_events() as said:
        assert client.post(f"/news/{article.pk}/comment/", {"text": "Well done"}).status_code == 302
    assert said == []


def test_a_plain_views_own_post_says_nothing(client: Client, article: Article) -> None:
    with the_events() as said:
        assert client.post(f"/news/{article.pk}/reply/").status_code == 200
    assert said == []


@pytest.mark.parametrize(
    ("page", "method"), [("delete", "post"), ("delete", "delete"), ("remove", "post"), ("remove", "delete")]
)
def test_a_deletion_is_said_with_what_is_gone(
    client: Client, article: Article, page: str, method: str
) -> None:
    with captured() as events:
        assert getattr(client, method)(f"/news/{article.pk}/{page}/").status_code == 302
    assert not Article.objects.exists()
    assert events == [
        Event(
            (f"article_{article.pk}",),
            "deleted",
            {"object": {"id": article.pk, "title": "Old", "body": "Text", "author": None}, "user": ""},
        )
    ]


def test_the_relations_of_what_is_gone_are_said(client: Client) -> None:
    report, tag = Report.objects.create(title="Old"), Tag.objects.create(name="one")
    report.tags.add(tag)
    with captured() as events:
        client.post(f"/news/reports/{report.pk}/delete/")
    assert events[0].data["object"]["tags"] == [tag.pk]


class Protected(views.ArticleDelete):
    def get_success_url(self) -> str:
        raise models.ProtectedError("needed elsewhere", {self.object})


class Forbidden(views.ArticleRemoval):
    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseForbidden()


def test_a_deletion_that_fails_says_nothing(rf: RequestFactory, article: Article) -> None:
    with the_events() as said:
        with pytest.raises(models.ProtectedError):
            Protected.as_view()(rf.post("/"), pk=article.pk)
        assert Forbidden.as_view()(rf.post("/"), pk=article.pk).status_code == 403
    assert Article.objects.exists()
    assert said == []


def test_the_delete_of_a_project_that_calls_nothing_of_django_is_said(
    rf: RequestFactory, article: Article
) -> None:
    class Own(views.ArticleDelete):
        def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            Article.objects.filter(pk=kwargs["pk"]).delete()
            return HttpResponseRedirect("/")

    with the_events() as said:
        assert Own.as_view()(rf.delete("/"), pk=article.pk).status_code == 302
    assert said == [("deleted", "Old")]


@pytest.mark.django_db(transaction=True)
def test_a_save_is_said_after_the_commit(rf: RequestFactory, article: Article) -> None:
    request = rf.post("/", {"title": "New"})
    with captured() as events:
        with transaction.atomic():
            views.ArticleUpdate.as_view()(request, pk=article.pk)
            assert events == []
        assert [event.name for event in events] == ["updated"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", [views.ArticleUpdate, views.ArticleDelete])
def test_what_is_rolled_back_is_not_said(rf: RequestFactory, article: Article, view: Any) -> None:
    request = rf.post("/", {"title": "New"})
    with captured() as events, transaction.atomic():
        view.as_view()(request, pk=article.pk)
        transaction.set_rollback(True)
    assert Article.objects.get().title == "Old"
    assert events == []


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_an_event_waits_for_the_database_of_its_object_alone(rf: RequestFactory) -> None:
    article = Article.objects.using("other").create(title="Old")

    class Elsewhere(views.ArticleUpdate):
        queryset = Article.objects.using("other")

    with captured() as events, transaction.atomic():
        Elsewhere.as_view()(rf.post("/", {"title": "New"}), pk=article.pk)
        assert [event.name for event in events] == ["updated"]
