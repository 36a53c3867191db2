"""Encrypted channels: the keys are those of Pusher's libraries, and so is what is sealed with them."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pusher import crypto

from onair import encryption
from onair.exceptions import ConfigurationError
from tests.publishing.sealed import opened

MASTER = "nxzvbGF+f8FGhk/jOaZvgMle1tqxzF/VfUZLBLhhaH0="
CHANNEL = "private-encrypted-foo"
# The documents' example of the two above.
SHARED = "l8aZjyhYgVd1oAlAsuL4FkYEFvMp39OvXjZMWaFf1Is="


def test_a_channels_key_is_that_of_the_documents(settings: Any) -> None:
    settings.ONAIR = {"ENCRYPTION_MASTER_KEY": MASTER}
    assert encryption.shared_secret(CHANNEL) == base64.b64decode(SHARED)
    assert encryption.shared_secret("private-encrypted-bar") != base64.b64decode(SHARED)


@pytest.mark.parametrize("options", [{}, {"ENCRYPTION_MASTER_KEY": None}, {"ENCRYPTION_MASTER_KEY": ""}])
def test_without_a_master_key_it_comes_from_the_secret_key(options: dict[str, Any], settings: Any) -> None:
    settings.ONAIR = options
    key = encryption.master_key()
    assert (len(key), key) == (32, encryption.master_key())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another one", [settings.SECRET_KEY]
    assert encryption.master_key() != key


WRONG = ["too short", MASTER[:-4], f"{MASTER[:-1]}AAA=", f" {MASTER}", MASTER.replace("/", "_"), "ä" * 44]


@pytest.mark.parametrize("value", WRONG)
def test_a_wrong_master_key_is_an_error_that_makes_a_right_one(value: str, settings: Any) -> None:
    settings.ONAIR = {"ENCRYPTION_MASTER_KEY": value}
    with pytest.raises(ConfigurationError, match=r'ONAIR\["ENCRYPTION_MASTER_KEY"\]') as raised:
        encryption.master_key()
    message = str(raised.value)
    assert value.strip() not in message
    (command,) = [part for part in message.split(": ") if part.startswith("python -c ")]
    code = command.partition('"')[2].partition('"')[0]
    printed: list[str] = []
    exec(code, {"print": printed.append})
    settings.ONAIR = {"ENCRYPTION_MASTER_KEY": printed[0]}
    assert len(encryption.master_key()) == 32


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_is_opened_by_who_has_the_key_and_is_as_large_as_foretold(text: str) -> None:
    sealed = encryption.seal(CHANNEL, text)
    assert opened(CHANNEL, sealed) == text
    assert len(sealed) == encryption.sealed_size(len(text.encode()))


def test_no_two_events_are_sealed_alike() -> None:
    assert len({encryption.seal(CHANNEL, "{}") for _ in range(100)}) == 100


def test_the_official_library_seals_the_same(settings: Any) -> None:
    settings.ONAIR = {"ENCRYPTION_MASTER_KEY": MASTER}
    nonce = base64.b64decode(json.loads(encryption.seal(CHANNEL, '{"n":1}'))["nonce"])
    theirs = crypto.encrypt(CHANNEL, '{"n":1}', base64.b64decode(MASTER), nonce)
    assert opened(CHANNEL, json.dumps(theirs)) == '{"n":1}'
    assert list(json.loads(encryption.seal(CHANNEL, "{}"))) == list(theirs)


def test_without_pynacl_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    encryption.check()
    monkeypatch.setitem(sys.modules, "nacl", None)
    with pytest.raises(ConfigurationError, match=r'pip install "django-onair\[encrypted\]"'):
        encryption.check()
