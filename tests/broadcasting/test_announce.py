"""From a commit to its events: who is told of what, where not all is known, and where something fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from onair.broadcasting.announce import announce
from onair.broadcasting.broadcast import EVENTS
from onair.changes.change import Commit, Kind, RowChange
from onair.publishing import stats
from tests.broadcasting.told import telling
from tests.site.desk.models import (
    Assignment,
    Cafe,
    Label,
    Memo,
    Message,
    Place,
    Poster,
    Restaurant,
    Room,
    Seat,
    Section,
    Shop,
    Story,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connections["default"]) as context:
        yield context


def row(kind: Kind, model: type[Any] = Story, key: Any = 1, **values: Any) -> RowChange:
    return RowChange(model, kind, key, None if kind is not Kind.UPDATED else frozenset(values), values)


# What is read.


def test_an_ordinary_create_reads_nothing(django_assert_num_queries: Any) -> None:
    with telling() as told, django_assert_num_queries(1):
        Story.objects.create(title="Harbour")
    assert told.names == ["story.created"]


def test_a_save_of_all_columns_reads_nothing(django_assert_num_queries: Any) -> None:
    story = Story.objects.create(title="Harbour")
    with telling() as told, django_assert_num_queries(1):
        story.save()
    assert told.names == ["story.updated"]


def test_rows_that_are_not_known_are_read_once(django_assert_num_queries: Any) -> None:
    Story.objects.bulk_create(Story(title=str(number)) for number in range(100))
    keys = [*Story.objects.values_list("pk", flat=True)]
    with telling() as told, django_assert_num_queries(2):
        Story.objects.filter(pk__in=keys).update(title="Port")
    assert [event.data["object"]["title"] for event in told.events] == ["Port"] * 100


def test_the_writers_instance_is_not_the_one_that_is_announced() -> None:
    notes = {"a": 1}
    with telling() as told, transaction.atomic():
        story = Story.objects.create(title="Harbour", notes=notes)
        notes["b"] = 2
        story.title = "never saved"
    assert told.only.data["object"]["notes"] == {"a": 1}
    assert told.only.data["object"]["title"] == "Harbour"


def test_a_row_that_is_gone_is_not_announced_as_created_or_updated() -> None:
    with telling() as told:
        announce(Commit("default", (row(Kind.CREATED, key=98), row(Kind.UPDATED, key=99, title="Port"))))
    assert told.events == []


def test_a_deleted_row_is_announced_with_what_is_known() -> None:
    with telling() as told:
        announce(Commit("default", (row(Kind.DELETED, key=7, title="Harbour"),)))
    assert told.only.data == {"id": 7, "object": {"id": 7, "title": "Harbour"}}


def test_a_key_is_the_same_however_it_was_written() -> None:
    with telling() as told:
        announce(Commit("default", (row(Kind.DELETED, key="7"),)))
    assert told.only.data["id"] == 7


# Inheritance.


def test_a_child_is_announced_once_for_both_of_its_tables() -> None:
    with telling() as created:
        made = Restaurant.objects.create(name="Anchor", stars=1)
    made.stars = 2
    with telling() as updated:
        made.save()
    with telling() as deleted:
        made.delete()
    told = [created.only, updated.only, deleted.only]
    assert [event.name for event in told] == [f"restaurant.{event}" for event in EVENTS]
    assert [event.data["object"]["name"] for event in told] == ["Anchor"] * 3


def test_a_childs_create_reads_nothing(queries: CaptureQueriesContext) -> None:
    with telling():
        Restaurant.objects.create(name="Anchor")
    assert not [query for query in queries if query["sql"].startswith("SELECT")]


def test_a_write_to_the_parents_table_is_announced_for_the_child_that_it_belongs_to() -> None:
    child = Restaurant.objects.create(name="Anchor", stars=1)
    Place.objects.create(name="Park")
    with telling() as told:
        Place.objects.update(name="Harbour")
    assert told.names == ["restaurant.updated"]
    assert told.only.data["object"] == {
        "id": child.pk,
        "name": "Harbour",
        "place_ptr": child.pk,
        "stars": 1,
    }
    assert told.only.data["changed"] == ["name"]


def test_a_row_of_the_parents_table_alone_is_no_news() -> None:
    with telling() as told:
        park = Place.objects.create(name="Park")
        park.name = "Garden"
        park.save()
        park.delete()
    assert told.events == []


def test_many_writes_to_the_parents_table_name_the_children_alone() -> None:
    children = [Restaurant.objects.create(name=str(number)).pk for number in range(2)]
    Place.objects.bulk_create(Place(name="Park") for _ in range(120))
    with telling() as told:
        Place.objects.update(name="Harbour")
    assert [event.data["id"] for event in told.events] == children


def test_a_child_of_two_parents_is_announced_for_all_of_its_tables() -> None:
    with telling() as created:
        cafe = Cafe.objects.create(name="Anchor", owner="Anna", tables=3)
    assert created.only.data["object"] == {
        "id": cafe.pk,
        "shop_id": cafe.shop_id,
        "name": "Anchor",
        "owner": "Anna",
        "place_ptr": cafe.pk,
        "shop_ptr": cafe.shop_id,
        "tables": 3,
    }
    cafe.owner = "Ben"
    with telling() as updated:
        cafe.save()
    assert updated.names[0] == "cafe.updated"
    assert updated.events[0].data["object"]["owner"] == "Ben"


def test_a_write_to_a_parents_table_with_another_key_names_no_child() -> None:
    with telling():
        Cafe.objects.create(name="Anchor", owner="Anna")
    with telling() as told:
        Shop.objects.update(owner="Ben")
    assert [(event.name, event.channels, event.data) for event in told.events] == [
        ("cafe.changed", ("private-desk.cafe",), {"ids": None, "refetch": True})
    ]


def test_an_object_with_a_key_of_several_columns_is_announced_on_the_models_channel() -> None:
    with telling() as told:
        Seat.objects.create(row=1, number=2)
        Seat.objects.filter(row=1).update(guest="Anna")
        Seat.objects.filter(pk=(1, 2)).delete()
    assert told.names == ["seat.created", "seat.updated", "seat.deleted"]
    assert {event.channels for event in told.events} == {("private-desk.seat",)}
    assert told.data()[1] == {
        "id": [1, 2],
        "object": {"row": 1, "number": 2, "guest": "Anna"},
        "changed": ["guest"],
    }


def test_a_concrete_model_announces_what_its_abstract_base_says() -> None:
    with telling() as told:
        memo = Memo.objects.create(title="Lunch", body="not sent")
        memo.title = "Late lunch"
        memo.save()
    assert told.names == ["memo.created"]
    assert told.only.data["object"] == {"title": "Lunch"}


def test_a_concrete_model_may_say_otherwise_than_its_abstract_base() -> None:
    with telling() as told:
        poster = Poster.objects.create(title="Concert", body="not sent")
        poster.body = "neither"
        poster.save()
    assert told.names == ["poster.created", "poster.updated"]
    assert told.events[0].channels == ("desk.poster", f"desk.poster.{poster.pk}")
    assert told.events[0].data["object"] == {"title": "Concert", "id": str(poster.pk)}
    assert told.events[1].data["changed"] == ["title"]


# Channels.


def test_a_key_is_written_in_the_characters_of_a_channel() -> None:
    with telling() as told:
        Label.objects.create(name="a b/é")
    assert told.only.channels == ("private-desk.label", "private-desk.label.a=20b=2F=C3=A9")
    assert told.only.data["id"] == "a b/é"


def test_an_object_whose_key_is_too_long_for_a_channel_is_announced_on_the_models() -> None:
    with telling() as told:
        Label.objects.create(name="x" * 250)
    assert told.only.channels == ("private-desk.label",)


# Many at once.


def test_of_many_objects_one_event_says_which(django_assert_num_queries: Any) -> None:
    Label.objects.bulk_create(Label(name=name) for name in "abcd")
    with telling() as told, django_assert_num_queries(2):  # the capture asks which they are
        Label.objects.update(colour="red")
    assert [(event.name, event.channels, event.data) for event in told.events] == [
        ("label.changed", ("private-desk.label",), {"ids": ["a", "b", "c", "d"], "refetch": True}),
        (
            "label.changed",
            tuple(f"private-desk.label.{name}" for name in "abcd"),
            {"ids": None, "refetch": True},
        ),
    ]


def test_the_channels_of_many_objects_are_told_a_hundred_at_a_time() -> None:
    with telling() as told:
        Label.objects.bulk_create(Label(name=str(number)) for number in range(250))
    assert [len(event.channels) for event in told.events] == [1, 100, 100, 50]


def test_of_objects_that_nobody_can_name_the_models_channel_is_told() -> None:
    with telling() as told:
        announce(Commit("default", tables=frozenset({Story, Section, Message, Place, Story.topics.through})))
    assert sorted((event.name, event.channels, event.data["ids"]) for event in told.events) == [
        (f"{name}.changed", (f"private-desk.{name}",), None)
        for name in ("cafe", "message", "restaurant", "story")
    ]


def test_only_wanted_objects_count_as_many() -> None:
    memos = [Memo(title=name) for name in "abc"]
    with telling() as told:
        Memo.objects.bulk_create(memos[:2])
        Memo.objects.update(title="d")
    assert told.names == ["memo.created"] * 2


# Hooks.


@pytest.fixture
def rooms() -> list[Room]:
    return [Room.objects.create(name=name) for name in "ab"]


def test_hooks_decide_on_channels_name_data_and_whether(rooms: list[Room]) -> None:
    with telling() as told:
        said = Message.objects.create(room=rooms[0], text="hi")
        said.text = "hello"
        said.save(update_fields=["text"])
        draft = Message.objects.create(room=rooms[0], text="hm", is_draft=True)
        draft.delete()
    assert told.names == ["said", "message.updated"]
    assert told.events[0].channels == (
        f"private-room-{rooms[0].pk}",
        f"private-desk.message.{said.pk}",
    )
    assert told.data() == [
        {"id": said.pk, "object": {"text": "HI"}},
        {"id": said.pk, "object": {"text": "HELLO"}, "changed": ["text"]},
    ]


def test_of_many_objects_each_channel_learns_of_those_that_the_hook_names_it_for(rooms: list[Room]) -> None:
    here, there = rooms
    with telling() as told:
        made = Message.objects.bulk_create(
            [Message(room=here, text=text) for text in "abc"]
            + [Message(room=there, text="d"), Message(room=there, text="e", is_draft=True)]
        )
    keys = [message.pk for message in made]
    said = {channel: event.data["ids"] for event in told.events for channel in event.channels}
    assert set(told.names) == {"message.changed"}
    assert said == {
        f"private-room-{here.pk}": keys[:3],
        f"private-room-{there.pk}": keys[3:4],
        **{f"private-desk.message.{key}": [key] for key in keys[:4]},
    }


def test_a_hook_that_raises_is_named_in_the_log_and_stops_no_other(
    rooms: list[Room], caplog: pytest.LogCaptureFixture
) -> None:
    before = stats.read().failed
    with telling() as told:
        Message.objects.bulk_create(Message(room=rooms[0], text=text) for text in ("a", "wrong", "b"))
    assert [event.data["object"]["text"] for event in told.events] == ["A", "B"]
    assert Message.objects.count() == 3
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "desk.Message.broadcast_with() raised ValueError('no such word')" in record.message
    assert record.exc_info is not None
    assert stats.read().failed == before + 1


@pytest.mark.parametrize(
    ("named", "channels"),
    [
        (None, ["private-desk.message", "private-desk.message.{pk}"]),
        ([], []),
        ("news", ["news"]),
        (Story, ["private-desk.story"]),
        (Poster, ["desk.poster"]),
        (Room(pk=3), ["private-desk.room.3"]),
        (["a", "b", "a"], ["a", "b"]),
    ],
)
def test_a_hook_may_name_channels_in_several_ways(
    rooms: list[Room], monkeypatch: pytest.MonkeyPatch, named: Any, channels: list[str]
) -> None:
    monkeypatch.setattr(Message, "broadcast_on", lambda self, event: named)
    with telling() as told:
        said = Message.objects.create(room=rooms[0], text="hi")
    got = [channel for event in told.events for channel in event.channels]
    assert got == [channel.format(pk=said.pk) for channel in channels]


@pytest.mark.parametrize(
    ("named", "said"),
    [(7, "names no channel"), (["a b"], "not a channel's name"), ([None], "names no channel")],
)
def test_a_hook_that_names_no_channel_is_named_in_the_log(
    rooms: list[Room],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    named: Any,
    said: str,
) -> None:
    monkeypatch.setattr(Message, "broadcast_on", lambda self, event: named)
    with telling() as told:
        Message.objects.create(room=rooms[0], text="hi")
    assert told.events == []
    assert Message.objects.count() == 1
    assert "broadcast_on()" in caplog.text
    assert said in caplog.text


@pytest.mark.parametrize("named", [7, "", "pusher:said", "x" * 300])
def test_a_hook_that_gives_no_name_is_named_in_the_log(
    rooms: list[Room], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, named: Any
) -> None:
    monkeypatch.setattr(Message, "broadcast_as", lambda self, event: named)
    with telling() as told:
        Message.objects.create(room=rooms[0], text="hi")
    assert told.events == []
    assert "desk.Message.broadcast_as() raised BadEvent" in caplog.text


def test_more_channels_than_an_event_may_have_are_told_in_several(
    rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Message, "broadcast_on", lambda self, event: [f"room-{n}" for n in range(200)])
    with telling() as told:
        Message.objects.create(room=rooms[0], text="hi")
    assert [len(event.channels) for event in told.events] == [100, 100]


# Data.


def test_data_above_the_limit_becomes_a_word_to_fetch_it(caplog: pytest.LogCaptureFixture) -> None:
    with telling() as told:
        story = Story.objects.create(title="Long", body="x" * 300_000)
    assert told.names == ["story.created"]
    assert told.only.data == {"id": story.pk, "refetch": True}
    assert caplog.records == []


def test_many_ids_above_the_limit_become_a_word_to_fetch_them_all(settings: Settings) -> None:
    settings.ONAIR = {"MAX_EVENT_SIZE": 200}
    with telling() as told:
        Label.objects.bulk_create(Label(name=str(number).zfill(50)) for number in range(10))
    assert told.events[0].data == {"ids": None, "refetch": True}


def test_what_cannot_be_serialised_is_said_in_the_log(
    rooms: list[Room], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Message, "broadcast_with", lambda self, event: {"room": object()})
    with telling() as told:
        Message.objects.create(room=rooms[0], text="hi")
    assert told.events == []
    assert (
        "desk.Message: the write stands. said, of desk.Message.broadcast_with(), was not announced"
        in caplog.text
    )
    assert "not serialisable" in caplog.text


def test_a_database_that_cannot_be_read_leaves_the_write_and_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with telling() as told:
        announce(Commit("no such database", (row(Kind.UPDATED, key=1, title="Port"),)))
    assert told.events == []
    assert "no such database" in caplog.text


def test_links_that_cannot_be_read_leave_a_line_in_the_log_too(caplog: pytest.LogCaptureFixture) -> None:
    before = stats.read().failed
    link = RowChange(Assignment, Kind.UPDATED, 7, frozenset({"role"}), {"role": "photos"})
    announce(Commit("no such database", (link,)))
    assert "Links to desk.Story: the write stands." in caplog.text
    assert stats.read().failed == before + 1
