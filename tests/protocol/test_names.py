from __future__ import annotations

import string
from contextlib import nullcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onair.protocol.errors import BadChannel, BadEventName, BadSocketId, BadUserId, ProtocolError
from onair.protocol.names import (
    PREFIXED_KINDS,
    PUBLIC,
    check_channel,
    check_event,
    check_socket_id,
    check_target,
    check_user_id,
    is_socket_id,
    kind_of,
)
from tests.protocol.clients import steady

ALLOWED = string.ascii_letters + string.digits + "_-=@,.;"
WORDS = ["private", "presence", "encrypted", "cache", "-", "room", "my", "privateer", "1"]

# name: prefix, auth, members, encrypted, cached, client events
KINDS = [
    ("news", "", "-----"),
    ("private-a", "private-", "A---E"),
    ("private-", "private-", "A---E"),
    ("private-encrypted-a", "private-encrypted-", "A-X-E"),
    ("presence-a", "presence-", "AM--E"),
    ("private-onair-live-a", "private-onair-live-", "A----"),
    ("private-onair-livea", "private-", "A---E"),
    ("cache-a", "cache-", "---C-"),
    ("private-cache-a", "private-cache-", "A--CE"),
    ("private-encrypted-cache-a", "private-encrypted-cache-", "A-XCE"),
    ("presence-cache-a", "presence-cache-", "AM-CE"),
    # What other servers take for something else.
    ("privateer", "", "-----"),
    ("private", "", "-----"),
    ("presences", "", "-----"),
    ("my-cache-x", "", "-----"),
    ("my-private-x", "", "-----"),
    ("Private-x", "", "-----"),
    ("cache-private-x", "cache-", "---C-"),
    ("private-encrypted", "private-", "A---E"),
    ("private-encryptedcache-x", "private-", "A---E"),
    ("presence-encrypted-x", "presence-", "AM--E"),
]


@pytest.mark.parametrize(("name", "prefix", "flags"), KINDS)
def test_a_channels_kind_follows_from_its_anchored_prefix(name: str, prefix: str, flags: str) -> None:
    """P-CH."""
    kind = kind_of(name)
    shown = [
        letter if flag else "-"
        for letter, flag in [
            ("A", kind.needs_auth),
            ("M", kind.has_members),
            ("X", kind.encrypted),
            ("C", kind.cached),
            ("E", kind.client_events),
        ]
    ]
    assert (kind.prefix, "".join(shown)) == (prefix, flags)


@steady
@given(st.lists(st.sampled_from(WORDS)).map("".join) | st.text(ALLOWED))
def test_a_channels_kind_is_the_longest_prefix_that_it_starts_with(name: str) -> None:
    matching = [kind for kind in PREFIXED_KINDS if name.startswith(kind.prefix)]
    assert kind_of(name) is max(matching, key=lambda kind: len(kind.prefix), default=PUBLIC)


@steady
@given(st.text(ALLOWED, min_size=1, max_size=200))
@example("x" * 200)
def test_a_name_of_allowed_characters_is_accepted(name: str) -> None:
    """P-NAME, P-USER."""
    check_channel(name)
    check_user_id(name)


@steady
@given(st.text(ALLOWED, max_size=20), st.characters().filter(lambda c: c not in ALLOWED), st.text(ALLOWED))
@example("private-room", "\n", "")
@example("", "#", "server-to-user-1")
@example("private", " ", "room")
@example("private-", "\u0661", "")  # a digit, but not one of ours
def test_a_name_with_another_character_is_refused(before: str, character: str, after: str) -> None:
    """P-NAME, P-USER; a colon would let one signature stand for another."""
    with pytest.raises(BadChannel):
        check_channel(before + character + after)
    with pytest.raises(BadUserId):
        check_user_id(before + character + after)


TARGETS: list[tuple[str, type[ProtocolError] | None]] = [
    ("news", None),
    ("private-encrypted-cache-a", None),
    ("#server-to-user-7", None),
    ("#server-to-user-" + "x" * 200, None),
    ("#server-to-user-", BadUserId),
    ("#server-to-user-a b", BadUserId),
    ("#server-to-user-#", BadUserId),
    ("#else", BadChannel),
    ("", BadChannel),
]


@pytest.mark.parametrize(("name", "error"), TARGETS)
def test_an_event_is_published_to_a_channel_or_to_a_user(
    name: str, error: type[ProtocolError] | None
) -> None:
    """P-NAME."""
    with pytest.raises(error) if error else nullcontext():
        check_target(name)


@pytest.mark.parametrize("name", ["", "x" * 201], ids=["empty", "too long"])
def test_a_name_of_another_length_is_refused(name: str) -> None:
    with pytest.raises(BadChannel):
        check_channel(name)
    with pytest.raises(BadUserId):
        check_user_id(name)


@pytest.mark.parametrize(
    "name", ["update", "App\\Events\\Saved", "news.created", "client-typing", "pusher", "été", "x" * 200]
)
def test_an_event_may_have_nearly_any_name(name: str) -> None:
    """P-EVN."""
    check_event(name)


@pytest.mark.parametrize("name", ["", "x" * 201, "pusher:ping", "pusher_internal:member_added", "\ud800"])
def test_a_reserved_or_unsendable_event_name_is_refused(name: str) -> None:
    """P-EVN."""
    with pytest.raises(BadEventName):
        check_event(name)


@steady
@given(st.integers(min_value=0), st.integers(min_value=0))
def test_two_numbers_with_a_dot_are_a_socket_id(first: int, second: int) -> None:
    """P-SID."""
    assert is_socket_id(f"{first}.{second}")
    check_socket_id(f"{first}.{second}")


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "1.2.3", "1.2\n", " 1.2", "-1.2", "1.2:x", "\u0661.\u0662", "a.b"]
)
def test_anything_else_is_not_a_socket_id(text: str) -> None:
    """P-SID."""
    assert not is_socket_id(text)
    with pytest.raises(BadSocketId):
        check_socket_id(text)
