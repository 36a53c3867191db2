from __future__ import annotations

import sys
from typing import Any, ClassVar

import pytest
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import Error
from django.core.checks import Warning as CheckWarning
from django.test import modify_settings
from pytest_django import Settings

from onair.authorization.checks import check_encryption, check_endpoint, check_middleware, check_rules
from onair.authorization.rules import authorize
from tests.site.urls import urlpatterns as complete

AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


class NoEndpoint:
    """A URLconf without ours."""

    urlpatterns: ClassVar = [pattern for pattern in complete if "onair/" not in str(pattern.pattern)]


class OwnAuthentication(AuthenticationMiddleware):
    """A site's own subclass."""


def own_middleware(get_response: Any) -> Any:
    return get_response


def door(request: Any, room_id: str) -> bool:
    return True


def window(request: Any, room: str) -> bool:
    return True


def test_rules_that_match_the_same_channels_are_warned_of() -> None:
    authorize("private-room-{room_id}")(door)
    authorize("private-room-{room}")(window)
    authorize("presence-room-{room}")(window)
    here = __name__
    assert check_rules() == [
        CheckWarning(
            "These rules match the same channels: "
            f'@onair.authorize("private-room-{{room_id}}") of {here}:door, '
            f'@onair.authorize("private-room-{{room}}") of {here}:window.',
            hint="Every channel that two rules match is refused. Keep one of them.",
            id="onair.W040",
        )
    ]


def test_rules_for_different_channels_are_right() -> None:
    authorize("private-room-{room_id}")(door)
    authorize("private-room-{room_id}-door")(door)
    assert check_rules() == []


def encrypted_room(request: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("options", "pattern"),
    [({"ENCRYPTION_MASTER_KEY": "any"}, None), ({}, "private-encrypted-room")],
)
def test_a_site_that_means_to_encrypt_and_cannot_is_told(
    options: dict[str, str], pattern: str | None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONAIR = options
    if pattern:
        authorize(pattern)(encrypted_room)
    assert check_encryption() == []
    monkeypatch.setitem(sys.modules, "nacl", None)
    assert check_encryption() == [
        Error(
            "The site has encrypted channels, and PyNaCl is not installed: nobody can join or publish there.",
            hint='Run: pip install "django-onair[encrypted]"',
            id="onair.E043",
        )
    ]


@pytest.mark.parametrize("options", [{}, {"ENCRYPTION_MASTER_KEY": None}, "no dictionary"])
def test_a_site_that_encrypts_nothing_needs_nothing_for_it(
    options: object, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONAIR = options
    authorize("private-room")(encrypted_room)
    monkeypatch.setitem(sys.modules, "nacl", None)
    assert check_encryption() == []


def test_a_site_without_the_endpoint_is_warned(settings: Settings) -> None:
    assert check_endpoint() == []
    settings.ROOT_URLCONF = NoEndpoint
    assert check_endpoint() == [
        CheckWarning(
            "The URLconf does not include onair.urls: nobody can join a private or presence channel.",
            hint='Add path("onair/", include("onair.urls")) to urlpatterns.',
            id="onair.W041",
        )
    ]


@pytest.mark.parametrize(
    "middleware", [[AUTHENTICATION], [f"{__name__}.own_middleware", f"{__name__}.OwnAuthentication"]]
)
def test_a_site_that_finds_users_is_right(settings: Settings, middleware: list[str]) -> None:
    settings.MIDDLEWARE = middleware
    assert check_middleware() == []


def test_a_site_with_users_that_finds_none_is_warned(settings: Settings) -> None:
    settings.MIDDLEWARE = [f"{__name__}.own_middleware"]
    assert check_middleware() == [
        CheckWarning(
            "No middleware sets request.user: everybody is anonymous to channels, and presence shows nobody.",
            hint=f'Add "{AUTHENTICATION}" to MIDDLEWARE, after SessionMiddleware.',
            id="onair.W042",
        )
    ]


def test_a_site_without_users_is_right(settings: Settings) -> None:
    settings.MIDDLEWARE = []
    with modify_settings(INSTALLED_APPS={"remove": ["django.contrib.auth", "tests.site.news"]}):
        assert check_middleware() == []
