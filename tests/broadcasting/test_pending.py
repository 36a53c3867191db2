"""From what was written to the objects that it is part of."""

from __future__ import annotations

from typing import Any

import pytest

from onair.broadcasting.broadcast import Broadcast, Choices
from onair.broadcasting.pending import Pending, gather, is_wanted
from onair.broadcasting.registry import registry
from onair.changes.change import Commit, Kind, RowChange
from tests.site.desk.models import Assignment, Memo, Message, Place, Restaurant, Story

LINKS = Story.topics.through

WHAT = dict[tuple[str, Any], tuple[str, set[str] | None, set[str]]]


def gathered(*rows: RowChange) -> list[Pending]:
    return gather(Commit("default", rows), registry.routes).objects


def what(*rows: RowChange) -> WHAT:
    return {
        (each.broadcast.model.__name__, each.key): (each.kind.value, each.columns, each.links)
        for each in gathered(*rows)
    }


def updated(model: type[Any], key: Any, *columns: str, **values: Any) -> RowChange:
    return RowChange(model, Kind.UPDATED, key, frozenset(columns), values)


def link(kind: Kind, story: int | None, **values: Any) -> RowChange:
    return RowChange(LINKS, kind, None, None, values if story is None else {"story_id": story})


CASES: list[tuple[list[RowChange], WHAT]] = [
    ([RowChange(Story, Kind.CREATED, 1)], {("Story", 1): ("created", set(), set())}),
    ([updated(Story, 1, "title")], {("Story", 1): ("updated", {"title"}, set())}),
    ([RowChange(Story, Kind.UPDATED, 1)], {("Story", 1): ("updated", None, set())}),
    ([link(Kind.CREATED, 1)], {("Story", 1): ("updated", set(), {"topics"})}),
    ([link(Kind.DELETED, 1), link(Kind.CHANGED, 1)], {("Story", 1): ("updated", set(), {"topics"})}),
    (
        [RowChange(Story, Kind.CREATED, 1), link(Kind.CREATED, 1)],
        {("Story", 1): ("created", set(), {"topics"})},
    ),
    (
        [link(Kind.DELETED, 1), RowChange(Story, Kind.DELETED, 1)],
        {("Story", 1): ("deleted", set(), {"topics"})},
    ),
    (
        [updated(Place, 1, "name"), updated(Restaurant, 1, "stars")],
        {
            ("Restaurant", 1): ("updated", {"name", "stars"}, set()),
            ("Cafe", 1): ("updated", {"name"}, set()),
        },
    ),
    ([RowChange(Place, Kind.CREATED, 1)], {}),
    ([RowChange(Place, Kind.DELETED, 1)], {}),
    (
        [RowChange(Restaurant, Kind.DELETED, 1), RowChange(Place, Kind.DELETED, 1)],
        {("Restaurant", 1): ("deleted", set(), set())},
    ),
    (
        [RowChange(Place, Kind.CREATED, 1), RowChange(Restaurant, Kind.CREATED, 1)],
        {("Restaurant", 1): ("created", set(), set())},
    ),
    (
        [updated(Story, "1", "title"), updated(Story, 1, "body")],
        {("Story", 1): ("updated", {"title", "body"}, set())},
    ),
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_each_object_is_gathered_once(rows: list[RowChange], expected: WHAT) -> None:
    assert what(*rows) == expected


def test_only_a_row_of_its_own_makes_sure_that_there_is_an_object() -> None:
    certain = {
        each.broadcast.model.__name__: each.is_certain
        for each in gathered(updated(Place, 1, "name"), updated(Restaurant, 1, "stars"))
    }
    assert certain == {"Restaurant": True, "Cafe": False}


def test_objects_are_in_the_order_of_their_first_write() -> None:
    rows = [RowChange(Memo, Kind.CREATED, 2), link(Kind.CREATED, 5), RowChange(Memo, Kind.CREATED, 1)]
    assert [each.key for each in gathered(*rows, updated(Story, 5, "title"))] == [2, 5, 1]


UNKNOWN = [
    link(Kind.DELETED, None),
    link(Kind.DELETED, None, topic_id=3),
    updated(LINKS, 7, "story_id", story_id=3),
    RowChange(Story, Kind.CHANGED),
    RowChange(Assignment, Kind.DELETED, 7),
]


@pytest.mark.parametrize("row", UNKNOWN)
def test_a_write_that_does_not_say_of_which_object_it_is_may_be_of_any(row: RowChange) -> None:
    result = gather(Commit("default", (row,)), registry.routes)
    assert [broadcast.model for broadcast in result.unknown] == [Story]
    assert result.objects == []


def test_a_link_that_says_it_itself_is_asked() -> None:
    row = updated(Assignment, 7, "role", role="photos")
    result = gather(Commit("default", (row,)), registry.routes)
    assert [(route.field, asked) for route, asked in result.links] == [("reporters", row)]


@pytest.mark.parametrize(
    ("excludes", "spared"), [(["1.2"], "1.2"), (["1.2", "1.2"], "1.2"), (["1.2", None], None)]
)
def test_a_socket_is_spared_that_wrote_all_of_it(excludes: list[str | None], spared: str | None) -> None:
    rows = [RowChange(LINKS, Kind.CREATED, None, None, {"story_id": 1}, exclude) for exclude in excludes]
    assert [each.exclude for each in gathered(*rows)] == [spared]


def test_a_model_that_announces_nothing_has_no_objects() -> None:
    assert gathered(RowChange(Message.room.field.related_model, Kind.CREATED, 1)) == []


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        (["created"], {Kind.CREATED, Kind.CHANGED}),
        (["updated"], {Kind.UPDATED, Kind.CHANGED}),
        (["deleted"], {Kind.DELETED}),
    ],
)
def test_what_may_be_a_creation_or_an_update_is_wanted_by_who_wants_either(
    events: list[str], wanted: set[Kind]
) -> None:
    broadcast = Broadcast(Story, Choices(events=events))
    assert {kind for kind in Kind if is_wanted(Pending(broadcast, 1, kind))} == wanted
