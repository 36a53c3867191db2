"""What PostgreSQL alone has: many writers at a time, and connections that end."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import takewhile
from typing import Any

import psycopg
import pytest
from django.db import connections

from onair.changes.triggers.postgres import NOTIFY_LOCK
from onair.changes.triggers.table import NOTIFICATION
from onair.outbox.models import Entry
from tests.outbox.conftest import PATIENCE, TIMES, Told, reading
from tests.postgres import ON_POSTGRES
from tests.site.depot.models import Crate, Slot

pytestmark = pytest.mark.parametrize("database", [ON_POSTGRES], indirect=True)

WRITERS = 12
WRITES = 150

END_READERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'onair outbox'"
)

INSERT = "INSERT INTO depot_slot (shelf, place, content) VALUES (%s, %s, '')"


@contextmanager
def connected(**options: Any) -> Iterator[psycopg.Connection[Any]]:
    """Connect as another program would."""
    settings = connections["postgres"].settings_dict
    connection = psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"], autocommit=True, **options
    )
    with connection:
        yield connection


@pytest.fixture
def other(database: str) -> Iterator[psycopg.Connection[Any]]:
    with connected() as connection:
        yield connection


def test_every_row_of_many_writers_is_told_once(database: str, triggers: Callable[..., None]) -> None:
    """They commit in another order than they write, some roll back, and one takes as long as all of them."""
    triggers(Slot)
    barrier = threading.Barrier(WRITERS)

    def write(writer: int) -> list[tuple[int, str]]:
        dice = random.Random(writer)
        kept = []
        with connected() as mine, connected() as crossing:
            barrier.wait(PATIENCE)
            for number in range(WRITES):
                keys = [(writer, f"{number}{half}") for half in "ab"]
                # Two transactions that overlap: the first to write is the last to commit, or is rolled back.
                with mine.transaction(force_rollback=dice.random() < 0.1) as first:
                    mine.execute(INSERT, keys[0])
                    with crossing.transaction():
                        crossing.execute(INSERT, keys[1])
                        if dice.random() < 0.5:
                            crossing.execute("SELECT pg_sleep(%s)", [dice.random() / 500])
                kept += keys[1:] if first.force_rollback else keys
        return kept

    with reading(database) as told, connected() as patient, ThreadPoolExecutor(WRITERS) as pool:
        with patient.transaction():
            patient.execute(INSERT, (99, "long"))
            written = [key for keys in pool.map(write, range(WRITERS)) for key in keys]
            found: list[object] = []
            while len(found) < len(written):  # all but the long one, which nobody waits for
                found += [key for _, _, key in told.rows(1)]
        found += [key for _, _, key in told.rows(1)]
        assert told.is_empty
    assert Counter(found) == Counter([*written, (99, "long")])
    assert found[-1] == (99, "long")


def test_a_transaction_that_is_about_to_notify_holds_up_nobody(
    database: str, triggers: Callable[..., None], other: psycopg.Connection[Any]
) -> None:
    triggers(Slot)
    with connected(options="-c lock_timeout=5s") as writer, other.transaction():
        other.execute(INSERT, (1, "first"))
        assert other.execute("SELECT pg_try_advisory_xact_lock(%s)", [NOTIFY_LOCK]).fetchone() == (True,)
        for number in range(20):
            writer.execute(INSERT, (2, str(number)))  # commits, while the first has not
        assert Slot.objects.using(database).count() == 20


def notified_by(write: Callable[[psycopg.Connection[Any]], object]) -> int:
    with connected() as listener, connected() as writer:
        listener.execute(f"LISTEN {NOTIFICATION}")
        write(writer)
        writer.execute("SELECT pg_notify(%s, 'the end')", [NOTIFICATION])
        with closing(listener.notifies(timeout=PATIENCE)) as heard:
            return sum(1 for _ in takewhile(lambda heard: heard.payload != "the end", heard))


def test_a_commit_notifies_once(database: str, triggers: Callable[..., None]) -> None:
    triggers(Slot)

    def write(writer: psycopg.Connection[Any]) -> None:
        with writer.transaction():
            writer.execute(INSERT, (1, "a"))
            writer.execute(INSERT, (1, "b"))

    assert notified_by(write) == 1


def test_a_commit_does_not_notify_while_another_transaction_is_about_to(
    database: str, triggers: Callable[..., None], other: psycopg.Connection[Any]
) -> None:
    triggers(Slot)
    with other.transaction():
        other.execute(INSERT, (1, "first"))
        assert notified_by(lambda writer: writer.execute(INSERT, (1, "second"))) == 0


def test_a_statement_without_rows_notifies_nobody(database: str, triggers: Callable[..., None]) -> None:
    triggers(Slot)
    assert notified_by(lambda writer: writer.execute("DELETE FROM depot_slot")) == 0
    assert not Entry.objects.using(database).exists()


def test_what_nobody_notified_of_is_found_nevertheless(
    database: str, triggers: Callable[..., None], other: psycopg.Connection[Any]
) -> None:
    triggers(Slot)
    with reading(database) as told, connected() as writer, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [NOTIFY_LOCK])
        writer.execute(INSERT, (1, "unheard"))
        assert told.rows(1) == [("Slot", "created", (1, "unheard"))]


def test_a_notification_wakes_the_reader(database: str, triggers: Callable[..., None]) -> None:
    triggers(Slot)
    never = replace(TIMES, idle=10 * PATIENCE)
    with reading(database, times=never) as told, connected() as writer:
        writer.execute(INSERT, (1, "heard"))
        assert told.rows(1) == [("Slot", "created", (1, "heard"))]
        writer.execute(f"NOTIFY {NOTIFICATION}")  # or the reader would wait as long for its end


def test_copied_rows_are_told(database: str, told: Told, other: psycopg.Connection[Any]) -> None:
    with other.cursor().copy("COPY depot_slot (shelf, place, content) FROM STDIN") as copy:
        for place in "abc":
            copy.write_row((5, place, ""))
    assert sorted(told.rows(3)) == [("Slot", "created", (5, place)) for place in "abc"]


def test_a_thousand_copied_rows_and_one_are_one_entry(
    database: str, told: Told, other: psycopg.Connection[Any]
) -> None:
    with other.cursor().copy("COPY depot_slot (shelf, place, content) FROM STDIN") as copy:
        for place in range(1_001):
            copy.write_row((5, str(place), ""))
    commit = told.next()
    assert (commit.rows, commit.tables) == ((), {Slot})
    assert [entry.op for entry in Entry.objects.using(database).all()] == ["M"]


def test_an_emptied_table_is_told(database: str, told: Told, other: psycopg.Connection[Any]) -> None:
    other.execute("TRUNCATE depot_slot")
    assert told.next().tables == {Slot}


def test_the_reader_goes_on_when_its_connection_was_ended(
    database: str,
    triggers: Callable[..., None],
    other: psycopg.Connection[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    triggers(Slot)
    with reading(database) as told:
        for place in "ab":
            with other.transaction():
                other.execute(INSERT, (1, place))
                assert other.execute(END_READERS).fetchall()
            assert told.rows(1) == [("Slot", "created", (1, place))]
    texts = [record.getMessage() for record in caplog.records]
    assert [text.partition(" of")[0] for text in texts if "outbox" in text] == ["The outbox"] * 4
    assert "is read again" in texts[-1]


def test_a_reader_that_comes_to_another_database_begins_at_now(
    database: str, triggers: Callable[..., None]
) -> None:
    from onair.outbox.postgres import PostgresSource

    triggers(Slot)
    source = PostgresSource(connections[database])
    source._last = "900000000:900000000:"  # of a cluster that was much older
    assert source.open()
    Slot.objects.using(database).create(shelf=1, place="a")
    assert [len(entries) for entries in source.read()] == [1]
    source.close()


def test_a_role_without_rights_on_the_outbox_writes_on(
    database: str, told: Told, other: psycopg.Connection[Any]
) -> None:
    other.execute("CREATE ROLE clerk")
    try:
        other.execute("GRANT INSERT ON depot_slot TO clerk")
        other.execute("SET ROLE clerk")
        other.execute("SET search_path = ''")
        other.execute("INSERT INTO public.depot_slot (shelf, place, content) VALUES (1, 'a', '')")
        assert told.rows(1) == [("Slot", "created", (1, "a"))]
    finally:
        other.execute("RESET ROLE")
        other.execute("DROP OWNED BY clerk")
        other.execute("DROP ROLE clerk")


def test_no_other_role_makes_triggers_of_the_function(
    database: str, told: Told, other: psycopg.Connection[Any]
) -> None:
    """It would write what it likes into the outbox, and run code of its own as the function's owner."""
    other.execute("CREATE ROLE stranger")
    try:
        other.execute("GRANT CREATE ON SCHEMA public TO stranger")
        other.execute("SET ROLE stranger")
        other.execute("CREATE TABLE bait (shelf integer, place text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute(
                "CREATE TRIGGER bait AFTER INSERT ON bait REFERENCING NEW TABLE AS onair_new "
                'FOR EACH STATEMENT EXECUTE FUNCTION "onair_outbox_depot.slot"()'
            )
    finally:
        other.execute("RESET ROLE")
        other.execute("DROP OWNED BY stranger")
        other.execute("DROP ROLE stranger")


