"""What is said of an object: its fields, what a serializer makes of it, and which of them have changed."""

from __future__ import annotations

from typing import Any

import pytest

import onair
from tests.broadcasting.told import telling
from tests.site.desk.models import Section, Story, Topic
from tests.site.desk.serializers import StorySerializer
from tests.site.news.models import Report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_models")]


@pytest.mark.parametrize("serializer", [StorySerializer, "tests.site.desk.serializers.StorySerializer"])
def test_a_serializer_makes_the_object(serializer: type | str) -> None:
    onair.broadcasts(serializer=serializer)(Story)
    section = Section.objects.create(name="Sport")
    with telling() as told:
        story = Story.objects.create(title="Harbour", section=section)
    assert told.only.data == {
        "id": story.pk,
        "object": {"id": story.pk, "headline": "Harbour", "section": "Sport"},
    }


def test_a_field_that_the_serializer_does_not_show_is_not_named() -> None:
    onair.broadcasts(serializer=StorySerializer)(Story)
    story = Story.objects.create(title="Harbour")
    with telling() as told:
        Story.objects.filter(pk=story.pk).update(title="Port", views=3)
        story.topics.add(Topic.objects.create(name="Sea"))
    assert told.changed == [["title"], []]


def test_a_serializer_that_raises_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    onair.broadcasts(serializer="tests.site.desk.nowhere.Serializer")(Story)
    with telling() as told:
        Story.objects.create(title="Harbour")
    assert told.events == []
    assert "the serializer of desk.Story raised ModuleNotFoundError" in caplog.text


def test_chosen_fields_are_sent_and_named_and_no_others() -> None:
    onair.broadcasts(fields=("title", "topics"))(Story)
    story = Story.objects.create(title="Harbour")
    topic = Topic.objects.create(name="Sea")
    with telling() as told:
        story.topics.add(topic)
        Story.objects.filter(pk=story.pk).update(title="Port", views=3)
        Story.objects.filter(pk=story.pk).update(views=4)
    assert [event.data["object"] for event in told.events] == [
        {"title": "Harbour", "topics": [topic.pk]},
        {"title": "Port", "topics": [topic.pk]},
        {"title": "Port", "topics": [topic.pk]},
    ]
    assert told.changed == [["topics"], ["title"], []]


def test_excluded_fields_are_neither_sent_nor_named() -> None:
    onair.broadcasts(exclude=("views", "topics"))(Story)
    story = Story.objects.create(title="Harbour")
    with telling() as told:
        Story.objects.filter(pk=story.pk).update(title="Port", views=3)
        story.topics.add(Topic.objects.create(name="Sea"))
    assert "views" not in told.events[0].data["object"]
    assert told.changed == [["title"], []]


def test_a_field_that_looks_secret_is_neither_sent_nor_named_unless_chosen() -> None:
    onair.broadcasts(Story)
    story = Story.objects.create(title="Harbour")
    with telling() as told:
        Story.objects.filter(pk=story.pk).update(api_key="new")
    assert "api_key" not in told.only.data["object"]
    assert told.changed == [[]]
    onair.broadcasts(fields="api_key")(Story)
    with telling() as told:
        Story.objects.filter(pk=story.pk).update(api_key="newer")
    assert told.only.data["object"] == {"api_key": "newer"}
    assert told.changed == [["api_key"]]


VALUES: list[dict[str, Any]] = [
    {"title": "plain"},
    {
        "title": "texts",
        "pub_date": "2026-11-21T15:00:00Z",
        "day": "2026-11-21",
        "price": "1.50",
        "rating": "4.5",
        "colour": "blue",
        "attachment": "a.txt",
        "seal": b"\x00",
        "notes": {"a": [1, {"b": None}]},
    },
]


@pytest.mark.parametrize("values", VALUES, ids=lambda values: values["title"])
def test_what_is_made_of_written_values_is_what_a_reader_would_load(values: dict[str, Any]) -> None:
    onair.broadcasts(Report)
    with telling() as told:
        report = Report.objects.create(**values)
    with telling() as read:
        Report.objects.filter(pk=report.pk).update(views=0)
    assert told.only.data["object"] == read.only.data["object"]
    assert "password" not in told.only.data["object"]
