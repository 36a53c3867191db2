from __future__ import annotations

import sys

import pytest

from onair.exceptions import BadEvent, ConfigurationError, EventTooLarge
from onair.protocol.publication import Publication
from onair.publishing.event import Event, prepare
from tests.publishing.sealed import opened

LIMIT = 100


def test_an_event_is_prepared_with_its_data_as_json() -> None:
    event = prepare(Event(("a", "b"), "message", {"n": 1}, "1.2"), limit=LIMIT)
    assert (event.text, event.size, event.data) == ('{"n":1}', 7, {"n": 1})
    assert event.publication() == Publication(("a", "b"), "message", '{"n":1}', "1.2")
    assert event.event() == Event(("a", "b"), "message", {"n": 1}, "1.2")


def test_what_the_publisher_changes_later_changes_nothing() -> None:
    data = {"tags": ["a"]}
    event = prepare(Event(("a",), "message", data), limit=LIMIT)
    data["tags"].append("b")
    assert event.data == {"tags": ["a"]}


def test_a_channel_that_is_named_twice_gets_the_event_once() -> None:
    assert prepare(Event(("a", "b", "a"), "message"), limit=LIMIT).channels == ("a", "b")


@pytest.mark.parametrize(
    "channel",
    ["", "a b", "ä", "#own", "#server-to-user-", "#server-to-user-a b", "a\n", "x" * 201, None, 7, b"bytes"],
)
def test_a_bad_channel_is_refused_with_the_rule(channel: object) -> None:
    with pytest.raises(BadEvent, match=r"is not a channel's name: it has 1 to 200"):
        prepare(Event(("fine", channel), "message"), limit=LIMIT)  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", ["#server-to-user-7", "#server-to-user-a=20b"])
def test_a_user_may_be_named_in_place_of_a_channel(channel: str) -> None:
    event = prepare(Event((channel, "a"), "message"), limit=LIMIT)
    assert event.publication().channels == (channel, "a")


ENCRYPTED = ["private-encrypted-x", "private-encrypted-cache-x"]


@pytest.mark.parametrize("channel", ENCRYPTED)
def test_an_encrypted_event_travels_encrypted_and_is_read_in_tests_as_it_is(channel: str) -> None:
    event = prepare(Event((channel,), "message", {"n": 1}), limit=1000)
    assert event.split() == [event]
    assert opened(channel, event.publication().data) == '{"n":1}'
    assert len(event.publication().data) == event.size
    assert event.event() == Event((channel,), "message", {"n": 1})


SPLITS = [
    (("a", "b"), [("a", "b")]),
    (("private-encrypted-x",), [("private-encrypted-x",)]),
    (("a", "private-encrypted-x", "b"), [("a", "b"), ("private-encrypted-x",)]),
    (("private-encrypted-x", "private-encrypted-y"), [("private-encrypted-x",), ("private-encrypted-y",)]),
]


@pytest.mark.parametrize(("channels", "wanted"), SPLITS)
def test_every_encrypted_channel_has_the_event_for_itself(
    channels: tuple[str, ...], wanted: list[tuple[str, ...]]
) -> None:
    parts = prepare(Event(channels, "message", {"n": 1}, "1.2"), limit=1000).split()
    assert [part.channels for part in parts] == wanted
    for part in parts:
        published = part.publication()
        text = opened(part.channels[0], published.data) if part.encrypted else published.data
        assert (text, published.event, published.exclude) == ('{"n":1}', "message", "1.2")


def test_what_encryption_adds_counts_for_the_limit() -> None:
    event = Event(("private-encrypted-x",), "message", {"n": 1})
    size = prepare(event, limit=1000).size
    assert prepare(event, limit=size).size == size
    with pytest.raises(EventTooLarge):
        prepare(event, limit=size - 1)


def test_an_encrypted_event_is_refused_where_nothing_can_encrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nacl", None)
    prepare(Event(("private-x",), "message"), limit=LIMIT)
    with pytest.raises(ConfigurationError, match=r"django-onair\[encrypted\]"):
        prepare(Event(("private-x", "private-encrypted-x"), "message"), limit=LIMIT)


@pytest.mark.parametrize("name", ["", "pusher:ping", "pusher_internal:x", "x" * 201])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadEvent, match="Invalid event name"):
        prepare(Event(("a",), name), limit=LIMIT)


@pytest.mark.parametrize("name", [None, 7, b"bytes"])
def test_a_name_that_is_no_string_is_refused(name: object) -> None:
    with pytest.raises(BadEvent, match="it is a string"):
        prepare(Event(("a",), name), limit=LIMIT)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["article.updated", r"App\Events\Shipped", "client-typing", "naïve event"])
def test_other_libraries_names_are_taken(name: str) -> None:
    assert prepare(Event(("a",), name), limit=LIMIT).name == name


def test_a_hundred_channels_are_taken_and_one_more_is_refused() -> None:
    channels = tuple(f"c{n}" for n in range(101))
    assert len(prepare(Event(channels[:100], "message"), limit=LIMIT).channels) == 100
    with pytest.raises(BadEvent, match="at most 100 channels, not 101"):
        prepare(Event(channels, "message"), limit=LIMIT)


def test_data_up_to_the_limit_is_taken_and_one_byte_more_is_refused() -> None:
    assert prepare(Event(("a",), "message", "x" * 98), limit=LIMIT).size == LIMIT
    with pytest.raises(
        EventTooLarge, match=r"'message' on a and 1 more has 101 bytes.*limit is 100.*MAX_EVENT_SIZE"
    ):
        prepare(Event(("a", "b"), "message", "x" * 99), limit=LIMIT)
