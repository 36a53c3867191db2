from __future__ import annotations

import pytest

from onair.changes.change import Commit, Found, Kind, RowChange
from onair.changes.notes import Notes
from onair.changes.recording import MOST_ROWS, Recording
from tests.site.library.models import Author, Book


def noting(key: int, kind: Kind = Kind.UPDATED, model: type[Book | Author] = Book) -> RowChange:
    return RowChange(model, kind, key, frozenset({"title"}), {"title": str(key)})


def looked_into(notes: Notes) -> Recording:
    recording = Recording()
    notes.put_into(recording)
    return recording


def test_notes_are_looked_into_in_their_order() -> None:
    notes = Notes()
    for kind in (Kind.CREATED, Kind.UPDATED):
        notes.add(lambda recording, kind=kind: recording.add(noting(1, kind)), 1)
    [row] = looked_into(notes).rows
    assert row.kind is Kind.CREATED


def test_many_writes_of_few_rows_stay_few() -> None:
    notes = Notes()
    for number in range(3 * MOST_ROWS):
        notes.add(lambda recording, key=number % 3: recording.add(noting(key)), 1)
        assert len(notes._notes) <= MOST_ROWS + 1
    recording = looked_into(notes)
    assert ({row.key for row in recording.rows}, recording.tables) == ({0, 1, 2}, frozenset())


def test_writes_of_too_many_rows_are_the_table() -> None:
    notes = Notes()
    for key in range(2 * MOST_ROWS):
        notes.add(lambda recording, key=key: recording.add(noting(key)), 1)
    notes.add(lambda recording: recording.add(noting(1, model=Author)), 1)
    recording = looked_into(notes)
    assert ([row.model for row in recording.rows], recording.tables) == ([Author], {Book})


def test_a_commit_is_looked_into_once_and_only_when_somebody_asks() -> None:
    looks: list[str] = []

    def look() -> Found:
        looks.append("look")
        return (noting(1),), frozenset({Author})

    commit = Commit.of("default", look)
    assert looks == []
    assert (commit.rows, commit.tables, bool(commit)) == ((noting(1),), {Author}, True)
    assert commit == Commit("default", [noting(1)], [Author])
    assert looks == ["look"]


@pytest.mark.parametrize(
    ("commit", "is_something"),
    [
        (Commit("default"), False),
        (Commit("default", [noting(1)]), True),
        (Commit("default", (), [Book]), True),
    ],
)
def test_a_commit_of_nothing_is_nothing(commit: Commit, is_something: bool) -> None:
    assert bool(commit) is is_something
