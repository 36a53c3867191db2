from __future__ import annotations

from typing import Any

import pytest

from onair.protocol.app import App, Credential, Limits, Webhook
from tests.protocol.clients import APP, CREDENTIAL, RETIRED


def test_the_first_credential_is_the_current_one() -> None:
    assert (APP.key, APP.secret) == (CREDENTIAL.key, CREDENTIAL.secret)


@pytest.mark.parametrize("credential", [CREDENTIAL, RETIRED])
def test_each_credential_is_found_by_its_key(credential: Credential) -> None:
    assert APP.credential(credential.key) is credential


def test_an_unknown_key_has_no_credential() -> None:
    assert APP.credential("unknown") is None


def test_a_secret_is_not_shown() -> None:
    assert CREDENTIAL.secret not in repr(APP)


BAD_LIMITS: list[dict[str, Any]] = [
    {"event_bytes": 0},
    {"client_message_bytes": -1},
    {"channels_per_connection": 0},
    {"client_events_per_second": 0},
    {"subscriptions_per_second": 0},
    {"connections": 0},
    {"watchlist": 0},
    {"cache_seconds": 0},
    {"cache_bytes": 0},
    {"history_seconds": 0},
    {"history_events": 0},
    {"history_bytes": 0},
]


@pytest.mark.parametrize("limit", BAD_LIMITS, ids=lambda limit: next(iter(limit)))
def test_a_limit_is_at_least_one(limit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(limit))):
        Limits(**limit)


def test_an_app_without_credentials_is_refused() -> None:
    with pytest.raises(ValueError, match="App 1 has no credential"):
        App("1", ())


def test_an_activity_timeout_that_pusher_js_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="activity timeout"):
        App("1", (CREDENTIAL,), activity_timeout=0)


def test_an_authorization_timeout_is_at_least_a_second() -> None:
    with pytest.raises(ValueError, match="authorization timeout"):
        App("1", (CREDENTIAL,), authorization_timeout=0)


def test_a_webhook_for_what_is_never_told_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match="wants channel_closed: the names are cache_miss, channel_occupied"):
        Webhook(url="https://example.com", notices=frozenset({"channel_closed", "member_added"}))


@pytest.mark.parametrize("url", ["", "example.com/hook", "ftp://example.com", "http://", "https:///hook"])
def test_a_webhook_needs_an_address(url: str) -> None:
    with pytest.raises(ValueError, match="begins with http"):
        Webhook(url=url)
