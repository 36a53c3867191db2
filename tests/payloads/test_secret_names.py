from __future__ import annotations

import pytest

from onair.payloads import looks_secret


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password_hash",
        "userPassword",
        "hashed_password",
        "token",
        "auth_token",
        "authToken",
        "authtoken",
        "access_tokens",
        "secret",
        "client_secret",
        "clientsecret",
        "api_key",
        "apikey",
        "APIKey",
        "stripe_api_key",
        "private_key",
        "ssh_private_key_2",
        "access_key",
        "salt",
        "hash",
        "session",
        "session_id",
        "otp",
        "pin",
        "credentials",
        "recovery_codes",
        "card_number",
        "cvv",
    ],
)
def test_the_name_of_a_secret_is_known(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "title",
        "secretary",
        "tokenised_text",
        "key",
        "keyword",
        "primary_key",
        "hashtag",
        "author",
        "authority",
        "shopping",
        "spin",
        "passenger",
        "obsession",
        "number",
        "card",
        "",
    ],
)
def test_an_ordinary_name_is_no_secret(name: str) -> None:
    assert not looks_secret(name)