def test_columns_may_come_and_go_while_a_session_writes(
    database: str, told: Told, other: psycopg.Connection[Any]
) -> None:
    with connected() as administrator:
        other.execute(INSERT, (1, "a"))
        administrator.execute("ALTER TABLE depot_slot ADD COLUMN extra integer DEFAULT 7")
        try:
            other.execute(INSERT, (1, "b"))
            administrator.execute("ALTER TABLE depot_slot RENAME COLUMN content TO contents")
            other.execute("UPDATE depot_slot SET contents = 'x', extra = 8 WHERE place = 'b'")
            administrator.execute("ALTER TABLE depot_slot DROP COLUMN contents")
            other.execute("UPDATE depot_slot SET extra = 9 WHERE place = 'b'")
            other.execute("INSERT INTO depot_slot (shelf, place) VALUES (1, 'c')")
            kinds = [(kind, key) for _, kind, key in told.rows(3)]
            assert kinds == [("created", (1, "a")), ("created", (1, "b")), ("created", (1, "c"))]
        finally:
            administrator.execute("ALTER TABLE depot_slot DROP COLUMN extra")
            administrator.execute("ALTER TABLE depot_slot ADD COLUMN IF NOT EXISTS content varchar(50)")


def test_a_table_of_another_schema_and_the_outbox_find_each_other(
    database: str, other: psycopg.Connection[Any]
) -> None:
    from onair.changes.triggers import installing
    from onair.changes.triggers.table import Table

    connection = connections[database]
    table = replace(Table.of(Slot), name='"Schema 100%"."Slots"')
    other.execute('CREATE SCHEMA "Schema 100%"')
    try:
        other.execute('CREATE TABLE "Schema 100%"."Slots" (LIKE depot_slot INCLUDING ALL)')
        installing.install(connection, [table])
        assert installing.problems(connection, [table]) == []
        with reading(database) as told:
            other.execute("""INSERT INTO "Schema 100%"."Slots" VALUES (1, 'a', '')""")
            assert told.rows(1) == [("Slot", "created", (1, "a"))]
        installing.remove(connection, [table])
    finally:
        other.execute('DROP SCHEMA "Schema 100%" CASCADE')


