from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol import errors, messages
from onair.protocol.errors import BadMessage, ProtocolError
from onair.protocol.member import Member
from onair.protocol.messages import Subscription, decode, encode
from tests.protocol.clients import steady

# P 1.5: the exact bytes; a JSON string in the data of all but pusher:error, ping and pong.
SERVER_MESSAGES = [
    (
        messages.connection_established("123.456", 120),
        (
            '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"123.456\\",'
            '\\"activity_timeout\\":120}"}'
        ),
    ),
    (
        messages.error(errors.OverCapacity()),
        '{"event":"pusher:error","data":{"code":4100,"message":"Over capacity"}}',
    ),
    (
        messages.error(errors.ExistingSubscription("a")),
        '{"event":"pusher:error","data":{"code":null,"message":"Existing subscription to channel a"}}',
    ),
    (messages.PING, '{"event":"pusher:ping","data":{}}'),
    (messages.PONG, '{"event":"pusher:pong","data":{}}'),
    (
        messages.subscription_error("private-a", errors.InvalidAuth("No")),
        (
            '{"event":"pusher:subscription_error","data":"{\\"type\\":\\"AuthError\\",\\"error\\":\\"No\\",'
            '\\"status\\":401}","channel":"private-a"}'
        ),
    ),
    (
        messages.subscription_succeeded("news"),
        '{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"news"}',
    ),
    (
        messages.subscription_succeeded("presence-a", [Member("1", b'{"n":"A"}'), Member("2")]),
        (
            '{"event":"pusher_internal:subscription_succeeded","data":"{\\"presence\\":{\\"ids\\":[\\"1\\",\\"2\\"],'
            '\\"hash\\":{\\"1\\":{\\"n\\":\\"A\\"},\\"2\\":null},\\"count\\":2}}","channel":"presence-a"}'
        ),
    ),
    (
        messages.member_added("presence-a", Member("1", b'{"n":"A"}')),
        (
            '{"event":"pusher_internal:member_added","data":"{\\"user_id\\":\\"1\\",'
            '\\"user_info\\":{\\"n\\":\\"A\\"}}","channel":"presence-a"}'
        ),
    ),
    (
        messages.member_removed("presence-a", "1"),
        '{"event":"pusher_internal:member_removed","data":"{\\"user_id\\":\\"1\\"}","channel":"presence-a"}',
    ),
    (
        encode("update", '{"a": 1}', "news"),
        '{"event":"update","data":"{\\"a\\": 1}","channel":"news"}',
    ),
    (
        encode("client-x", "null", "presence-a", "7"),
        '{"event":"client-x","data":"null","channel":"presence-a","user_id":"7"}',
    ),
]


@pytest.mark.parametrize(("payload", "expected"), SERVER_MESSAGES)
def test_a_servers_message_is_as_the_protocol_says(payload: bytes, expected: str) -> None:
    assert payload.decode() == expected


@steady
@given(st.text(), st.text(), st.none() | st.text(min_size=1), st.none() | st.text(min_size=1))
def test_what_is_encoded_is_decoded_again(
    event: str, data: str, channel: str | None, user_id: str | None
) -> None:
    payload = encode(event, data, channel, user_id)
    for message in (decode(payload), decode(payload.decode())):
        assert (message.event, message.text, message.channel, message.user_id) == (
            event,
            data,
            channel,
            user_id,
        )


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@steady
@given(JSON)
def test_data_is_read_as_an_object_or_as_a_string_of_one(data: Any) -> None:
    """P 1.4: be liberal; Reverb and old clients are."""
    twice = encode("x", json.dumps(data))
    assert decode(twice).value == data
    if not isinstance(data, str):
        assert decode(json.dumps({"event": "x", "data": data})).value == data


def test_a_message_without_data_has_null() -> None:
    assert decode(b'{"event":"x"}').value is None


def test_an_event_that_is_not_text_is_refused() -> None:
    with pytest.raises(BadMessage, match="not text"):
        encode("x", "\ud800")


NOT_MESSAGES = [
    b"",
    b"hello",
    b"[]",
    b"null",
    b"{}",
    b'{"event":1}',
    b'{"event":null}',
    b'{"event":"x","channel":1}',
    b'{"event":"x"} {}',
    b'{"event":"x","data":}',
    b'{"event":"x","data":NaN}',
    b'{"event":"\\ud800"}',
    b'{"event":"x","data":"\\ud800"}',
    b'{"event":"x","data":"\xff"}',
    b'{"event":"x","data":{"a":"\xff"}}',
    b'{"event":"x","data":"\xed\xa0\x80"}',
    b"[" * 10_000,
    b'{"event":"x","more":' + b'{"a":' * 3_000,
]


@pytest.mark.parametrize("payload", NOT_MESSAGES, ids=lambda payload: repr(payload[:40]))
def test_what_is_not_a_message_is_refused(payload: bytes) -> None:
    """P-TXT."""
    with pytest.raises(BadMessage):
        decode(payload)


@pytest.mark.parametrize("field", ["data", "user_id", "more"])
def test_deep_nesting_raises_nothing_but_a_protocol_error(field: str) -> None:
    """How deep is too deep differs between Python's versions."""
    with contextlib.suppress(ProtocolError):
        decode(b'{"event":"x","%s":' % field.encode() + b"[" * 5_000 + b"]" * 5_000 + b"}")


@steady
@given(st.binary())
def test_junk_raises_nothing_but_a_protocol_error(payload: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        decode(payload)


def with_data(data: str) -> bytes:
    return f'{{"event":"x","data":{data}}}'.encode()


SUBSCRIPTION = {"channel": "a", "auth": "k:s", "channel_data": "{}"}
SUBSCRIPTIONS = [
    (json.dumps(SUBSCRIPTION), Subscription("a", "k:s", "{}")),
    (json.dumps(json.dumps(SUBSCRIPTION)), Subscription("a", "k:s", "{}")),
    ('{"channel":"a"}', Subscription("a")),
    ('{"channel":"a","auth":null,"channel_data":null,"more":1}', Subscription("a")),
]


@pytest.mark.parametrize(("data", "subscription"), SUBSCRIPTIONS)
def test_the_data_of_a_subscription_is_read(data: str, subscription: Subscription) -> None:
    assert messages.read_subscription(decode(with_data(data))) == subscription


@pytest.mark.parametrize(
    "data",
    ["null", "{}", "[]", '""', '"a"', '"\\"{}\\""', '{"channel":1}', '{"channel":"a","auth":1}'],
)
def test_the_data_of_a_subscription_must_be_one(data: str) -> None:
    message = decode(with_data(data))
    with pytest.raises(BadMessage):
        messages.read_subscription(message)


def test_a_message_without_data_is_no_subscription() -> None:
    with pytest.raises(BadMessage):
        messages.read_subscription(decode('{"event":"x"}'))


@pytest.mark.parametrize("data", ['{"channel":"a"}', '"{\\"channel\\":\\"a\\"}"'])
def test_the_data_of_an_unsubscription_is_read(data: str) -> None:
    assert messages.read_unsubscription(decode(with_data(data))).channel == "a"
