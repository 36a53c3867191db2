"""What holds for each endpoint that a page's scripts ask; test_authorize.py has the finer points of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, modify_settings
from pytest_django import Settings

FIELDS = {"socket_id": "123.456", "channel_name": "private-news.article"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("url", ["/onair/auth", "/onair/user-auth"]),
]


@pytest.fixture
def client() -> Client:
    """A browser on one of the site's own pages, whose user may do all."""
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("content_type", ["application/json", None])
def test_a_form_and_json_are_answered(client: Client, url: str, content_type: str | None) -> None:
    options: dict[str, Any] = {"content_type": content_type} if content_type else {}
    response = client.post(url, FIELDS, **options)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "put", "delete", "options"])
def test_only_a_post_is_answered(client: Client, url: str, method: str) -> None:
    response = getattr(client, method)(url)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "POST socket_id" in response.json()["error"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_origin_is_refused(client: Client, url: str, origin: str) -> None:
    response = client.post(url, FIELDS, headers={"origin": origin})
    assert response.status_code == 403
    assert "CSRF_TRUSTED_ORIGINS" in response.json()["error"]


def test_a_trusted_origin_is_answered(client: Client, url: str, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example"]
    assert client.post(url, FIELDS, headers={"origin": "https://app.example"}).status_code == 200


def test_without_an_origin_the_token_is_wanted(url: str) -> None:
    assert Client(enforce_csrf_checks=True).post(url, FIELDS).status_code == 403


@pytest.mark.parametrize("socket_id", ["", "1", "1.2.3", "a.b", "1.2::user::x", "1.2\n"])
def test_a_socket_id_that_is_none_is_refused(client: Client, url: str, socket_id: str) -> None:
    response = client.post(url, FIELDS | {"socket_id": socket_id})
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"socket_id": 1.2}', b"[" * 100_000])
def test_a_body_that_asks_nothing_is_refused_with_the_remedy(client: Client, url: str, body: bytes) -> None:
    response = client.post(url, body, content_type="application/json")
    assert response.status_code == 400
    assert "socket_id" in response.json()["error"]


def test_a_site_that_wants_a_login_for_every_view_lets_the_scripts_ask(url: str) -> None:
    with modify_settings(MIDDLEWARE={"append": "django.contrib.auth.middleware.LoginRequiredMiddleware"}):
        response = Client(headers={"origin": "http://testserver"}).post(url, FIELDS)
    assert (response.status_code, response.headers["Content-Type"]) == (403, "application/json")
