"""``ONAIR["WEBHOOKS"]``: what each form means, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from onair import conf, webhook_settings
from onair.checks import check_settings
from onair.exceptions import ConfigurationError
from onair.protocol.app import Webhook

URL = "https://example.com/hook"

# (what is set, what it means)
FORMS: list[tuple[Any, tuple[Webhook, ...]]] = [
    (None, ()),
    ([], ()),
    ([URL], (Webhook(url=URL),)),
    (({"url": URL},), (Webhook(url=URL),)),
    ([{"url": URL, "batch": False}], (Webhook(url=URL, batch=False),)),
    (
        [URL, {"url": URL, "notices": ["member_added", "member_removed"]}],
        (Webhook(url=URL), Webhook(url=URL, notices=frozenset({"member_added", "member_removed"}))),
    ),
]


@pytest.mark.parametrize(("given", "webhooks"), FORMS)
def test_what_a_setting_means(given: Any, webhooks: tuple[Webhook, ...]) -> None:
    assert webhook_settings.read(given) == webhooks


# (what is set, what the message says)
WRONG: list[tuple[list[Any], str]] = [
    (["example.com/hook"], r'ONAIR\["WEBHOOKS"\]\[0\]: Webhook example.com/hook is no address'),
    ([URL, {"batch": True}], r'\[1\] has no "url"'),
    ([{"url": URL, "events": []}], "the unknown key 'events'"),
    ([{"url": URL, "batch": 1}], '"batch" True or False'),
    ([{"url": URL, "notices": "member_added"}], '"notices" is a list'),
    ([{"url": URL, "notices": ["member_left"]}], "wants member_left: the names are"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_what_cannot_be_understood_is_said_with_the_remedy(given: list[Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        webhook_settings.read(given)


def test_they_are_the_apps(settings: Settings) -> None:
    settings.ONAIR = {"WEBHOOKS": [URL]}
    assert conf.app().webhooks == (Webhook(url=URL),)


def test_the_check_of_the_settings_says_what_is_wrong(settings: Settings) -> None:
    settings.ONAIR = {"WEBHOOKS": [{"url": "nowhere"}]}
    (error,) = check_settings()
    assert (error.id, "nowhere" in error.msg) == ("onair.E003", True)
