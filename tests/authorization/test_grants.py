from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from pytest_django import Settings

from onair.authorization.grants import grant, verify

CHANNEL = "private-news.article.7"
ANNA = User(pk=1)
BEN = User(pk=2)
NOBODY = AnonymousUser()

ACCEPTED = [(ANNA, ANNA), (NOBODY, NOBODY), (None, NOBODY), (NOBODY, None)]
REFUSED = [
    (ANNA, BEN),
    (ANNA, NOBODY),
    (ANNA, None),
    (NOBODY, ANNA),
    (NOBODY, SimpleNamespace(pk="anonymous", is_authenticated=True)),
]


@pytest.mark.parametrize(("granted", "asking"), ACCEPTED)
def test_a_grant_holds_for_the_user_that_it_was_given_to(granted: Any, asking: Any) -> None:
    assert verify(grant(CHANNEL, granted), CHANNEL, asking)


@pytest.mark.parametrize(("granted", "asking"), REFUSED)
def test_a_grant_does_not_hold_for_another_user(granted: Any, asking: Any) -> None:
    assert not verify(grant(CHANNEL, granted), CHANNEL, asking)


@pytest.mark.parametrize("channel", ["private-news.article.8", "presence-news.article.7", "", f"{CHANNEL}:x"])
def test_a_grant_does_not_hold_for_another_channel(channel: str) -> None:
    assert not verify(grant(CHANNEL, ANNA), channel, ANNA)


@pytest.mark.parametrize("token", ["", ":", "x", "1w:x", "1w:x:y", "\ud800", "ü:é", "\0", "a" * 10_000])
def test_what_is_no_grant_is_refused(token: str) -> None:
    assert not verify(token, CHANNEL, ANNA)


def test_a_grant_that_was_changed_is_refused() -> None:
    token = grant(CHANNEL, ANNA)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert not verify(changed, CHANNEL, ANNA)


def test_a_grant_says_nothing_of_channel_and_user() -> None:
    assert "article" not in grant(CHANNEL, ANNA)
    assert grant(CHANNEL, ANNA).count(":") == 1


def test_a_grant_gets_too_old(settings: Settings) -> None:
    settings.ONAIR = {"GRANT_AGE": 0}
    assert not verify(grant(CHANNEL, ANNA), CHANNEL, ANNA)


def test_a_grant_is_good_for_twelve_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    token = grant(CHANNEL, ANNA)
    issued = time.time()
    for age, holds in [(12 * 60 * 60 - 5, True), (12 * 60 * 60 + 5, False)]:
        monkeypatch.setattr("django.core.signing.time.time", lambda age=age: issued + age)
        assert verify(token, CHANNEL, ANNA) is holds


def test_a_grant_outlives_the_rotation_of_the_secret_key(settings: Settings) -> None:
    token = grant(CHANNEL, ANNA)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret", [settings.SECRET_KEY]
    assert verify(token, CHANNEL, ANNA)
    settings.SECRET_KEY_FALLBACKS = []
    assert not verify(token, CHANNEL, ANNA)
