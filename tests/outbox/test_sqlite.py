"""What SQLite alone has: other processes that write into its file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from django.db import connections

from onair.changes.triggers import installing
from onair.changes.triggers.table import Column, Table
from onair.outbox.entries import Decoder, Entry
from onair.outbox.reader import Reader
from onair.outbox.sqlite import SQLiteSource
from tests.outbox.conftest import Told, reading, wait_until
from tests.postgres import ON_FILE
from tests.site.depot.models import Slot

on_file = pytest.mark.parametrize("database", [ON_FILE], indirect=True)

PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
with connection:
    connection.execute("INSERT INTO depot_slot (shelf, place, content) VALUES (1, 'a', '')")
with connection:
    connection.execute("UPDATE depot_slot SET content = 'tea'")
connection.close()
"""


@on_file
def test_another_process_is_told(database: str, told: Told) -> None:
    name = connections[database].settings_dict["NAME"]
    subprocess.run([sys.executable, "-c", PROGRAM, str(name)], check=True)
    kinds = {kind for _, kind, _ in told.rows(1)}
    assert kinds <= {"created", "updated"}


@on_file
def test_bytes_where_none_belong_do_not_break_the_write(database: str, told: Told) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute("INSERT INTO depot_slot (shelf, place, content) VALUES (1, 'a', x'ff00')")
        cursor.execute("INSERT INTO depot_slot (shelf, place, content) VALUES (1, 'b', CAST(x'ff' AS TEXT))")
    assert sorted(told.rows(2)) == [("Slot", "created", (1, "a")), ("Slot", "created", (1, "b"))]


@on_file
def test_a_table_may_have_more_columns_than_a_function_arguments(database: str) -> None:
    connection = connections[database]
    names = [f"c{number}" for number in range(150)]
    table = Table("depot.wide", "depot_wide", ("c0",), tuple(Column(name) for name in names))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE depot_wide ({', '.join(names)})")
        try:
            installing.install(connection, [table])
            cursor.execute(
                f"INSERT INTO depot_wide ({', '.join(names)}) VALUES ({', '.join(['%s'] * 150)})", range(150)
            )
            cursor.execute("INSERT INTO depot_wide (c59, c60) VALUES ('}}', '{')")
            cursor.execute(
                "SELECT json_extract(new, '$.c0', '$.c149', '$.c59', '$.c60') FROM onair_outbox_entry"
            )
            assert [row for (row,) in cursor.fetchall()] == ["[0,149,59,60]", '[null,null,"}}","{"]']
        finally:
            cursor.execute("DROP TABLE depot_wide")


def test_memory_cannot_be_read_from_elsewhere() -> None:
    assert not Reader.can_read(connections["default"])
    assert Reader.can_read(connections["file"])


@on_file
def test_a_value_that_nobody_can_read_is_left_out(database: str) -> None:
    decoder = Decoder(connections[database])
    entry = Entry("depot.slot", "I", None, '{"shelf": "no number", "place": "a", "gone": 1}')
    (row,) = decoder.commit([entry]).rows
    assert (row.key, row.values) == (None, {"place": "a"})


@on_file
def test_the_reader_waits_for_an_outbox(database: str, triggers: Callable[..., None], tmp_path: Path) -> None:
    connection = connections[database]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE onair_outbox_entry RENAME TO moved")
    reader_of_nothing = reading(database, alone=True)  # which does not wait for it to follow
    with reader_of_nothing as told:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE moved RENAME TO onair_outbox_entry")
        triggers(Slot)
        places = count()

        def is_told() -> bool:
            Slot.objects.using(database).create(shelf=1, place=str(next(places)))
            return not told.is_empty

        wait_until(is_told)


@on_file
def test_one_reader_has_the_turn_until_it_closes(database: str) -> None:
    first, second = SQLiteSource(connections[database]), SQLiteSource(connections[database])
    try:
        assert first.open()
        assert second.open()
        assert first.claim()
        assert first.claim()
        assert not second.claim()
        first.close()
        assert second.claim()
    finally:
        first.close()
        second.close()
