from __future__ import annotations

import sys
from typing import Any

import pytest
from django.core.checks import Error, Tags, run_checks
from django.core.checks import Warning as CheckWarning
from pytest_django import Settings

from onair import conf
from onair.checks import NEED_OWN_SERVER, check_engine, check_hosted, check_library, check_settings


def test_a_site_without_settings_is_right(settings: Settings) -> None:
    settings.ONAIR = {}
    assert check_settings() == []


def test_an_unknown_option_is_named_with_the_known_ones(settings: Settings) -> None:
    settings.ONAIR = {"URl": "http://k:s@h/apps/1"}
    assert check_settings() == [
        Error(
            "ONAIR has no option 'URl'.",
            hint=f"The options are: {', '.join(sorted(conf.OPTIONS))}.",
            id="onair.E001",
        )
    ]


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("URL", 7, "a string or None"),
        ("CLIENT_EVENTS", "yes", "True or False"),
        ("MAX_CHANNELS", 0, "a whole number above 0"),
        ("MAX_CHANNELS", True, "a whole number above 0"),
        ("MAX_CHANNELS", 2.5, "a whole number above 0"),
        ("DRAIN_TIMEOUT", "5", "a number above 0"),
        ("ALLOWED_ORIGINS", "https://a.example", "a list of strings or None"),
        ("ALLOWED_ORIGINS", [1], "a list of strings or None"),
        ("MAX_CONNECTIONS", "many", "a whole number above 0 or None"),
        ("WEBHOOKS", "https://a.example", "a list of strings and dictionaries or None"),
        ("WEBHOOKS", [1], "a list of strings and dictionaries or None"),
    ],
)
def test_an_option_of_the_wrong_type_is_an_error(
    settings: Settings, option: str, value: Any, wanted: str
) -> None:
    settings.ONAIR = {option: value}
    assert check_settings() == [
        Error(f'ONAIR["{option}"] is {value!r}; it should be {wanted}.', id="onair.E002")
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"ALLOWED_ORIGINS": ["https://a.example"]},
        {"ALLOWED_ORIGINS": ("https://a.example",)},
        {"ALLOWED_ORIGINS": ["*", "https://*.a.example", "capacitor://localhost", "https://a.example/"]},
        {"ALLOWED_ORIGINS": None},
        {"DRAIN_TIMEOUT": 1},
        {"DRAIN_TIMEOUT": 2.5},
        {"MAX_CONNECTIONS": None},
        {"MAX_CONNECTIONS": 10},
        {"WEBHOOKS": ["https://a.example", {"url": "https://b.example", "batch": False}]},
    ],
)
def test_an_option_of_the_right_type_is_right(settings: Settings, options: dict[str, Any]) -> None:
    settings.ONAIR = options
    assert check_settings() == []


def test_settings_that_are_no_dictionary_are_an_error(settings: Settings) -> None:
    settings.ONAIR = "http://k:s@h/apps/1"
    assert [message.id for message in check_settings()] == ["onair.E002"]


@pytest.mark.parametrize(
    "onair",
    [
        {"MAX_CHANNELS": "50"},
        {"MAX_CHANNELS": 0},
        {"MAX_EVENT_SIZE": None},
        {"CLIENT_EVENTS": "yes"},
        {"TRIGGERS": 7},
        {"ALLOWED_ORIGINS": 7},
        {"WEBHOOKS": 7},
        {"URL": 7},
        {"PUBLIC_URL": 7},
        {"ENCRYPTION_MASTER_KEY": 7},
        "http://k:s@h/apps/1",
    ],
)
def test_no_other_check_fails_over_an_option_of_the_wrong_type(settings: Settings, onair: Any) -> None:
    settings.ONAIR = onair
    # Not Django's own of the models: they ask a database what it can do.
    messages = run_checks(tags=[Tags.compatibility, Tags.security, Tags.urls])
    assert [message.id for message in messages if message.id == "onair.E002"] == ["onair.E002"]


