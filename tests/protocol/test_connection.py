"""One connection: what comes in, what comes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol import messages
from onair.protocol.app import App, Limits
from onair.protocol.connection import (
    PONG_TIMEOUT,
    ClientEvent,
    Close,
    Connection,
    Output,
    Send,
    SignIn,
    Subscribe,
    Unsubscribe,
)
from onair.protocol.errors import PongTimeout, Unauthorized
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.user import User, user_of
from tests.protocol.clients import (
    APP,
    CREDENTIAL,
    FOREIGN,
    RETIRED,
    SOCKET_ID,
    channel_data,
    client_message,
    content,
    sign_in,
    steady,
    subscribe,
    subscription,
)

ANNA = channel_data("7", name="Anna")
MEMBER = Member("7", b'{"name": "Anna"}')


def connect(app: App = APP, *received: bytes) -> Connection:
    connection = Connection(app, CREDENTIAL, SOCKET_ID, now=0)
    for payload in received:
        connection.receive(payload, 0)
    return connection


def errors(outputs: Sequence[Output]) -> list[tuple[Any, Any]]:
    """The event and the code or status of each output, all of which are errors that are sent."""
    shown = []
    for output in outputs:
        assert isinstance(output, Send)
        message = content(output.payload)
        shown.append((message["event"], message["data"].get("code", message["data"].get("status"))))
    return shown


TOLD = [("pusher:error", None)]
REFUSED = [*TOLD, ("pusher:subscription_error", 401)]
MISNAMED = [*TOLD, ("pusher:subscription_error", 400)]
FULL = [*TOLD, ("pusher:subscription_error", 403)]


def test_the_first_message_names_the_socket_and_the_activity_timeout() -> None:
    """P-EST."""
    assert connect(replace(APP, activity_timeout=30)).open() == (
        Send(messages.connection_established(SOCKET_ID, 30)),
    )


# state (what was received before), input, outputs
ACCEPTED: dict[str, tuple[list[bytes], bytes, Sequence[Output]]] = {
    "ping": ([], client_message("pusher:ping"), (Send(messages.PONG),)),
    "ping without data": ([], b'{"event":"pusher:ping"}', (Send(messages.PONG),)),
    "pong": ([], client_message("pusher:pong"), ()),
    "a public channel": ([], client_message("pusher:subscribe", {"channel": "news"}), (Subscribe("news"),)),
    "a public channel, as pusher-js asks": (
        [],
        client_message("pusher:subscribe", {"auth": "", "channel": "news"}),
        (Subscribe("news"),),
    ),
    "data as a string": (
        [],
        client_message("pusher:subscribe", json.dumps({"channel": "news"})),
        (Subscribe("news"),),
    ),
    "a private channel": ([], subscribe("private-a"), (Subscribe("private-a"),)),
    "a private channel by the retired key": (
        [],
        subscribe("private-a", credential=RETIRED),
        (Subscribe("private-a"),),
    ),
    "a private channel with data": ([], subscribe("private-a", "{}"), (Subscribe("private-a"),)),
    "a presence channel": ([], subscribe("presence-a", ANNA), (Subscribe("presence-a", MEMBER),)),
    "a second channel": ([subscribe("private-a")], subscribe("private-b"), (Subscribe("private-b"),)),
    "the same channel after leaving it": (
        [subscribe("private-a"), client_message("pusher:unsubscribe", {"channel": "private-a"})],
        subscribe("private-a"),
        (Subscribe("private-a"),),
    ),
    "the same channel after a refusal": (
        [client_message("pusher:subscribe", {"channel": "private-a"})],
        subscribe("private-a"),
        (Subscribe("private-a"),),
    ),
    "leaving": (
        [subscribe("private-a")],
        client_message("pusher:unsubscribe", {"channel": "private-a"}),
        (Unsubscribe("private-a"),),
    ),
    "leaving, with data as a string": (
        [subscribe("private-a")],
        client_message("pusher:unsubscribe", '{"channel": "private-a"}'),
        (Unsubscribe("private-a"),),
    ),
    "a client event": (
        [subscribe("private-a")],
        client_message("client-typing", {"n": 1}, channel="private-a"),
        (ClientEvent("private-a", "client-typing", '{"n": 1}'),),
    ),
    "a client event with a string": (
        [subscribe("private-a")],
        client_message("client-typing", '{"n":1}', channel="private-a"),
        (ClientEvent("private-a", "client-typing", '{"n":1}'),),
    ),
    "a client event without data": (
        [subscribe("private-a")],
        b'{"event":"client-typing","channel":"private-a"}',
        (ClientEvent("private-a", "client-typing", "null"),),
    ),
    "a client event of a member": (
        [subscribe("presence-a", ANNA)],
        client_message("client-typing", channel="presence-a"),
        (ClientEvent("presence-a", "client-typing", "{}", "7"),),
    ),
    "a client event of a member who claims to be another": (
        [subscribe("presence-a", ANNA)],
        client_message("client-typing", channel="presence-a", user_id="8"),
        (ClientEvent("presence-a", "client-typing", "{}", "7"),),
    ),
    "a client event with a user where there are none": (
        [subscribe("private-a")],
        client_message("client-typing", channel="private-a", user_id={"id": "8"}),
        (ClientEvent("private-a", "client-typing", "{}"),),
    ),
}


@pytest.mark.parametrize(("before", "payload", "outputs"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_allowed_is_done(before: list[bytes], payload: bytes, outputs: Sequence[Output]) -> None:
    assert connect(APP, *before).receive(payload, 0) == outputs


def forged(signed: str, /, **changes: Any) -> bytes:
    return client_message("pusher:subscribe", subscription(signed, ANNA) | changes)


BAD: dict[str, tuple[list[bytes], bytes, list[tuple[str, Any]]]] = {
    "not JSON": ([], b"hello", TOLD),
    "not UTF-8": ([], b'{"event":"\xff"}', TOLD),
    "not an object": ([], b"[]", TOLD),
    "no event": ([], b"{}", TOLD),
    "an event of the server's": ([], client_message("pusher_internal:member_added"), TOLD),
    "an unknown event of the protocol": ([], client_message("pusher:unknown"), TOLD),
    "an event that is not a client event": ([], client_message("update", channel="private-a"), TOLD),
    "a subscription without data": ([], b'{"event":"pusher:subscribe"}', TOLD),
    "a subscription to nothing": ([], client_message("pusher:subscribe", {"auth": ""}), TOLD),
    "a subscription to a number": ([], client_message("pusher:subscribe", {"channel": 7}), TOLD),
    "a name with spaces": ([], client_message("pusher:subscribe", {"channel": "private a"}), MISNAMED),
    "a name that is too long": ([], client_message("pusher:subscribe", {"channel": "x" * 201}), MISNAMED),
    "no name": ([], client_message("pusher:subscribe", {"channel": ""}), MISNAMED),
    "a channel of the server's": (
        [],
        client_message("pusher:subscribe", {"channel": "#server-to-user-7"}),
        REFUSED,
    ),
    "no auth": ([], client_message("pusher:subscribe", {"channel": "private-a"}), REFUSED),
    "empty auth": ([], client_message("pusher:subscribe", {"channel": "private-a", "auth": ""}), REFUSED),
    "auth of another app": (
        [],
        client_message("pusher:subscribe", subscription("private-a", credential=FOREIGN)),
        REFUSED,
    ),
    "auth of another socket": ([], subscribe("private-a", socket_id="1234.1235"), REFUSED),
    "auth of another channel": ([], forged("private-b", channel="private-a"), REFUSED),
    "another user in channel_data": ([], forged("presence-a", channel_data=channel_data("1")), REFUSED),
    "channel_data removed": ([], forged("presence-a", channel_data=None), REFUSED),
    "signed without channel_data": ([], subscribe("presence-a"), REFUSED),
    "signed for nobody": ([], subscribe("presence-a", '{"user_info":{}}'), REFUSED),
    "signed for a name that is none": ([], subscribe("presence-a", channel_data("a b")), MISNAMED),
    "channel_data that is no string": ([], forged("presence-a", channel_data={"user_id": "7"}), TOLD),
    "no auth for an encrypted channel": (
        [],
        client_message("pusher:subscribe", {"channel": "private-encrypted-a"}),
        REFUSED,
    ),
    "no auth for a private cache": (
        [],
        client_message("pusher:subscribe", {"channel": "private-cache-a"}),
        REFUSED,
    ),
    "no auth for an encrypted cache": (
        [],
        client_message("pusher:subscribe", {"channel": "private-encrypted-cache-a"}),
        REFUSED,
    ),
    "no auth for a presence cache": (
        [],
        client_message("pusher:subscribe", {"channel": "presence-cache-a"}),
        REFUSED,
    ),
    "no member for a presence cache": ([], subscribe("presence-cache-a"), REFUSED),
    "twice": ([subscribe("private-a")], subscribe("private-a"), TOLD),
    "twice, and forged": ([subscribe("private-a")], forged("private-a", auth="x"), TOLD),
    "leaving what was not joined": ([], client_message("pusher:unsubscribe", {"channel": "news"}), TOLD),
    "leaving nothing": ([], client_message("pusher:unsubscribe"), TOLD),
    "leaving what was refused": (
        [client_message("pusher:subscribe", {"channel": "private-a"})],
        client_message("pusher:unsubscribe", {"channel": "private-a"}),
        TOLD,
    ),
    "a client event to no channel": ([], client_message("client-typing"), TOLD),
    "a client event to a public channel": (
        [client_message("pusher:subscribe", {"channel": "news"})],
        client_message("client-typing", channel="news"),
        TOLD,
    ),
    "a client event to a channel not joined": (
        [subscribe("private-a")],
        client_message("client-typing", channel="private-b"),
        TOLD,
    ),
    "a client event after leaving": (
        [subscribe("private-a"), client_message("pusher:unsubscribe", {"channel": "private-a"})],
        client_message("client-typing", channel="private-a"),
        TOLD,
    ),
    "a client event with a long name": (
        [subscribe("private-a")],
        client_message("client-" + "x" * 200, channel="private-a"),
        TOLD,
    ),
    "too long": ([], client_message("pusher:ping", "x" * 10_240), TOLD),
}


@pytest.mark.parametrize(("before", "payload", "told"), BAD.values(), ids=BAD)
def test_what_is_not_allowed_is_told_and_changes_nothing(
    before: list[bytes], payload: bytes, told: list[tuple[str, Any]]
) -> None:
    connection = connect(APP, *before)
    subscriptions = dict(connection.subscriptions)
    assert errors(connection.receive(payload, 0)) == told
    assert connection.subscriptions == subscriptions
    assert connection.receive(client_message("pusher:ping"), 0) == (Send(messages.PONG),)


def test_a_refused_subscription_is_told_on_its_channel_too() -> None:
    outputs = connect().receive(client_message("pusher:subscribe", {"channel": "private-a"}), 0)
    reason = "Channel private-a needs auth: subscribe with what the authorisation endpoint returns"
    assert [content(output.payload) for output in outputs if isinstance(output, Send)] == [
        {"event": "pusher:error", "data": {"code": None, "message": reason}},
        {
            "event": "pusher:subscription_error",
            "channel": "private-a",
            "data": {"type": "AuthError", "error": reason, "status": 401},
        },
    ]


def test_a_duplicate_is_told_as_hosted_pusher_does() -> None:
    outputs = connect(APP, subscribe("private-a")).receive(subscribe("private-a"), 0)
    assert isinstance(outputs[0], Send)
    assert content(outputs[0].payload)["data"]["message"] == "Existing subscription to channel private-a"


def test_subscriptions_are_those_that_were_granted() -> None:
    connection = connect(
        APP, subscribe("private-a"), subscribe("presence-a", ANNA), forged("private-b", auth="x")
    )
    assert connection.subscriptions == {"private-a": None, "presence-a": MEMBER}


def test_no_more_channels_than_the_limit_are_joined() -> None:
    connection = connect()
    for number in range(200):
        assert connection.receive(subscribe(f"private-{number}"), 0) == (Subscribe(f"private-{number}"),)
    assert errors(connection.receive(subscribe("private-200"), 0)) == FULL
    connection.receive(client_message("pusher:unsubscribe", {"channel": "private-0"}), 0)
    assert connection.receive(subscribe("private-200"), 0) == (Subscribe("private-200"),)


def test_a_message_of_the_allowed_size_is_handled() -> None:
    ping = client_message("pusher:ping")
    connection = connect(replace(APP, limits=Limits(client_message_bytes=len(ping))))
    assert connection.receive(ping, 0) == (Send(messages.PONG),)
    assert errors(connection.receive(ping + b" ", 0)) == TOLD


def test_client_events_are_off_unless_the_app_has_them_on() -> None:
    connection = connect(App("1", (CREDENTIAL,)), subscribe("private-a"))
    assert errors(connection.receive(client_message("client-typing", channel="private-a"), 0)) == TOLD


CLIENT_EVENT = client_message("client-typing", channel="private-a")
SENT = (ClientEvent("private-a", "client-typing", "{}"),)


def test_client_events_over_the_rate_are_told_and_the_connection_stays() -> None:
    connection = connect(APP, subscribe("private-a"))
    times = [100 + number / 20 for number in range(11)]
    outputs = [connection.receive(CLIENT_EVENT, now) for now in times]
    assert outputs[:10] == [SENT] * 10
    assert errors(outputs[10]) == [("pusher:error", 4301)]
    assert errors(connection.receive(CLIENT_EVENT, 100.99)) == [("pusher:error", 4301)]
    assert connection.receive(CLIENT_EVENT, 101) == SENT
    assert errors(connection.receive(CLIENT_EVENT, 101)) == [("pusher:error", 4301)]


def test_refused_client_events_do_not_count() -> None:
    connection = connect(APP, subscribe("private-a"))
    for _ in range(20):
        connection.receive(client_message("client-typing", channel="private-b"), 0)
    assert connection.receive(CLIENT_EVENT, 0) == SENT


@steady
@given(st.lists(st.floats(0, 3), max_size=40).map(sorted), st.integers(1, 5))
def test_no_second_ever_has_more_client_events_than_the_limit(times: list[float], limit: int) -> None:
    app = replace(APP, limits=Limits(client_events_per_second=limit))
    connection = connect(app, subscribe("private-a"))
    sent: list[float] = []
    for now in times:
        allowed = sum(now - then < 1 for then in sent) < limit
        assert (connection.receive(CLIENT_EVENT, now) == SENT) is allowed
        sent += [now] if allowed else []


USER = '{"id":"7","user_info":{"name": "Anna"},"watchlist":["8"]}'
OWN_CHANNEL = client_message("pusher:subscribe", {"channel": "#server-to-user-7", "auth": ""})

# state (what was received before), input, outputs
SIGNED_IN: dict[str, tuple[list[bytes], bytes, Sequence[Output]]] = {
    "signing in": ([], sign_in(USER), (SignIn(user_of(USER)),)),
    "signing in by the retired key": ([], sign_in(USER, credential=RETIRED), (SignIn(user_of(USER)),)),
    "the same user again": (
        [sign_in(USER)],
        sign_in('{"id":"7"}'),
        (SignIn(User("7", '{"id":"7"}')),),
    ),
    "the user's own channel": ([sign_in(USER)], OWN_CHANNEL, (Subscribe("#server-to-user-7"),)),
    "a presence channel without saying again who it is": (
        [sign_in(USER)],
        subscribe("presence-a"),
        (Subscribe("presence-a", Member("7", b'{"name": "Anna"}')),),
    ),
    "a presence channel as somebody else": (
        [sign_in(USER)],
        subscribe("presence-a", channel_data("9")),
        (Subscribe("presence-a", Member("9", b"{}")),),
    ),
}


@pytest.mark.parametrize(("before", "payload", "outputs"), SIGNED_IN.values(), ids=SIGNED_IN)
def test_a_user_signs_in(before: list[bytes], payload: bytes, outputs: Sequence[Output]) -> None:
    """P-SIGNIN."""
    assert connect(APP, *before).receive(payload, 0) == outputs


NOT_SIGNED_IN: dict[str, tuple[list[bytes], bytes, list[tuple[Any, Any]]]] = {
    "for another socket": ([], sign_in(USER, socket_id="9.9"), TOLD),
    "by a foreign secret": ([], sign_in(USER, credential=FOREIGN), TOLD),
    "with the signature of a channel": (
        [],
        client_message(
            "pusher:signin",
            {"user_data": "private-a", "auth": subscription("private-a")["auth"]},
        ),
        TOLD,
    ),
    "without auth": ([], client_message("pusher:signin", {"user_data": USER}), TOLD),
    "without data": ([], client_message("pusher:signin"), TOLD),
    "as nobody": ([], sign_in("{}"), TOLD),
    "as another user": ([sign_in(USER)], sign_in('{"id":"8"}'), TOLD),
    "a user's channel by nobody": ([], OWN_CHANNEL, REFUSED),
    "another user's channel": ([sign_in('{"id":"8"}')], OWN_CHANNEL, REFUSED),
    "the channel of a longer id": ([sign_in('{"id":"77"}')], OWN_CHANNEL, REFUSED),
}


@pytest.mark.parametrize(("before", "payload", "told"), NOT_SIGNED_IN.values(), ids=NOT_SIGNED_IN)
def test_who_is_no_user_is_told_so(before: list[bytes], payload: bytes, told: list[tuple[Any, Any]]) -> None:
    """P-SIGNIN."""
    assert errors(connect(APP, *before).receive(payload, 0)) == told


def test_a_refused_sign_in_changes_nothing() -> None:
    connection = connect(APP, sign_in(USER), sign_in('{"id":"8"}'))
    assert connection.user == user_of(USER)


def test_a_watchlist_that_is_too_long_is_cut_and_told() -> None:
    """P-4302: the error, and success all the same."""
    connection = connect(replace(APP, limits=Limits(watchlist=2)))
    told, done = connection.receive(sign_in('{"id":"7","watchlist":["1","2","3"]}'), 0)
    assert errors([told]) == [("pusher:error", 4302)]
    assert isinstance(done, SignIn)
    assert done.user.watchlist == ("1", "2")


def test_a_watchlist_of_just_the_limit_is_watched_whole() -> None:
    connection = connect(replace(APP, limits=Limits(watchlist=2)))
    assert connection.receive(sign_in('{"id":"7","watchlist":["1","2"]}'), 0) == (
        SignIn(user_of('{"id":"7","watchlist":["1","2"]}')),
    )


# what a subscription asks, what the hub is told
RESUMES: list[tuple[Any, Resume | None]] = [
    (None, None),
    ({}, Resume()),
    ({"position": "e.1", "socket_id": "1.2", "more": 1}, Resume("e.1", "1.2")),
]


@pytest.mark.parametrize(("asked", "resume"), RESUMES)
def test_a_client_of_ours_says_where_it_was(asked: Any, resume: Resume | None) -> None:
    payload = client_message("pusher:subscribe", {"channel": "news", "resume": asked})
    assert connect().receive(payload, 0) == (Subscribe("news", resume=resume),)


TIMED = replace(APP, authorization_timeout=30)

# what was received in time, whether the connection is closed
SHOWN: dict[str, tuple[list[bytes], bool]] = {
    "nothing": ([], True),
    "a public channel": ([client_message("pusher:subscribe", {"channel": "news"})], True),
    "a refused private channel": ([subscribe("private-a", socket_id="9.9")], True),
    "a presence channel without a member": ([subscribe("presence-a", "{}")], True),
    "a refused sign-in": ([sign_in(USER, socket_id="9.9")], True),
    "a private channel": ([subscribe("private-a")], False),
    "a private channel that it left": (
        [subscribe("private-a"), client_message("pusher:unsubscribe", {"channel": "private-a"})],
        False,
    ),
    "a presence channel": ([subscribe("presence-a", ANNA)], False),
    "a user": ([sign_in(USER)], False),
}


@pytest.mark.parametrize(("received", "is_closed"), SHOWN.values(), ids=SHOWN)
def test_who_shows_no_authorisation_in_time_is_closed(received: list[bytes], is_closed: bool) -> None:
    """P-AUTHORIZED."""
    connection = connect(TIMED, *received)
    assert connection.check(29.9) == ()
    match connection.check(30):
        case (Close(error=Unauthorized(code=4009)),):
            assert is_closed
        case outputs:
            assert (outputs, is_closed) == ((), False)


@steady
@given(st.lists(st.floats(0, 5), max_size=60).map(sorted), st.integers(1, 3), st.integers(1, 3))
def test_a_connection_never_subscribes_more_often_than_its_pace_allows(
    times: list[float], channels: int, rate: int
) -> None:
    app = replace(APP, limits=Limits(channels_per_connection=channels, subscriptions_per_second=rate))
    connection = connect(app)
    allowed: list[float] = []
    for now in times:
        outputs = connection.receive(client_message("pusher:subscribe", {"channel": "a"}), now)
        if outputs == (Subscribe("a"),):
            connection.receive(client_message("pusher:unsubscribe", {"channel": "a"}), now)
            allowed.append(now)
        else:
            assert errors(outputs) == [*TOLD, ("pusher:subscription_error", 429)]
    for start in range(len(allowed)):
        for end in range(start, len(allowed)):
            assert end - start + 1 <= 2 * channels + rate * (allowed[end] - allowed[start]) + 1
    assert len(allowed) >= min(len(times), 2 * channels)


PING = (Send(messages.PING),)


def closed(outputs: Sequence[Output]) -> bool:
    match outputs:
        case (Close(error=PongTimeout(code=4201)),):
            return True
    return False


def test_a_silent_client_is_asked_for_a_sign_of_life_and_then_closed() -> None:
    """P-ACT."""
    connection = connect()
    assert connection.check(119.9) == ()
    assert connection.check(120) == PING
    assert connection.check(149.9) == ()
    assert closed(connection.check(120 + PONG_TIMEOUT))


@pytest.mark.parametrize(
    "payload", [client_message("pusher:pong"), client_message("pusher:ping"), subscribe("private-a"), b"junk"]
)
def test_any_message_is_a_sign_of_life(payload: bytes) -> None:
    """P-ACT."""
    connection = connect()
    assert connection.check(120) == PING
    connection.receive(payload, 149)
    assert connection.check(150) == ()
    assert connection.check(268.9) == ()
    assert connection.check(269) == PING
    assert closed(connection.check(299))


def test_a_control_frame_is_a_sign_of_life() -> None:
    connection = connect()
    connection.heard(100)
    assert connection.check(219) == ()
    assert connection.check(220) == PING


def test_a_ping_is_answered() -> None:
    """P-PING."""
    assert connect().receive(b'{"event":"pusher:ping","data":{}}', 0) == (Send(messages.PONG),)


EVENTS = ["pusher:subscribe", "pusher:unsubscribe", "pusher:ping", "client-x", "pusher:signin", "x"]
FIELDS = ["channel", "auth", "channel_data", "user_data", "resume", "position", "x"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["private-a", "a b", "#x"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=5,
)


@steady
@given(
    st.lists(
        st.binary()
        | st.fixed_dictionaries(
            {"event": st.sampled_from(EVENTS) | JUNK},
            optional={"channel": JUNK, "data": JUNK | JUNK.map(json.dumps), "user_id": JUNK},
        ).map(lambda message: json.dumps(message).encode())
    )
)
def test_junk_never_ends_a_connection(payloads: list[bytes]) -> None:
    connection = connect(APP, subscribe("private-a"))
    for payload in payloads:
        for output in connection.receive(payload, 0):
            assert not isinstance(output, Close)


def test_a_connection_has_no_dictionary_of_its_own() -> None:
    assert not hasattr(connect(), "__dict__")
