"""Who may see the inspector, and what all others are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, override_settings

from onair.checks import check_settings
from onair.exceptions import ConfigurationError
from onair.inspector import site

ADDRESSES = ("/onair/", "/onair/event?event=x-1")

pytestmark = pytest.mark.django_db


def is_ben(request: HttpRequest) -> bool:
    return request.user.get_username() == "ben"


def nobody(request: HttpRequest) -> bool:
    return False


def everybody(request: HttpRequest) -> bool:
    return True


def browser(name: str = "", **values: Any) -> Client:
    client = Client()
    if name:
        client.force_login(User.objects.create_user(name, **values))
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_superuser_sees_it(address: str) -> None:
    response = browser("anna", is_superuser=True).get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_not_logged_in_is_sent_to_the_admin(address: str) -> None:
    response = browser().get(address)
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("values", [{}, {"is_staff": True}], ids=["a user", "staff"])
def test_for_everybody_else_there_is_no_such_page(values: dict[str, Any], address: str) -> None:
    assert browser("anna", **values).get(address).status_code == 404


@pytest.mark.urls("tests.inspector.without_admin")
def test_a_site_without_an_admin_has_its_own_login() -> None:
    with override_settings(LOGIN_URL="/sign-in/"):
        assert browser().get("/onair/")["Location"] == "/sign-in/?next=/onair/"


@override_settings(ONAIR={"INSPECTOR": is_ben})
def test_a_function_decides_alone() -> None:
    assert browser("ben").get("/onair/").status_code == 200
    assert browser("anna", is_superuser=True).get("/onair/").status_code == 404


@override_settings(ONAIR={"INSPECTOR": f"{__name__}.nobody"})
def test_the_function_may_be_named() -> None:
    assert browser("anna", is_superuser=True).get("/onair/").status_code == 404


@override_settings(ONAIR={"INSPECTOR": everybody})
def test_the_function_may_let_in_who_has_not_logged_in() -> None:
    assert browser().get("/onair/").status_code == 200


@pytest.mark.parametrize("fields", [{"onair-event": "send"}, {"onair-event": "show_payload"}, {}])
@pytest.mark.parametrize("name", ["", "anna"], ids=["anonymous", "a user"])
def test_nobody_else_sends_or_is_shown_anything(name: str, fields: dict[str, str]) -> None:
    response = browser(name).post("/onair/", fields | {"channels": "news", "name": "hello"})
    assert response.status_code in {302, 404}


def test_nothing_is_followed_for_who_is_sent_away() -> None:
    browser("anna").get("/onair/")
    assert not site.collector().is_watched


@pytest.mark.parametrize("name", ["no_such_module.may", f"{__name__}.missing"])
def test_a_name_of_nothing_is_found_by_the_checks_and_lets_nobody_in(name: str) -> None:
    with override_settings(ONAIR={"INSPECTOR": name}):
        (message,) = check_settings()
        assert 'ONAIR["INSPECTOR"] cannot be imported' in message.msg
        with pytest.raises(ConfigurationError, match="INSPECTOR"):
            browser("anna", is_superuser=True).get("/onair/")


@pytest.mark.parametrize("value", [7, True, ["a.b"]])
def test_what_is_no_function_is_found_by_the_checks(value: object) -> None:
    with override_settings(ONAIR={"INSPECTOR": value}):
        (message,) = check_settings()
        assert message.id == "onair.E002"
        assert "a string or a function or None" in message.msg