@pytest.mark.parametrize(
    "options",
    [
        {"URL": "gopher://k:s@h/apps/1"},
        {"PUBLIC_URL": "https://h"},
        {"ENCRYPTION_MASTER_KEY": "short"},
        {"ALLOWED_ORIGINS": ["www.example.com"]},
        {"ALLOWED_ORIGINS": ["https://a.example", "https://a.example/page"]},
    ],
)
def test_a_value_that_cannot_be_understood_is_an_error(settings: Settings, options: dict[str, str]) -> None:
    settings.ONAIR = options
    assert [message.id for message in check_settings()] == ["onair.E003"]


HOSTED = "pusher://k:s@eu/1"


def test_what_hosted_pusher_does_not_hear_is_told_with_what_to_do(settings: Settings) -> None:
    settings.ONAIR = {"URL": HOSTED, "SUBSCRIPTION_COUNTS": True, "HISTORY_SECONDS": 60}
    assert check_hosted() == [
        CheckWarning(
            'ONAIR["SUBSCRIPTION_COUNTS"] has no effect: hosted Pusher serves this site.',
            hint="Switch it on in the app's settings there, and take it out of ONAIR.",
            id="onair.W004",
        ),
        CheckWarning(
            'ONAIR["HISTORY_SECONDS"] has no effect: hosted Pusher serves this site.',
            hint="Hosted Pusher has nothing like it: take it out of ONAIR, or let a server of your own run.",
            id="onair.W004",
        ),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"SUBSCRIPTION_COUNTS": True, "HISTORY_SECONDS": 60},
        {"URL": "http://k:s@h/apps/1", "SUBSCRIPTION_COUNTS": True},
        {"URL": HOSTED},
        {"URL": HOSTED, "SUBSCRIPTION_COUNTS": False, "AUTHORIZATION_TIMEOUT": None},
    ],
)
def test_what_is_heard_or_not_asked_is_not_told(settings: Settings, options: dict[str, Any]) -> None:
    settings.ONAIR = options
    assert check_hosted() == []


def test_hosted_pusher_without_its_library_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONAIR = {"URL": HOSTED}
    assert check_library() == []
    monkeypatch.setattr("onair.checks.find_spec", lambda name: None)
    assert check_library() == [
        CheckWarning(
            "Events go to hosted Pusher, and its library is not installed: none leaves.",
            hint='Run: pip install "django-onair[pusher]"',
            id="onair.W005",
        )
    ]


@pytest.mark.parametrize("options", [{}, {"URL": "http://k:s@h/apps/1"}, {"URL": "nonsense"}])
def test_nobody_else_needs_the_library_of_hosted_pusher(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    monkeypatch.setattr("onair.checks.find_spec", lambda name: None)
    settings.ONAIR = options
    assert check_library() == []


ENGINES = [("redis", "hiredis", "redis"), ("postgres", "psycopg", "postgres")]


@pytest.mark.parametrize(("scheme", "library", "extra"), ENGINES)
def test_an_engine_without_its_library_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, scheme: str, library: str, extra: str
) -> None:
    settings.ONAIR = {"URL": f"{scheme}://me:a-secret@127.0.0.1:1/0"}
    assert check_engine() == []
    for name in [name for name in sys.modules if name.startswith(f"onair.engines.{scheme}")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    assert check_engine() == [
        CheckWarning(
            f"The processes of this site share it through {scheme}://127.0.0.1:1/0, and a library for that "
            f"is not installed ({library}): no event leaves, and no socket is served.",
            hint=f'Run: pip install "django-onair[{extra}]"',
            id="onair.W006",
        )
    ]


def test_a_url_that_an_engine_cannot_read_is_an_error(settings: Settings) -> None:
    settings.ONAIR = {"URL": "redis://:a-secret@127.0.0.1:1/0?colour=red"}
    [message] = check_engine()
    assert message.id == "onair.E003"
    assert "no option colour" in message.msg
    assert 'ONAIR["URL"]' in message.msg
    assert "a-secret" not in message.msg


@pytest.mark.parametrize(
    "options", [{}, {"URL": "http://k:s@h/apps/1"}, {"URL": HOSTED}, {"URL": "nonsense"}]
)
def test_without_an_engine_nothing_is_said_of_one(settings: Settings, options: dict[str, Any]) -> None:
    settings.ONAIR = options
    assert check_engine() == []


def test_what_hosted_pusher_does_not_hear_are_options() -> None:
    assert NEED_OWN_SERVER.keys() <= conf.OPTIONS.keys()
