"""Whatever is written, and by whom, is told once: on both databases, with real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from queue import Queue

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.test import override_settings

from onair.outbox.models import Entry
from onair.outbox.reader import Reader
from tests.outbox.conftest import PATIENCE, TIMES, Told, reading, running, wait_until
from tests.postgres import ON_FILE, ON_POSTGRES
from tests.site.depot.models import Crate, Label, Slot, Stamp
from tests.site.news.models import Colour, Report

pytestmark = pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)

TABLE = '"Depot Crates\' table"'
NAME = '"It\'s a Name"'


def run(database: str, sql: str, *params: object) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute(sql, params or None)


def test_a_row_that_raw_sql_inserts_is_told(database: str, told: Told) -> None:
    run(
        database,
        f'INSERT INTO {TABLE} ({NAME}, weight, "select", "Seal\'s bytes") VALUES (%s, %s, 3, %s)',
        "A",
        "0.10000001",
        b"\x00\xff",
    )
    (row,) = told.next().rows
    crate = Crate.objects.using(database).get()
    assert (row.model, row.kind.value, row.key, row.columns) == (Crate, "created", crate.pk, None)
    assert row.values == {"id": crate.pk, "name": "A", "weight": crate.weight, "count": 3}


def test_exactly_the_columns_that_changed_are_told(database: str, told: Told) -> None:
    (crate,) = Crate.objects.using(database).bulk_create([Crate(name="A")])
    told.next()
    run(database, f'UPDATE {TABLE} SET "select" = 5, weight = NULL WHERE id = %s', crate.pk)
    (row,) = told.next().rows
    assert (row.kind.value, row.key, row.columns) == ("updated", crate.pk, {"count"})
    assert row.values["count"] == 5


def test_bytes_are_not_copied_and_their_change_is_told(database: str, told: Told) -> None:
    crate = Crate.objects.using(database).create(name="A", seal=b"1")
    told.next()
    crate.seal = b"2"
    crate.save()
    (row,) = told.next().rows
    assert row.columns == {"seal"}
    assert "seal" not in row.values


def test_an_update_that_changes_nothing_is_no_news(database: str, told: Told) -> None:
    crate = Crate.objects.using(database).create(name="A")
    told.next()
    crate.save()
    run(database, f"DELETE FROM {TABLE}")
    assert told.rows(1) == [("Crate", "deleted", crate.pk)]


def test_a_deleted_row_is_told_as_it_was(database: str, told: Told) -> None:
    crate = Crate.objects.using(database).create(name="A")
    told.next()
    run(database, f"DELETE FROM {TABLE}")
    (row,) = told.next().rows
    assert (row.kind.value, row.key, row.values["name"]) == ("deleted", crate.pk, "A")


def test_many_values_for_one_statement_are_told_each(database: str, told: Told) -> None:
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO {TABLE} ({NAME}, "select", "Seal\'s bytes") VALUES (%s, 0, %s)',
            [(name, b"") for name in "ABC"],
        )
    keys = Crate.objects.using(database).order_by("name").values_list("pk", flat=True)
    assert sorted(told.rows(3)) == [("Crate", "created", key) for key in keys]


def test_an_upsert_is_told_as_what_it_did(database: str, told: Told) -> None:
    old = Crate.objects.using(database).create(name="old")
    told.next()
    with transaction.atomic(using=database):
        Crate.objects.using(database).bulk_create(
            [Crate(name="old", count=7), Crate(name="new")],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["count"],
        )
    new = Crate.objects.using(database).get(name="new")
    assert sorted(told.rows(2)) == [("Crate", "created", new.pk), ("Crate", "updated", old.pk)]


def test_many_to_many_rows_are_told(database: str, told: Told) -> None:
    crate = Crate.objects.using(database).create(name="A")
    told.next()
    label = Label.objects.using(database).create(text="fragile")
    crate.labels.add(label)
    (row,) = told.next().rows
    assert (row.model, row.kind.value) == (Crate.labels.through, "created")
    assert row.values["crate_id"] == crate.pk
    assert row.values["label_id"] == label.pk


def test_a_row_that_gets_another_key_is_another_row(database: str, told: Told) -> None:
    crate = Crate.objects.using(database).create(name="A")
    told.next()
    run(database, f"UPDATE {TABLE} SET id = 77")
    assert sorted(told.rows(2)) == [("Crate", "created", 77), ("Crate", "deleted", crate.pk)]


def test_a_key_of_two_columns_is_told(database: str, told: Told) -> None:
    Slot.objects.using(database).create(shelf=1, place="left")
    assert told.rows(1) == [("Slot", "created", (1, "left"))]
    Slot.objects.using(database).filter(shelf=1).update(content="tea")
    assert told.rows(1) == [("Slot", "updated", (1, "left"))]
    run(database, "DELETE FROM depot_slot")
    assert told.rows(1) == [("Slot", "deleted", (1, "left"))]


@pytest.mark.parametrize("count", [1_000, 1_001])
def test_more_rows_than_a_thousand_are_told_as_their_table(database: str, told: Told, count: int) -> None:
    with transaction.atomic(using=database):
        Crate.objects.using(database).bulk_create(Crate(name=str(n)) for n in range(count))
        Crate.objects.using(database).update(count=1)
    commit = told.next()
    assert commit.tables == ({Crate} if count > 1_000 else set())
    assert len(commit.rows) == (0 if count > 1_000 else count)


def test_what_is_rolled_back_is_not_told(database: str, told: Told) -> None:
    with transaction.atomic(using=database):
        Crate.objects.using(database).create(name="A")
        transaction.set_rollback(True, using=database)
    with transaction.atomic(using=database):
        kept = Crate.objects.using(database).create(name="B")
        with transaction.atomic(using=database):
            Crate.objects.using(database).create(name="C")
            transaction.set_rollback(True, using=database)
    assert told.rows(1) == [("Crate", "created", kept.pk)]
    assert told.is_empty


def test_one_transaction_is_one_commit(database: str, told: Told) -> None:
    with transaction.atomic(using=database):
        crate = Crate.objects.using(database).create(name="A")
        Slot.objects.using(database).create(shelf=1, place="left")
        crate.count = 3
        crate.save()
    commit = told.next()
    assert commit.using == database
    assert [(row.model, row.kind.value) for row in commit.rows] == [(Crate, "created"), (Slot, "created")]
    assert commit.rows[0].values["count"] == 3


def test_the_database_cascades_and_is_told(
    database: str, triggers: Callable[..., None], stamps: None
) -> None:
    triggers(Crate, Stamp)
    crate = Crate.objects.using(database).create(name="A")
    stamp = Stamp.objects.using(database).create(crate=crate)
    with reading(database) as told:
        with transaction.atomic(using=database):
            run(database, f"DELETE FROM {TABLE}")
        assert sorted(told.rows(2)) == [("Crate", "deleted", crate.pk), ("Stamp", "deleted", stamp.pk)]


def test_values_are_told_as_django_loads_them(database: str, told: Told) -> None:
    report = Report(
        title="Käse 🧀 \\ \" '",
        pub_date=datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC),
        day=date(2024, 2, 29),
        length=timedelta(days=-3, hours=5, microseconds=7),
        price=Decimal("1234.50"),
        rating=0.1 + 0.2,
        views=2**31 - 1,
        notes={"a": [1, 2.5, None, {"b": "ü"}]},
        colour=Colour("blue"),
        attachment="files/a.txt",
    )
    report.save(using=database)
    (row,) = told.next().rows
    loaded = Report.objects.using(database).get()
    expected = {
        field.attname: getattr(loaded, field.attname)
        for field in Report._meta.concrete_fields
        if field.name not in {"seal", "colour", "attachment"}
    }
    values = dict(row.values)
    assert values.pop("colour").name == "blue"
    assert values.pop("attachment") == "files/a.txt"
    assert values == expected
    assert type(values["price"]) is Decimal
    assert str(values["price"]) == "1234.50"
    assert values["pub_date"].utcoffset() == timedelta(0)


def test_nothing_is_told_from_before_the_reader_began(database: str, triggers: Callable[..., None]) -> None:
    triggers(Crate)
    Crate.objects.using(database).create(name="before")
    with reading(database) as told:
        now = Crate.objects.using(database).create(name="now")
        assert told.rows(1) == [("Crate", "created", now.pk)]


def test_only_one_of_the_processes_that_publish_elsewhere_tells(
    database: str, triggers: Callable[..., None]
) -> None:
    triggers(Crate)
    with reading(database, alone=True) as second_told, reading(database, alone=True) as told:
        tellers = [second_told, told]
        first = Crate.objects.using(database).create(name="A")

        def is_told() -> bool:
            Crate.objects.using(database).filter(pk=first.pk).update(count=F("count") + 1)
            return not all(teller.is_empty for teller in tellers)

        wait_until(is_told)
        assert [teller.is_empty for teller in tellers].count(True) == 1


def test_who_takes_over_goes_on_where_the_one_before_was(
    database: str, triggers: Callable[..., None]
) -> None:
    triggers(Crate)
    told, places = Told(), Queue[str]()

    def say(using: str, place: str) -> None:
        second.others_are_at(place)
        places.put(place)

    first, second = (
        Reader(database, alone=True, times=TIMES, deliver=told.tell, say_place=say) for _ in range(2)
    )
    with running(first):
        assert first.is_following.wait(PATIENCE)
        with running(second):
            crates = [Crate.objects.using(database).create(name="A")]
            assert told.rows(1) == [("Crate", "created", crates[0].pk)]
            places.get(timeout=PATIENCE)
            assert not second.is_following.is_set()
            first.stop()
            crates.append(Crate.objects.using(database).create(name="B"))
            assert told.rows(1) == [("Crate", "created", crates[1].pk)]
            assert second.is_following.wait(PATIENCE)
            crates.append(Crate.objects.using(database).create(name="C"))
            assert told.rows(1) == [("Crate", "created", crates[2].pk)]
    assert told.is_empty


def test_entries_are_deleted_when_they_are_old(database: str, triggers: Callable[..., None]) -> None:
    triggers(Crate)
    times = replace(TIMES, idle=0.01, clean=0.01, age=0.02)
    with reading(database, times=times):
        Crate.objects.using(database).create(name="A")
        wait_until(lambda: not Entry.objects.using(database).exists())


def test_a_label_without_a_model_is_said_once(
    database: str, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        run(database, "INSERT INTO onair_outbox_entry (label, op) VALUES ('gone.model', 'T')")
    crate = Crate.objects.using(database).create(name="A")
    assert told.rows(1) == [("Crate", "created", crate.pk)]
    assert [record.getMessage().partition(" has")[0] for record in caplog.records] == ["'gone.model'"]


@override_settings(ONAIR={"TRIGGERS": ["depot.Crate", "depot.Slot"]})
def test_a_table_that_is_named_and_has_no_triggers_is_said(
    database: str, triggers: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    triggers(Crate)
    with reading(database):
        [text] = [record.getMessage() for record in caplog.records]
    assert text == (
        f"In the database {database!r}, depot.slot has no triggers: what is written to it is not told, or "
        f'not all of it. Run "manage.py onair triggers install --database {database}".'
    )


@override_settings(ONAIR={"TRIGGERS": ["depot.Crate"]})
def test_what_the_settings_do_not_name_is_seen_where_it_is_made_and_not_told_again(
    database: str, told: Told
) -> None:
    Slot.objects.using(database).create(shelf=1, place="left")
    crate = Crate.objects.using(database).create(name="A")
    assert told.rows(1) == [("Crate", "created", crate.pk)]
