"""A commit on its way to another process comes out as it went in."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from onair.changes import wire
from onair.changes.change import Commit, Kind, RowChange
from onair.changes.ids import ChangeId
from tests.site.library.models import Author, Book, Seat

Link = Book.genres.through

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.decimals(allow_nan=False),
)
KEYS = st.one_of(st.none(), st.integers(), st.text(), st.uuids(), st.tuples(st.integers(), st.dates()))
NAMES = st.sampled_from(["id", "title", "pages"])
ROWS = st.builds(
    RowChange,
    st.sampled_from([Author, Book, Seat, Link]),
    st.sampled_from(Kind),
    KEYS,
    st.none() | st.frozensets(NAMES),
    st.dictionaries(NAMES, VALUES),
)


@given(st.lists(ROWS), st.frozensets(st.sampled_from([Author, Book])))
def test_rows_and_tables_come_out_as_they_went_in(rows: list[RowChange], tables: frozenset[Any]) -> None:
    line = wire.encode(Commit("default", rows, tables))
    assert b"\n" not in line
    read = wire.decode(line)
    assert read == Commit("default", rows, tables, silent=True)
    assert [[(name, type(value)) for name, value in row.values.items()] for row in read.rows] == [
        [(name, type(value)) for name, value in row.values.items()] for row in rows
    ]


class Status(models.TextChoices):
    OPEN = "open"


class Level(models.IntegerChoices):
    HIGH = 3


@pytest.mark.parametrize(("value", "told"), [(Status.OPEN, "open"), (Level.HIGH, 3)])
def test_choices_are_told_as_what_they_stand_for(value: Any, told: Any) -> None:
    row = RowChange(Book, Kind.UPDATED, value, None, {"pages": value})
    (read,) = wire.decode(wire.encode(Commit("default", [row]))).rows
    assert (read.key, read.values, type(read.key)) == (told, {"pages": told}, type(told))


@pytest.mark.parametrize("value", [{"a": 1}, [1], b"x", 1.5, object()])
def test_what_is_not_told_is_not_known(value: Any) -> None:
    row = RowChange(Book, Kind.UPDATED, value, frozenset({"notes"}), {"notes": value, "pages": 1})
    (read,) = wire.decode(wire.encode(Commit("default", [row]))).rows
    assert (read.key, read.columns, read.values) == (None, {"notes"}, {"pages": 1})


def test_a_key_of_which_a_part_is_not_told_is_not_known() -> None:
    row = RowChange(Seat, Kind.UPDATED, (1, 1.5))
    assert wire.decode(wire.encode(Commit("default", [row]))).rows[0].key is None


def test_who_is_spared_stays_where_it_was_written() -> None:
    row = RowChange(Book, Kind.UPDATED, 1, exclude="1.2")
    assert wire.decode(wire.encode(Commit("default", [row]))).rows[0].exclude is None


def test_models_that_this_process_does_not_have_are_left_out() -> None:
    line = wire.encode(Commit("default", [RowChange(Book, Kind.CREATED, 1)], [Author]))
    line = line.replace(b"library.book", b"library.gone").replace(b"library.author", b"away.author")
    assert wire.decode(line) == Commit("default", silent=True)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"7",
        b'{"using":"default","tables":[],"rows":[["library.book"]]}',
        b'{"using":"default","tables":[],"rows":[["library.book","eaten",1,null,{}]]}',
        b'{"using":"default","tables":[],"rows":[["library.book","created",{"x":1},null,{}]]}',
        b'{"using":"default","tables":[],"rows":[["library.book","created",1,null,{"price":{"n":"no"}}]]}',
        b'{"using":"default","tables":[7],"rows":[]}',
        b'{"using":"default","tables":[],"rows":[["library.book","created",{"u":"no"},null,{}]]}',
    ],
)
def test_what_is_no_commit_is_an_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        wire.decode(line)


def test_a_line_is_json() -> None:
    key = uuid.UUID(int=7)
    row = RowChange(Book, Kind.DELETED, key, None, {"price": Decimal("1.50")})
    assert json.loads(wire.encode(Commit("other", [row], id=ChangeId("ours", 77)))) == {
        "id": ["ours", 77],
        "using": "other",
        "tables": [],
        "rows": [["library.book", "deleted", {"u": str(key)}, None, {"price": {"n": "1.50"}}]],
    }


def test_a_commit_keeps_its_id_in_every_process() -> None:
    rows = [RowChange(Book, Kind.CREATED, 1)]
    here, again = Commit("default", rows), Commit("default", rows)
    assert here.id == here.id != again.id
    assert here == again
    there = wire.decode(wire.encode(here))
    assert there.id == wire.decode(wire.encode(there)).id == here.id


def test_a_large_commit_keeps_its_id() -> None:
    large = Commit("default", [RowChange(Book, Kind.CREATED, 1, None, {"title": "x" * wire.MOST_BYTES})])
    assert wire.decode(wire.encode(large)).id == large.id


def test_a_line_without_an_id_is_of_a_commit_of_its_own() -> None:
    line = b'{"using":"default","tables":[],"rows":[]}'
    assert wire.decode(line).id != wire.decode(line).id


def test_threads_that_ask_for_an_id_at_the_same_moment_get_the_same() -> None:
    for _ in range(20):
        commit, together = Commit("default"), Barrier(4)

        def ask(commit: Commit = commit, together: Barrier = together) -> ChangeId:
            together.wait()
            return commit.id

        with ThreadPoolExecutor(4) as threads:
            assert len({asked.result() for asked in [threads.submit(ask) for _ in range(4)]}) == 1


def test_of_a_large_commit_only_the_tables_are_told() -> None:
    row = RowChange(Book, Kind.CREATED, 1, None, {"title": "x" * wire.MOST_BYTES})
    line = wire.encode(Commit("default", [row], [Author]))
    assert wire.decode(line) == Commit("default", (), [Author, Book], silent=True)
