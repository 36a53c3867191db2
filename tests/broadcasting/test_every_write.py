"""Every way of writing is announced, on SQLite and on PostgreSQL, after its commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from onair.publishing import capture
from tests.broadcasting.told import telling
from tests.site.desk.models import Assignment, Card, Section, Story, Topic


def story(database: str, **values: Any) -> Story:
    return Story.objects.using(database).create(**{"title": "Harbour", **values})


def test_a_create_is_announced_with_its_fields(database: str) -> None:
    with telling() as told:
        made = story(database, price="1.50", day="2026-11-21", notes={"a": [1]})
    assert told.only.channels == ("private-desk.story", f"private-desk.story.{made.pk}")
    assert told.only.name == "story.created"
    assert told.only.data == {
        "id": made.pk,
        "object": {
            "id": made.pk,
            "title": "Harbour",
            "body": "",
            "price": "1.50",
            "day": "2026-11-21",
            "views": 0,
            "notes": {"a": [1]},
            "section": None,
            "editor": None,
        },
    }


def save(made: Story, database: str) -> None:
    loaded = Story.objects.using(database).get(pk=made.pk)
    loaded.title = "Port"
    loaded.save()


def save_some_fields(made: Story, database: str) -> None:
    made.title = "Port"
    made.save(update_fields=["title"])


def update(made: Story, database: str) -> None:
    Story.objects.using(database).filter(title="Harbour").update(title="Port")


def bulk_update(made: Story, database: str) -> None:
    made.title = "Port"
    Story.objects.using(database).bulk_update([made], ["title"])


def update_or_create(made: Story, database: str) -> None:
    Story.objects.using(database).update_or_create(pk=made.pk, defaults={"title": "Port"})


def asynchronous_save(made: Story, database: str) -> None:
    async def write() -> None:
        loaded = await Story.objects.using(database).aget(pk=made.pk)
        loaded.title = "Port"
        await loaded.asave()

    async_to_sync(write)()


UPDATES = [save, save_some_fields, update, bulk_update, update_or_create, asynchronous_save]


@pytest.mark.parametrize("write", UPDATES)
def test_an_update_is_announced_with_what_it_changed(
    database: str, write: Callable[[Story, str], None]
) -> None:
    made = story(database)
    with telling() as told:
        write(made, database)
    assert told.names == ["story.updated"]
    assert told.only.data["id"] == made.pk
    assert told.only.data["object"]["title"] == "Port"
    assert told.only.data["object"]["views"] == 0
    # What may have been changed in place counts as changed where it is written.
    assert set(told.only.data["changed"]) - {"notes"} == {"title"}


def test_an_expression_is_announced_with_what_it_has_become(database: str) -> None:
    made = story(database, views=4)
    with telling() as told:
        Story.objects.using(database).filter(pk=made.pk).update(views=F("views") + 1)
    assert told.only.data["object"]["views"] == 5
    assert told.only.data["changed"] == ["views"]


def test_a_delete_is_announced_with_the_values_before(database: str) -> None:
    made = story(database)
    key = made.pk
    with telling() as told:
        made.delete()
    assert told.names == ["story.deleted"]
    assert told.only.channels == ("private-desk.story", f"private-desk.story.{key}")
    assert told.only.data["id"] == key
    assert told.only.data["object"]["title"] == "Harbour"
    assert "changed" not in told.only.data


def test_each_of_several_is_announced(database: str) -> None:
    with telling() as told:
        Story.objects.using(database).bulk_create([Story(title="a"), Story(title="b")])
        Story.objects.using(database).order_by("pk").update(body="x")
        Story.objects.using(database).all().delete()
    assert told.names == [f"story.{event}" for event in ("created", "updated", "deleted") for _ in range(2)]


def test_a_cascade_is_announced(database: str) -> None:
    section = Section.objects.using(database).create(name="Sport")
    made = story(database, section=section)
    with telling() as told:
        section.delete()
    assert told.names == ["story.deleted"]
    assert told.only.data["object"]["id"] == made.pk


def test_set_null_is_announced(database: str) -> None:
    editor = User.objects.db_manager(database).create_user("anna")
    story(database, editor=editor)
    with telling() as told:
        editor.delete()
    assert told.names == ["story.updated"]
    assert told.only.data["object"]["editor"] is None
    assert told.only.data["changed"] == ["editor"]


def add(made: Story, topics: list[Topic]) -> None:
    made.topics.add(*topics)


def set_(made: Story, topics: list[Topic]) -> None:
    made.topics.set(topics)


def from_the_other_side(made: Story, topics: list[Topic]) -> None:
    topics[0].story_set.add(made)


@pytest.mark.parametrize("write", [add, set_, from_the_other_side])
def test_a_link_is_announced_as_an_update_of_the_object(
    database: str, write: Callable[[Story, list[Topic]], None]
) -> None:
    made = story(database)
    topics = Topic.objects.using(database).bulk_create([Topic(name="a"), Topic(name="b")])
    with telling() as told:
        write(made, topics)
    assert told.names == ["story.updated"]
    assert told.only.data["id"] == made.pk
    assert told.only.data["changed"] == ["topics"]


@pytest.mark.parametrize(
    "write",
    [
        lambda made, topic: made.topics.remove(topic),
        lambda made, topic: made.topics.clear(),
        lambda made, topic: made.topics.set([]),
        lambda made, topic: topic.delete(),
    ],
)
def test_the_end_of_a_link_is_announced_too(database: str, write: Callable[[Story, Topic], None]) -> None:
    made = story(database)
    topic = Topic.objects.using(database).create(name="a")
    made.topics.add(topic)
    with telling() as told:
        write(made, topic)
    assert (told.names, told.changed) == (["story.updated"], [["topics"]])


def test_a_link_of_its_own_model_is_announced_when_it_comes_changes_and_goes(database: str) -> None:
    made = story(database)
    anna = User.objects.db_manager(database).create_user("anna")
    with telling() as told:
        link = Assignment.objects.using(database).create(story=made, reporter=anna)
        link.role = "photos"
        link.save(update_fields=["role"])
        link.delete()
    assert told.names == ["story.updated"] * 3
    assert told.changed == [["reporters"]] * 3


def test_a_link_that_moves_to_another_object_names_none(database: str) -> None:
    made, other = story(database), story(database)
    anna = User.objects.db_manager(database).create_user("anna")
    link = Assignment.objects.using(database).create(story=made, reporter=anna)
    with telling() as told:
        Assignment.objects.using(database).filter(pk=link.pk).update(story=other)
    assert told.names == ["story.changed"]
    assert told.only.data == {"ids": None, "refetch": True}
    assert told.only.channels == ("private-desk.story",)


def test_what_its_managers_hide_is_announced_as_well(database: str) -> None:
    card = Card.objects.using(database).create(title="a")
    with telling() as told:
        Card.objects.using(database).filter(pk=card.pk).update(is_archived=True)
    assert told.names == ["card.updated"]
    assert told.only.data["object"] == {"id": card.pk, "title": "a", "is_archived": True}


def test_an_upsert_is_announced_as_a_change(database: str) -> None:
    made = story(database)
    with telling() as told:
        Story.objects.using(database).bulk_create(
            [Story(pk=made.pk, title="Port")],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["title"],
        )
    assert told.names == ["story.changed"] * 2
    assert [(event.channels, event.data) for event in told.events] == [
        (("private-desk.story",), {"ids": [made.pk], "refetch": True}),
        ((f"private-desk.story.{made.pk}",), {"ids": None, "refetch": True}),
    ]


def test_a_transaction_announces_each_object_once_and_after_its_commit(database: str) -> None:
    with telling() as told, transaction.atomic(database):
        made = story(database)
        made.title = "Port"
        made.save()
        made.topics.add(Topic.objects.using(database).create(name="a"))
        assert capture.current() == []
    assert told.names == ["story.created"]
    assert told.only.data["object"]["title"] == "Port"


def test_nothing_is_announced_of_a_rollback(database: str) -> None:
    made = story(database)
    with telling() as told, transaction.atomic(database):
        made.title = "Port"
        made.save()
        story(database)
        transaction.set_rollback(True, using=database)
    assert told.events == []


def test_an_inner_rollback_drops_the_inner_writes_only(database: str) -> None:
    with telling() as told, transaction.atomic(database):
        story(database, title="outer")
        with transaction.atomic(database):
            story(database, title="inner")
            transaction.set_rollback(True, using=database)
    assert [event.data["object"]["title"] for event in told.events] == ["outer"]


def test_what_comes_and_goes_in_one_transaction_was_never_there(database: str) -> None:
    with telling() as told, transaction.atomic(database):
        story(database).delete()
    assert told.events == []
