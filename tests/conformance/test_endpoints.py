"""What a site answers to its pages: authorisations, which any server of the protocol takes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from onair import conf
from onair.authorization.rules import authorize, rules
from tests.conformance.application import digest

SOCKET = "123.456"
MASTER_KEY = "nxzvbGF+f8FGhk/jOaZvgMle1tqxzF/VfUZLBLhhaH0="


@pytest.fixture
def page(db: None) -> Iterator[Client]:
    """A page of a site whose rules let in who has logged in, as somebody has."""
    client = Client(headers={"origin": "http://testserver"})
    client.force_login(User.objects.create_user("anna"))
    with rules.set_aside():
        for pattern in ("private-room-{x}", "presence-room-{x}", "private-encrypted-{x}"):
            authorize(pattern)(lambda request, x: request.user.is_authenticated)
        yield client


def auth(*signed: str) -> str:
    credential = conf.app().credentials[0]
    return f"{credential.key}:{digest(':'.join(signed), credential.secret)}"


def test_p_auth_channel_a_form_with_socket_and_channel_is_answered_by_a_signature(page: Client) -> None:
    answer = page.post("/onair/auth", {"socket_id": SOCKET, "channel_name": "private-room-7"})

    assert answer.json() == {"auth": auth(SOCKET, "private-room-7")}


def test_p_auth_presence_the_member_is_in_a_signed_text(page: Client) -> None:
    answer = page.post("/onair/auth", {"socket_id": SOCKET, "channel_name": "presence-room-7"}).json()

    assert set(answer) == {"auth", "channel_data"}
    assert answer["auth"] == auth(SOCKET, "presence-room-7", answer["channel_data"])
    assert set(json.loads(answer["channel_data"])) == {"user_id", "user_info"}


def test_p_auth_encrypted_the_channels_key_stands_beside_the_signature(
    page: Client, settings: Settings
) -> None:
    settings.ONAIR = {"ENCRYPTION_MASTER_KEY": MASTER_KEY}
    channel = "private-encrypted-foo"
    answer = page.post("/onair/auth", {"socket_id": SOCKET, "channel_name": channel}).json()

    assert answer["auth"] == auth(SOCKET, channel)
    assert answer["shared_secret"] == "l8aZjyhYgVd1oAlAsuL4FkYEFvMp39OvXjZMWaFf1Is="


def test_p_auth_refused_who_may_not_join_gets_403(page: Client) -> None:
    page.logout()

    assert (
        page.post("/onair/auth", {"socket_id": SOCKET, "channel_name": "private-room-7"}).status_code == 403
    )


def test_p_auth_refused_a_socket_id_that_is_none_is_not_signed(page: Client) -> None:
    fields = {"socket_id": "1.2:private-other", "channel_name": "private-room-7"}

    assert page.post("/onair/auth", fields).status_code == 400


def test_p_auth_many_channels_are_answered_in_one_request(page: Client) -> None:
    wanted = {"socket_id": SOCKET, "channels": [{"name": "private-room-7"}, {"name": "private-other"}]}
    answers = page.post("/onair/auth", wanted, content_type="application/json").json()["channels"]

    assert answers["private-room-7"] == {"auth": auth(SOCKET, "private-room-7")}
    assert answers["private-other"]["status"] == 403


def test_p_auth_user_who_has_logged_in_is_signed_in(page: Client) -> None:
    answer = page.post("/onair/user-auth", {"socket_id": SOCKET}).json()

    assert set(answer) == {"auth", "user_data"}
    assert answer["auth"] == auth(f"{SOCKET}::user:", answer["user_data"])
    assert json.loads(answer["user_data"])["id"] == str(User.objects.get().pk)


def test_p_auth_user_nobody_is_nobody(page: Client) -> None:
    page.logout()

    assert page.post("/onair/user-auth", {"socket_id": SOCKET}).status_code == 403


def test_p_auth_vector_the_documents_signatures_are_right() -> None:
    secret = "7ad3773142a6692b25b8"
    vectors = {
        "1234.1234:private-foobar": "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4",
        '1234.1234::user::{"id":"12345"}': "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba",
    }

    assert {text: digest(text, secret) for text in vectors} == vectors
