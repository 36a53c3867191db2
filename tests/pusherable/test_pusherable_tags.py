from __future__ import annotations

from pathlib import Path
from typing import Any

import django
import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from pytest_django import Settings

from onair import conf
from onair.authorization import grants
from pusherable.templatetags.pusherable_tags import pusherable_script, pusherable_subscribe
from tests.site.news.models import Article
from tests.views.elements import elements


@pytest.fixture(autouse=True)
def vendored(settings: Settings, tmp_path: Path) -> None:
    """A project that has pusher-js, whether this checkout has fetched it or not."""
    (tmp_path / "onair" / "vendor").mkdir(parents=True)
    for library in ("pusher", "pusher-with-encryption"):
        (tmp_path / "onair" / "vendor" / f"{library}.min.js").touch()
    settings.STATICFILES_DIRS = [tmp_path]


def render(text: str, **variables: Any) -> str:
    return Template("{% load pusherable_tags %}" + text).render(Context(variables))


SUBSCRIBE = "{% pusherable_subscribe 'view' object %}{% pusherable_subscribe 'update' object %}"
PAGE = "{% pusherable_script %}" + SUBSCRIBE


@pytest.mark.parametrize("text", [PAGE, "{% autoescape off %}" + PAGE + "{% endautoescape %}"])
def test_the_tags_are_elements_in_the_order_of_the_page(text: str) -> None:
    library, settings, view, update = elements(render(text, object=Article(pk=7)))
    assert library == {"src": "/static/onair/vendor/pusher.min.js"}
    assert settings["src"] == "/static/onair/pusherable.js"
    assert settings["data-onair-key"] == conf.app().key
    assert view == {
        "src": "/static/onair/pusherable.js",
        "data-onair-channel": "article_7",
        "data-onair-event": "view",
        "data-onair-model": "article",
    }
    assert update == view | {"data-onair-event": "update"}


def test_the_name_of_an_event_is_escaped_whatever_the_template_says() -> None:
    hostile = "'\"><script>alert(1)</script>"
    text = "{% autoescape off %}{% pusherable_subscribe event object %}{% endautoescape %}"
    html = render(text, event=hostile, object=Article(pk=7))
    assert "<script>alert" not in html
    assert elements(html)[0]["data-onair-event"] == hostile


def test_every_element_has_the_nonce() -> None:
    assert [element["nonce"] for element in elements(render(PAGE, object=Article(pk=7), csp_nonce="n1"))] == [
        "n1"
    ] * 4


def test_the_tag_says_whether_the_channel_is_private() -> None:
    html = render("{% pusherable_subscribe 'view' object private=True %}", object=Article(pk=7))
    assert elements(html)[0]["data-onair-channel"] == "private-article_7"


def test_a_template_may_put_the_element_into_a_variable() -> None:
    html = render("{% pusherable_subscribe 'view' object as tag %}{{ tag }}", object=Article(pk=7))
    assert elements(html)[0]["data-onair-event"] == "view"


def test_a_page_with_encrypted_channels_gets_the_library_that_reads_them() -> None:
    html = render("{% pusherable_script encryption=True %}")
    assert elements(html)[0]["src"] == "/static/onair/vendor/pusher-with-encryption.min.js"


def test_a_name_that_the_context_has_not_writes_nothing() -> None:
    assert render("{% pusherable_subscribe 'view' nothing %}") == ""


def test_the_tags_are_plain_functions_too() -> None:
    assert elements(pusherable_subscribe("view", Article(pk=7)))[0]["data-onair-channel"] == "article_7"
    assert len(elements(pusherable_script())) == 2


@pytest.mark.django_db
def test_a_page_follows_its_view(client: Client) -> None:
    article, anna = Article.objects.create(title="Harbour"), User.objects.create_user("anna")
    client.force_login(anna)
    tag = elements(client.get(f"/news/{article.pk}/private/").content.decode())[-1]
    assert tag["data-onair-channel"] == f"private-article_{article.pk}"
    answer = client.post(
        "/onair/auth",
        {"socket_id": "1.2", "channel_name": tag["data-onair-channel"], "grant": tag["data-onair-grant"]},
        headers={"Origin": "http://testserver"},
    )
    assert answer.status_code == 200
    assert not grants.verify(tag["data-onair-grant"], tag["data-onair-channel"], User(pk=anna.pk + 1))


@pytest.mark.django_db
def test_the_form_that_creates_shares_the_template_of_the_form_that_updates(client: Client) -> None:
    article = Article.objects.create(title="Harbour")
    assert len(elements(client.get("/news/new/").content.decode())) == 2
    assert len(elements(client.get(f"/news/{article.pk}/edit/").content.decode())) == 3


@pytest.mark.django_db
def test_a_list_listens_to_each_of_its_objects(client: Client) -> None:
    articles = [Article.objects.create(title=title) for title in "ab"]
    _, _, *tags = elements(client.get("/news/").content.decode())
    assert [tag["data-onair-channel"] for tag in tags] == [f"article_{article.pk}" for article in articles]


@pytest.mark.django_db
def test_a_page_of_public_channels_stays_cacheable(client: Client) -> None:
    Article.objects.create(title="Harbour")
    response = client.get("/news/")
    assert response.cookies == {}
    assert "Vary" not in response.headers


# Django has policies from 6.0 on.
if django.VERSION >= (6, 0):

    @pytest.mark.django_db
    def test_the_elements_satisfy_a_policy_of_nonces(client: Client, settings: Settings) -> None:
        from django.utils.csp import CSP

        settings.SECURE_CSP = {"script-src": [CSP.NONCE]}
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.csp.ContentSecurityPolicyMiddleware"]
        (engine,) = settings.TEMPLATES
        processors = [*engine["OPTIONS"]["context_processors"], "django.template.context_processors.csp"]
        settings.TEMPLATES = [engine | {"OPTIONS": {"context_processors": processors}}]
        article = Article.objects.create(title="Harbour")
        response = client.get(f"/news/{article.pk}/")
        (nonce,) = {element["nonce"] for element in elements(response.content.decode())}
        assert response.headers["Content-Security-Policy"] == f"script-src 'nonce-{nonce}'"