def test_the_end_of_an_outbox_leaves_the_functions_of_another_schemas_outbox(
    database: str, triggers: Callable[..., None], other: psycopg.Connection[Any]
) -> None:
    from onair.changes.triggers.dialects import dialect_of

    triggers(Slot)
    other.execute("CREATE SCHEMA tenant")
    try:
        other.execute(
            "CREATE FUNCTION tenant.onair_outbox_slot() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"
        )
        statements = dialect_of(connections[database]).remove_all(connections[database])
        assert statements
        assert not [statement for statement in statements if "tenant" in statement]
    finally:
        other.execute("DROP SCHEMA tenant CASCADE")


def test_the_writes_of_one_row_are_told_in_their_order(database: str, told: Told) -> None:
    """The later one has the older transaction: it had written elsewhere before."""
    crate = Crate.objects.using(database).create(name="A")
    told.next()
    with connected() as first, connected() as second:
        update = 'UPDATE "Depot Crates\' table" SET "select" = %s WHERE id = %s'
        with second.transaction():
            second.execute(INSERT, (1, "a"))
            first.execute(update, [1, crate.pk])
            second.execute(update, [2, crate.pk])
        counts = []
        while len(counts) < 2:
            counts += [row.values["count"] for row in told.next().rows if row.model is Crate]
        assert counts == [1, 2]
