from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.changes.change import Commit, Kind, RowChange
from onair.changes.recording import MOST_ROWS, Recording, join
from tests.site.library.models import Author, Book

C, U, D, X = Kind.CREATED, Kind.UPDATED, Kind.DELETED, Kind.CHANGED


def change(kind: Kind, key: int | None = 1, columns: str | None = None, **values: object) -> RowChange:
    return RowChange(Book, kind, key, None if columns is None else frozenset(columns.split()), values)


def recording_of(*changes: RowChange) -> Recording:
    recording = Recording()
    for one in changes:
        recording.add(one)
    return recording


def recorded(*changes: RowChange) -> Commit:
    recording = recording_of(*changes)
    return Commit("default", recording.rows, recording.tables)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (change(C, a=1, b=1), change(U, columns="a", a=2), change(C, a=2, b=1)),
        (change(C, a=1), change(U, columns="a"), change(C)),
        (change(C, a=1), change(D), None),
        (change(C, a=1), change(X), change(C)),
        (change(U, columns="a", a=1), change(U, columns="b", b=2), change(U, columns="a b", a=1, b=2)),
        (change(U, columns="a", a=1), change(U, columns="a", a=2), change(U, columns="a", a=2)),
        (change(U, columns="a", a=1), change(U, columns="a"), change(U, columns="a")),
        (change(U, columns="a", a=1), change(U, a=2, b=3), change(U, a=2, b=3)),
        (change(U, columns="a", a=1), change(D, a=0, b=1), change(D, columns="a", a=0, b=1)),
        (change(U), change(D, a=0, b=1), change(D, columns="a b", a=0, b=1)),
        (change(U, columns="a"), change(D, columns="b", b=1), change(D, columns="a b", b=1)),
        (change(U, columns="a", a=1), change(X), change(U)),
        (change(D, a=0), change(C, a=1), change(U, a=1)),
        (change(D, a=0), change(X), change(U)),
        (change(X), change(U, columns="a", a=1), change(X, a=1)),
        (change(X), change(X), change(X)),
        (change(X), change(D, a=0), change(D, columns="a", a=0)),
    ],
    ids=lambda one: f"{one.kind.value}" if isinstance(one, RowChange) else None,
)
def test_two_writes_of_a_row_are_one(first: RowChange, second: RowChange, both: RowChange | None) -> None:
    assert join(first, second) == both


def test_a_value_that_an_expression_wrote_over_is_not_known_any_more() -> None:
    [row] = recorded(change(C, a=1, b=2), change(U, columns="a")).rows
    assert row.values == {"b": 2}


def test_rows_stay_in_the_order_of_their_first_write() -> None:
    commit = recorded(change(C, 1), change(C, 2), change(U, 1, columns="a"), change(C, 3))
    assert [row.key for row in commit.rows] == [1, 2, 3]


def test_rows_of_different_tables_have_nothing_to_do_with_each_other() -> None:
    commit = recorded(change(C, 1), RowChange(Author, D, 1))
    assert [(row.model, row.kind) for row in commit.rows] == [(Book, C), (Author, D)]


def test_rows_without_a_key_are_kept_each() -> None:
    assert len(recorded(change(X, None, a=1), change(X, None, a=1)).rows) == 2


@pytest.mark.parametrize("keys", [range(MOST_ROWS + 1), [None] * (MOST_ROWS + 1)], ids=["named", "nameless"])
def test_too_many_rows_are_the_table(keys: list[int | None]) -> None:
    commit = recorded(RowChange(Author, C, 1), *(change(U, key) for key in keys), change(C, 7))
    assert (commit.tables, [row.model for row in commit.rows]) == ({Book}, [Author])


def test_rows_that_came_and_went_are_not_counted() -> None:
    commit = recorded(*(change(kind, key) for key in range(MOST_ROWS + 1) for kind in (C, D)))
    assert (commit.rows, commit.tables) == ((), frozenset())
    assert not commit


def test_a_table_takes_in_what_is_known_of_its_rows() -> None:
    first, second = recording_of(change(C, 1)), Recording()
    second.add_table(Book)
    second.add(change(C, 2))
    second.put_into(first)
    assert (first.rows, first.tables) == ((), {Book})


ROWS = st.sampled_from([C, U, D]).flatmap(
    lambda kind: st.builds(
        RowChange,
        st.sampled_from([Book, Author]),
        st.just(kind),
        st.integers(1, 3),
        st.none() if kind is not U else st.frozensets(st.sampled_from("abc"), min_size=1),
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    )
)


def possible(rows: list[RowChange]) -> list[RowChange]:
    """Return the writes less those that no database would do after the others."""
    there: dict[tuple[object, object], bool] = {}
    done = []
    for row in rows:
        key = (row.model, row.key)
        if there.get(key, row.kind is not C) is (row.kind is not C):
            done.append(row)
            there[key] = row.kind is not D
    return done


def outcome(commit: Commit) -> dict[tuple[object, object], Kind]:
    return {(row.model, row.key): row.kind for row in commit.rows}


@given(st.lists(ROWS, max_size=14).map(possible), st.integers(0, 14))
def test_recordings_of_stretches_are_together_what_one_recording_is(rows: list[RowChange], cut: int) -> None:
    whole = recording_of(*rows[:cut])
    recording_of(*rows[cut:]).put_into(whole)
    assert outcome(Commit("default", whole.rows)) == outcome(recorded(*rows))
