"""Signatures: those of the protocol's documents, and what must not pass for one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol.app import App, Credential
from onair.protocol.errors import (
    BadChannel,
    BadSocketId,
    InvalidKey,
    InvalidRequestSignature,
    InvalidSignature,
    MissingAuth,
    ProtocolError,
)
from onair.protocol.signing import (
    sign_channel,
    sign_user,
    sign_webhook,
    signed_query,
    verify_body,
    verify_channel,
    verify_request,
    verify_user,
    verify_webhook,
)
from tests.protocol.clients import APP, CREDENTIAL, FOREIGN, RETIRED, SOCKET_ID, steady

KEY = CREDENTIAL.key
MEMBER = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}'
USER = '{"id":"12345"}'

CHANNEL_VECTORS = [
    ("private-foobar", None, "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"),
    # The documents print the signature of another name beside this one.
    ("presence-foobar", MEMBER, "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"),
    (
        "presence-foobar",
        '{"user_id":10,"user_info":{"name":"Mr. Pusher"}}',
        "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c",
    ),
]
USER_VECTOR = "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
REQUEST_VECTOR = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"

BODY = b'{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}'
NOW = 1353088179
PATH = "/apps/3/events"


@pytest.mark.parametrize(("channel", "data", "signature"), CHANNEL_VECTORS)
def test_a_channel_is_signed_as_documented(channel: str, data: str | None, signature: str) -> None:
    auth = sign_channel(CREDENTIAL, SOCKET_ID, channel, data)
    assert auth == f"{KEY}:{signature}"
    verify_channel(APP, auth, SOCKET_ID, channel, data)


def test_a_user_is_signed_as_documented() -> None:
    auth = sign_user(CREDENTIAL, SOCKET_ID, USER)
    assert auth == f"{KEY}:{USER_VECTOR}"
    verify_user(APP, auth, SOCKET_ID, USER)


def test_a_retired_credential_still_signs() -> None:
    verify_channel(APP, sign_channel(RETIRED, SOCKET_ID, "private-a"), SOCKET_ID, "private-a")
    verify_user(APP, sign_user(RETIRED, SOCKET_ID, USER), SOCKET_ID, USER)


GOOD = sign_channel(CREDENTIAL, SOCKET_ID, "presence-a", MEMBER)
SIGNATURE = GOOD.removeprefix(f"{KEY}:")
FORGERIES = [
    ("another socket's", (GOOD, "1234.1235", "presence-a", MEMBER), InvalidSignature),
    ("another channel's", (GOOD, SOCKET_ID, "presence-b", MEMBER), InvalidSignature),
    ("another user's", (GOOD, SOCKET_ID, "presence-a", MEMBER.replace("10", "11")), InvalidSignature),
    ("the same data, written otherwise", (GOOD, SOCKET_ID, "presence-a", MEMBER + " "), InvalidSignature),
    ("without its data", (GOOD, SOCKET_ID, "presence-a", None), InvalidSignature),
    ("cut", (GOOD[:-1], SOCKET_ID, "presence-a", MEMBER), InvalidSignature),
    ("in capitals", (f"{KEY}:{SIGNATURE.upper()}", SOCKET_ID, "presence-a", MEMBER), InvalidSignature),
    ("only a key", (KEY, SOCKET_ID, "presence-a", MEMBER), InvalidSignature),
    ("not ASCII", (f"{KEY}:\u00e9\ud800", SOCKET_ID, "presence-a", MEMBER), InvalidSignature),
    ("with a foreign key", (f"foreign:{SIGNATURE}", SOCKET_ID, "presence-a", MEMBER), InvalidKey),
    ("another secret", (sign_channel(FOREIGN, SOCKET_ID, "private-a"), SOCKET_ID, "private-a"), InvalidKey),
    (
        "the retired key with the current secret",
        (f"{RETIRED.key}:{SIGNATURE}", SOCKET_ID, "presence-a", MEMBER),
        InvalidSignature,
    ),
    ("without a key", (f":{SIGNATURE}", SOCKET_ID, "presence-a", MEMBER), InvalidKey),
    ("empty", ("", SOCKET_ID, "private-a"), MissingAuth),
    ("missing", (None, SOCKET_ID, "private-a"), MissingAuth),
]


@pytest.mark.parametrize(
    ("arguments", "error"), [row[1:] for row in FORGERIES], ids=[row[0] for row in FORGERIES]
)
def test_a_forged_authorisation_is_refused(arguments: tuple[Any, ...], error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        verify_channel(APP, *arguments)


def test_the_refusal_says_what_should_have_been_signed_and_not_with_what() -> None:
    with pytest.raises(InvalidSignature) as refusal:
        verify_channel(APP, f"{KEY}:123", SOCKET_ID, "private-a")
    assert refusal.value.message == (
        "Invalid signature: Expected HMAC SHA256 hex digest of 1234.1234:private-a, but got '123'"
    )


@pytest.mark.parametrize(("user_data", "error"), [('{"id":"1"}', InvalidSignature)])
def test_a_forged_user_is_refused(user_data: str, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        verify_user(APP, sign_user(CREDENTIAL, SOCKET_ID, USER), SOCKET_ID, user_data)


@pytest.mark.parametrize(
    ("socket_id", "channel", "error"),
    [
        ("1.2:private-secret", "x", BadSocketId),
        ("1.2", "private-a:{}", BadChannel),
        ("1.2", "#server-to-user-1", BadChannel),
    ],
)
def test_nothing_is_signed_that_could_stand_for_something_else(
    socket_id: str, channel: str, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        sign_channel(CREDENTIAL, socket_id, channel)


def test_no_user_is_signed_for_what_is_not_a_socket_id() -> None:
    with pytest.raises(BadSocketId):
        sign_user(CREDENTIAL, "1.2:x", USER)


def verify(app: App, method: str, path: str, params: dict[str, str], body: bytes, *, now: int) -> Credential:
    """Verify a request, and then the body that came with it."""
    credential = verify_request(app, method, path, params, now=now)
    verify_body(params, body)
    return credential


def test_a_request_is_signed_as_documented() -> None:
    query = signed_query(CREDENTIAL, "POST", PATH, BODY, timestamp=NOW)
    assert query == {
        "auth_key": KEY,
        "auth_timestamp": "1353088179",
        "auth_version": "1.0",
        "body_md5": "ec365a775a4cd0599faeb73354201b6f",
        "auth_signature": REQUEST_VECTOR,
    }
    assert verify(APP, "POST", PATH, query, BODY, now=NOW) is CREDENTIAL


def test_all_parameters_are_signed_sorted_and_in_lower_case() -> None:
    """P 1.7: known or not, and whatever their case."""
    query = signed_query(
        CREDENTIAL, "get", "/apps/3/channels", timestamp=NOW, params={"Info": "a&b c", "filter": "p-"}
    )
    assert verify(APP, "GET", "/apps/3/channels", query, b"", now=NOW) is CREDENTIAL
    with pytest.raises(InvalidRequestSignature, match="filter=p-&info=a&b d"):
        verify(APP, "GET", "/apps/3/channels", query | {"Info": "a&b d"}, b"", now=NOW)


def test_a_retired_credential_signs_requests_and_is_returned() -> None:
    query = signed_query(RETIRED, "POST", PATH, BODY, timestamp=NOW)
    assert verify(APP, "POST", PATH, query, BODY, now=NOW) is RETIRED


@pytest.mark.parametrize("skew", [-600, 0, 600])
def test_the_clocks_may_differ_by_ten_minutes(skew: int) -> None:
    query = signed_query(CREDENTIAL, "POST", PATH, BODY, timestamp=NOW)
    verify(APP, "POST", PATH, query, BODY, now=NOW + skew)


def test_a_body_md5_without_a_body_is_tolerated() -> None:
    """P 1.7: the official Python library sends one on every GET."""
    query = signed_query(
        CREDENTIAL,
        "GET",
        "/apps/3/channels",
        timestamp=NOW,
        params={"body_md5": "d41d8cd98f00b204e9800998ecf8427e"},
    )
    verify(APP, "GET", "/apps/3/channels", query, b"", now=NOW)


QUERY = signed_query(CREDENTIAL, "POST", PATH, BODY, timestamp=NOW)
UNSIGNED_BODY = {
    name: value
    for name, value in signed_query(CREDENTIAL, "POST", PATH, timestamp=NOW).items()
    if name != "body_md5"
}
BAD_REQUESTS: list[tuple[str, dict[str, Any], str]] = [
    ("no key", {"params": {}}, "Missing auth_key: sign the request"),
    ("a foreign key", {"params": QUERY | {"auth_key": "foreign"}}, "Invalid auth_key 'foreign'"),
    ("no version", {"params": QUERY | {"auth_version": "2.0"}}, "Invalid auth_version"),
    ("no time", {"params": QUERY | {"auth_timestamp": ""}}, "Invalid auth_timestamp"),
    ("not a time", {"params": QUERY | {"auth_timestamp": "1e9"}}, "Invalid auth_timestamp"),
    ("Arabic digits", {"params": QUERY | {"auth_timestamp": "\u0661"}}, "Invalid auth_timestamp"),
    ("an endless time", {"params": QUERY | {"auth_timestamp": "1" * 5000}}, "Invalid auth_timestamp"),
    ("too late", {"now": NOW + 601}, "Timestamp expired"),
    ("too early", {"now": NOW - 601}, "Timestamp expired"),
    ("another body", {"body": b"{}"}, "Invalid body_md5"),
    ("a body that is not signed", {"params": UNSIGNED_BODY}, "Invalid body_md5"),
    ("another method", {"method": "GET"}, "Invalid signature"),
    ("another path", {"path": "/apps/4/events"}, "Invalid signature"),
    ("another parameter", {"params": QUERY | {"info": "user_count"}}, "Invalid signature"),
    ("no signature", {"params": QUERY | {"auth_signature": ""}}, "Invalid signature"),
    ("a surrogate", {"params": QUERY | {"info": "\ud800"}}, "Invalid signature"),
]


@pytest.mark.parametrize(
    ("change", "text"), [row[1:] for row in BAD_REQUESTS], ids=[row[0] for row in BAD_REQUESTS]
)
def test_a_request_that_is_not_signed_right_is_refused(change: dict[str, Any], text: str) -> None:
    request: dict[str, Any] = {
        "method": "POST",
        "path": PATH,
        "params": QUERY,
        "body": BODY,
        "now": NOW,
    } | change
    with pytest.raises(InvalidRequestSignature, match=text):
        verify(APP, **request)


def test_the_refusal_of_a_request_shows_what_should_have_been_signed() -> None:
    with pytest.raises(InvalidRequestSignature) as refusal:
        verify(APP, "POST", PATH, QUERY | {"auth_signature": "123"}, BODY, now=NOW)
    assert refusal.value.message == (
        f'Invalid signature: you should have sent HmacSHA256Hex("POST\\n/apps/3/events\\nauth_key={KEY}'
        "&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f"
        "\", your_secret_key), but you sent '123'"
    )


@steady
@given(
    st.dictionaries(
        st.sampled_from([*QUERY, "info"]), st.text(st.characters()) | st.sampled_from([*QUERY.values()])
    ),
    st.binary(),
)
def test_junk_is_never_a_signed_request(params: dict[str, str], body: bytes) -> None:
    with pytest.raises(InvalidRequestSignature):
        verify(APP, "POST", PATH, params, body, now=NOW)


def test_a_webhook_that_we_signed_is_verified() -> None:
    verify_webhook(APP, KEY, sign_webhook(CREDENTIAL.secret, BODY), BODY)


@pytest.mark.parametrize(
    ("key", "signature", "text"),
    [
        ("foreign", sign_webhook(CREDENTIAL.secret, BODY), "X-Pusher-Key 'foreign'"),
        (RETIRED.key, sign_webhook(CREDENTIAL.secret, BODY), "X-Pusher-Signature"),
        (KEY, sign_webhook(CREDENTIAL.secret, b"{}"), "X-Pusher-Signature"),
        (KEY, "", "X-Pusher-Signature"),
    ],
)
def test_a_webhook_that_we_did_not_sign_is_refused(key: str, signature: str, text: str) -> None:
    with pytest.raises(InvalidRequestSignature, match=text):
        verify_webhook(APP, key, signature, BODY)
