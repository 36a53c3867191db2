"""Whatever brings rows of the database into a block of code is recorded there, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.db.models import Model, QuerySet

from onair.live.matching.reads import ReadSet
from onair.live.reading.recorder import Recorder, current, fetch, recording
from tests.live.reading.queries import Of
from tests.live.reading.telling import columns_told, told
from tests.site.club.models import Locker, Member, Membership, Team, Trainer


@pytest.fixture
def database(db: None) -> str:
    """Any will do: that they are asked is what is recorded."""
    return "default"


def read_by(read: Callable[[], object]) -> ReadSet:
    recorder = Recorder()
    with recording(recorder):
        read()
    return recorder.read_set()


def ones(of: Of) -> QuerySet[Member]:
    return of(Member).filter(score=1)


ONES = ["Member: score = 1; by score"]

#: What may be done with a queryset that has its results.
USES: dict[str, Callable[[Any], object]] = {
    "iterating": list,
    "length": len,
    "truth": bool,
    "count()": lambda queryset: queryset.count(),
    "exists()": lambda queryset: queryset.exists(),
    "contains()": lambda queryset: queryset.contains(Member(pk=1)),
    "an item": lambda queryset: queryset[0],
    "a slice": lambda queryset: queryset[:1],
    "first()": lambda queryset: queryset.first(),
}


@pytest.mark.parametrize("use", USES)
def test_results_that_were_there_before_are_recorded_when_they_are_used(use: str, of: Of) -> None:
    queryset = ones(of).order_by("id")
    list(queryset)
    assert told(read_by(lambda: USES[use](queryset))) == ONES


@pytest.mark.parametrize("use", USES)
def test_results_of_one_recording_are_recorded_in_another_that_uses_them(use: str, of: Of) -> None:
    queryset = ones(of).order_by("id")
    with recording(Recorder()):
        list(queryset)
    read_set = read_by(lambda: USES[use](queryset))
    assert told(read_set) == ONES
    assert read_set.readings[0].keys == {1, 4}


def test_prefetched_results_are_recorded_wherever_they_are_used(of: Of) -> None:
    recorder = Recorder()
    with recording(recorder):
        members = list(of(Member).prefetch_related("memberships").order_by("id"))
    [_, prefetched] = told(recorder.read_set())
    assert told(read_by(lambda: list(members[0].memberships.all()))) == [prefetched]
    before = list(of(Member).prefetch_related("memberships").order_by("id"))
    assert told(read_by(lambda: list(before[1].memberships.all()))) == [
        "Membership: member_id = 2; by member_id"
    ]


def test_each_of_several_prefetches_is_recorded_where_it_is_used(of: Of) -> None:
    with recording(Recorder()):
        members = list(of(Member).prefetch_related("memberships", "sponsored"))
    [reading] = read_by(lambda: list(members[0].memberships.all())).readings
    assert reading.model is Membership
    [reading] = read_by(lambda: list(members[0].sponsored.all())).readings
    assert reading.model is Member


def test_results_of_a_statement_by_hand_are_recorded_wherever_they_are_used(of: Of) -> None:
    rows = of(Member).raw("SELECT * FROM club_member")
    list(rows)
    assert told(read_by(lambda: list(rows))) == ["Member: any; by any column"]


def test_an_inner_recording_hides_the_outer_one(of: Of) -> None:
    outer = Recorder()
    with recording(outer):
        list(ones(of))
        inner = read_by(lambda: list(of(Team).order_by("id")))
        with recording(None):
            assert current() is None
            list(of(Locker))
        assert current() is outer
    assert told(inner) == ["Team: any; by nothing"]
    assert told(outer.read_set()) == ONES


def test_a_method_of_a_model_that_asks_is_recorded(of: Of) -> None:
    member = of(Member).get(pk=2)
    assert told(read_by(lambda: member.sponsor)) == ["Member: id = 1; by id"]
    assert told(read_by(lambda: of(Member).get(pk=2).sponsored.count())) == [
        "Member: id = 2; by id",
        "Member: sponsor_id = 2; by sponsor_id",
    ]


def test_what_is_read_for_a_write_is_not_shown(of: Of) -> None:
    def write() -> None:
        of(Member).filter(pk__in=of(Team).values("captain")).update(score=9)
        of(Locker).create(room=9, number=9)
        of(Locker).filter(room=9).delete()

    assert read_by(write) == ReadSet()


def test_what_is_never_captured_is_not_followed(of: Of) -> None:
    assert read_by(lambda: list(Session.objects.using(of(Member).db))) == ReadSet()


def test_more_keys_than_are_kept_are_not_known(of: Of) -> None:
    of(Locker).bulk_create(Locker(room=100, number=number) for number in range(2001))
    [reading] = read_by(lambda: list(of(Locker))).readings
    assert reading.keys is None
    [reading] = read_by(lambda: list(of(Locker).filter(room=100)[:2000])).readings
    assert reading.keys is not None
    assert len(reading.keys) == 2000


def test_a_table_by_hand_is_read_wholly(of: Of) -> None:
    read_set = read_by(lambda: list(of(Member).extra(tables=["club_team"], where=["club_team.id = 1"])))
    assert {reading.model for reading in read_set.readings} == {Member, Team}
    assert all(reading.membership is None and reading.why for reading in read_set.readings)


class TestInstances:
    def test_who_reports_columns_shows_no_others(self, of: Of) -> None:
        recorder = Recorder()
        with recording(recorder):
            for member in fetch(of(Member).filter(sponsor=1).select_related("sponsor")):
                recorder.instance(member, "name")
                recorder.instance(member, "sponsor")
                recorder.instance(member, "pk")
        read_set = recorder.read_set()
        assert columns_told(read_set) == ["Member: nothing of [2]", "Member: nothing of any"]
        [(row, columns)] = read_set.instances.items()
        assert row == (of(Member).db, Member, 2)
        assert columns == {"id", "name", "sponsor_id"}

    def test_what_others_do_with_the_same_rows_shows_all_columns(self, of: Of) -> None:
        recorder = Recorder()
        with recording(recorder):
            rows = of(Member).filter(score=2).only("name")
            assert len(rows) == 1
            assert rows
            assert [member.pk for member in fetch(rows)] == [2]
            assert columns_told(recorder.read_set()) == ["Member: nothing of [2]"]
            list(rows)
        assert columns_told(recorder.read_set()) == ["Member: id, name of [2]"]

    def test_an_ordering_is_shown_by_who_reports_columns(self, of: Of) -> None:
        assert columns_told(read_by(lambda: fetch(of(Team)))) == [
            "Member: name of any",
            "Team: id of [1, 2, 3]",
        ]

    def test_columns_of_a_child_are_those_of_their_tables(self, of: Of) -> None:
        using, trainer = of(Member).db, of(Trainer).get(pk=4)
        recorder = Recorder()
        recorder.instance(trainer, "licence")
        recorder.instance(trainer, "name")
        assert recorder.read_set().instances == {
            (using, Trainer, 4): frozenset({"licence"}),
            (using, Member, 4): frozenset({"name"}),
        }
        recorder.instance(trainer, None)
        assert recorder.read_set().instances == {(using, Trainer, 4): None, (using, Member, 4): None}

    def test_a_whole_instance_is_shown_with_all_that_it_has_loaded(self, of: Of) -> None:
        using = of(Member).db
        member = of(Member).select_related("sponsor").prefetch_related("leads").get(pk=2)
        recorder = Recorder()
        recorder.instance(member, None)
        assert recorder.read_set().instances == {
            (using, Member, 2): None,
            (using, Member, 1): None,
            (using, Team, 2): None,
        }

    def test_a_key_of_two_columns_is_a_tuple(self, of: Of) -> None:
        recorder = Recorder()
        recorder.instance(of(Locker).get(room=1), "content")
        assert recorder.read_set().instances == {(of(Member).db, Locker, (1, 2)): frozenset({"content"})}

    def test_an_instance_that_is_in_no_database_is_not_recorded(self, of: Of) -> None:
        recorder = Recorder()
        recorder.instance(Member(name="Zoe"), "name")
        assert recorder.read_set() == ReadSet()


class TestReadSets:
    def test_what_was_read_elsewhere_is_included(self, of: Of) -> None:
        elsewhere = Recorder()
        with recording(elsewhere):
            list(ones(of))
        elsewhere.topic("weather")
        elsewhere.instance(of(Member).get(pk=2), "name")
        for include in (lambda it: it.include(elsewhere.read_set()), lambda it: it.merge(elsewhere)):
            recorder = Recorder()
            recorder.instance(of(Member).get(pk=2), "score")
            include(recorder)
            read_set = recorder.read_set()
            assert told(read_set) == ONES
            assert read_set.topics == {"weather"}
            assert list(read_set.instances.values()) == [{"name", "score"}]

    def test_the_same_query_is_told_once(self, of: Of) -> None:
        assert told(read_by(lambda: [list(ones(of)) for _ in range(3)])) == ONES


#: Statements by hand, and the tables that they may have read. None: any.
STATEMENTS: dict[str, set[type[Model]] | None] = {
    "SELECT name FROM club_member": {Member},
    'SELECT "club_member"."name" FROM "club_member", club_team': {Member, Team},
    "WITH x AS (SELECT * FROM club_locker) SELECT * FROM x": {Locker},
    "SELECT 1": set(),
    "SELECT 1 FROM (SELECT 1) x": None,
    "SAVEPOINT x": set(),
    "RELEASE SAVEPOINT x": set(),
    "UPDATE club_member SET score = 3": set(),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_by_hand_reads_the_tables_that_it_names(statement: str, of: Of) -> None:
    expected = STATEMENTS[statement]

    def run() -> None:
        with connections[of(Member).db].cursor() as cursor:
            if statement.startswith("RELEASE"):
                cursor.execute("SAVEPOINT x")
            cursor.execute(statement)

    with transaction.atomic(using=of(Member).db):
        read_set = read_by(run)
    models = {reading.model for reading in read_set.readings}
    assert {Member, Team, Locker} <= models if expected is None else models == expected
    assert all(reading.why and reading.terms for reading in read_set.readings)


def test_what_an_async_view_reads_is_recorded(of: Of) -> None:
    async def read(score: int) -> ReadSet:
        recorder = Recorder()
        with recording(recorder):
            async for _ in of(Member).filter(score=score):
                pass
            await of(Member).filter(score=score).acount()
        return recorder.read_set()

    @async_to_sync
    async def both() -> list[ReadSet]:
        return await asyncio.gather(read(1), read(2))

    one, two = both()
    assert set(told(one)) == {"Member: score = 1; by score"}
    assert set(told(two)) == {"Member: score = 2; by score"}
