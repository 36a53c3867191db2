from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.authorization.patterns import BadRule, Pattern

MATCHES = [
    ("private-lobby", "private-lobby", {}),
    ("private-room-{room_id}", "private-room-7", {"room_id": "7"}),
    ("private-room-{room_id}", "private-room-a-b.c=,;@_", {"room_id": "a-b.c=,;@_"}),
    ("presence-{a}-{b}", "presence-1-2-3", {"a": "1", "b": "2-3"}),
    ("presence-{a}-{b}", "presence---", None),
    ("presence-{a}-{b}", "presence----", {"a": "-", "b": "-"}),
    ("private-{room}.door", "private-7.door", {"room": "7"}),
    ("private-{room}.door", "private-a.door.door", {"room": "a.door"}),
    ("private-cache-{x}", "private-cache-x", {"x": "x"}),
    ("private-lobby", "private-lobby2", None),
    ("private-lobby", "xprivate-lobby", None),
    ("private-room-{room_id}", "private-room-", None),
    ("private-room-{room_id}", "presence-room-7", None),
    ("private-room-{room_id}", "xprivate-room-7", None),
    ("private-room-{room_id}", "private-Room-7", None),
    ("private-{room}.door", "private-.door", None),
    ("private-{room}.door", "private-7.doors", None),
    ("private-{room}.door", "private-7.door\n", None),
]


@pytest.mark.parametrize(("pattern", "name", "wanted"), MATCHES)
def test_a_pattern_matches_whole_names(pattern: str, name: str, wanted: dict[str, str] | None) -> None:
    assert Pattern.parse(pattern).match(name) == wanted


REFUSED = [
    ("room-{room_id}", "must start with private- or presence-"),
    ("", "must start with private- or presence-"),
    ("privateer-{x}", "must start with private- or presence-"),
    ("{kind}-room", "must start with private- or presence-"),
    ("cache-{x}", "must start with private- or presence-"),
    ("private-{a}{b}", "two placeholders side by side"),
    ("private-onair-live-{x}", "about the channels of live regions"),
    ("private-{a}-{a}", "names two placeholders alike"),
    ("private-{}", "has the placeholder {}"),
    ("private-{room id}", "has the placeholder {room id}"),
    ("private-{room:int}", "has the placeholder {room:int}"),
    ("private-{room.pk}", "has the placeholder {room.pk}"),
    ("private-room 7", "could never be a channel's name"),
    ("private-{room", "could never be a channel's name"),
    ("private-room}", "could never be a channel's name"),
    ("private-{{room}}", "could never be a channel's name"),
    ("private-" + "x" * 200, "could never be a channel's name"),
]


@pytest.mark.parametrize(("pattern", "problem"), REFUSED)
def test_a_pattern_that_cannot_be_meant_is_refused_with_the_remedy(pattern: str, problem: str) -> None:
    with pytest.raises(BadRule, match=re.escape(problem)):
        Pattern.parse(pattern)


LITERALS = st.text("a-.", min_size=1, max_size=2)


@given(
    literals=st.lists(LITERALS, max_size=3), end=st.text("a-.", max_size=2), body=st.text("a-.", max_size=14)
)
def test_a_pattern_matches_as_the_regular_expression_with_lazy_groups_does(
    literals: list[str], end: str, body: str
) -> None:
    pieces = ["private-", *literals]
    text = "".join(f"{piece}{{p{index}}}" for index, piece in enumerate(pieces)) + end
    naive = "".join(f"{re.escape(piece)}(?P<p{index}>.+?)" for index, piece in enumerate(pieces))
    found = re.fullmatch(naive + re.escape(end), f"private-{body}")
    assert Pattern.parse(text).match(f"private-{body}") == (found and found.groupdict())


def test_a_name_made_to_be_slow_is_not() -> None:
    """A regular expression tries C(190, 7) ways here, and would not end before the machine does."""
    pattern = Pattern.parse("private-" + "-".join(f"{{p{index}}}" for index in range(8)) + "-end")
    assert pattern.match("private-" + "-" * 190) is None
