from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import Error
from pytest_django import Settings

from onair import conf
from onair.checks import check_settings


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
        {"ALLOWED_ORIGINS": None},
        {"DRAIN_TIMEOUT": 1},
        {"DRAIN_TIMEOUT": 2.5},
        {"MAX_CONNECTIONS": None},
        {"MAX_CONNECTIONS": 10},
    ],
)
def test_an_option_of_the_right_type_is_right(settings: Settings, options: dict[str, Any]) -> None:
    settings.ONAIR = options
    assert check_settings() == []


def test_settings_that_are_no_dictionary_are_an_error(settings: Settings) -> None:
    settings.ONAIR = "http://k:s@h/apps/1"
    assert [message.id for message in check_settings()] == ["onair.E002"]


@pytest.mark.parametrize("options", [{"URL": "gopher://k:s@h/apps/1"}, {"PUBLIC_URL": "https://h"}])
def test_an_address_that_cannot_be_understood_is_an_error(
    settings: Settings, options: dict[str, str]
) -> None:
    settings.ONAIR = options
    assert [message.id for message in check_settings()] == ["onair.E003"]
