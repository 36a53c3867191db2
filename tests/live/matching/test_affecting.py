"""What concerns a read set: each rule, on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching import affects
from onair.live.matching.reads import ANY_ROW, Condition, Reading, ReadSet, Term
from tests.site.library.models import Author, Book

C, U, D, X = Kind.CREATED, Kind.UPDATED, Kind.DELETED, Kind.CHANGED


def columns(names: str | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names.split())


def change(kind: Kind, key: Any = 9, names: str | None = None, **values: Any) -> RowChange:
    return RowChange(Book, kind, key, columns(names), values)


def concerns(reading: Reading, *changes: RowChange) -> bool:
    return affects(ReadSet((reading,)), Commit("default", changes))


#: The books of the first author, with titles, by pages; books 1 and 2 are in the result.
LIST = Reading(
    "default",
    Book,
    (Term.of({"author_id": 1}),),
    columns("author_id"),
    columns("title pages"),
    frozenset({1, 2}),
)
#: How many books the first author has.
COUNT = replace(LIST, shown=frozenset(), keys=None)
#: The two with the fewest pages.
SLICE = replace(LIST, membership=columns("author_id pages"), shown=columns("title"))


@pytest.mark.parametrize(
    ("reading", "changes", "expected"),
    [
        # A new row matters where it fits.
        (LIST, [change(C, author_id=1)], True),
        (LIST, [change(C, author_id=2)], False),
        (LIST, [change(C)], True),
        (LIST, [change(C, author_id=None)], False),
        (COUNT, [change(C, author_id=1)], True),
        (COUNT, [change(C, author_id=2)], False),
        # A row in the result matters by its columns, one outside by whether it may enter.
        (LIST, [change(U, 1, "title", title="b")], True),
        (LIST, [change(U, 1, "notes")], False),
        (LIST, [change(U, 1, None)], True),
        (LIST, [change(U, 9, "title", title="b")], False),
        (LIST, [change(U, 9, "author_id", author_id=1)], True),
        (LIST, [change(U, 9, "author_id", author_id=2)], False),
        (LIST, [change(U, 9, "author_id")], True),
        (LIST, [change(U, 9, "pages", pages=1)], False),
        (SLICE, [change(U, 9, "pages", pages=1)], True),
        (SLICE, [change(U, 9, "pages", pages=1, author_id=2)], False),
        (LIST, [change(D, 9, author_id=1)], False),
        (LIST, [change(D, 1, author_id=7)], True),
        # Of what nobody knows the rows of, a row matters that may have been one of them.
        (COUNT, [change(U, 9, "title", title="b")], False),
        (COUNT, [change(U, 9, "author_id", author_id=2)], True),
        (replace(COUNT, shown=columns("pages")), [change(U, 9, "pages", pages=1, author_id=2)], False),
        (COUNT, [change(D, author_id=1)], True),
        (COUNT, [change(D, author_id=2)], False),
        (COUNT, [change(D, 9, "author_id", author_id=2)], True),
        (COUNT, [change(X, author_id=2)], True),
        # What has no key may be any row.
        (LIST, [change(U, None, "title")], True),
        (LIST, [change(U, None, "notes")], False),
        (COUNT, [change(U, None, "author_id pages", author_id=2)], True),
        (COUNT, [change(X, None, author_id=2)], True),
        (LIST, [change(C, None, author_id=2)], False),
        # A row that has a name may have been written again by what names none.
        (COUNT, [change(C, author_id=2), change(U, None, "author_id", author_id=3)], True),
        (COUNT, [change(C, author_id=2), change(U, None, "pages", author_id=3)], False),
        (LIST, [change(C, author_id=2), change(U, None)], True),
        # Nothing can be in it.
        (replace(LIST, terms=()), [change(C, author_id=1), change(U, 1)], False),
        # Any row, by any column.
        (Reading("default", Book), [change(U, 9, "notes")], True),
        (Reading("default", Book), [change(U, 9, "")], False),
        (Reading("default", Book, ANY_ROW, frozenset(), frozenset()), [change(U, 9)], False),
        # Other tables.
        (LIST, [RowChange(Author, U, 1)], False),
    ],
)
def test_a_row_change_concerns_a_query(
    reading: Reading, changes: Iterable[RowChange], expected: bool
) -> None:
    assert concerns(reading, *changes) is expected


@pytest.mark.parametrize(
    ("using", "tables", "expected"),
    [("default", [Book], True), ("default", [Author], False), ("other", [Book], False)],
)
@pytest.mark.parametrize(
    "read_set",
    [ReadSet((LIST,)), ReadSet(instances={("default", Book, 1): frozenset()})],
    ids=["query", "instance"],
)
def test_a_table_that_anything_happened_to_concerns_all_of_it(
    read_set: ReadSet, using: str, tables: list[Any], expected: bool
) -> None:
    assert affects(read_set, Commit(using, (), tables)) is expected


@pytest.mark.parametrize(
    ("names", "changed", "expected"),
    [
        ("title", change(U, 1, "title"), True),
        ("title", change(U, 1, "pages"), False),
        ("title", change(U, 2, "title"), False),
        ("title", change(U, None, "title"), True),
        ("title", change(C, None), False),
        ("title", change(D, 1), True),
        (None, change(U, 1, "pages"), True),
        ("title", change(C, 1), True),
    ],
)
def test_a_row_on_display_concerns_it_by_its_columns(
    names: str | None, changed: RowChange, expected: bool
) -> None:
    read_set = ReadSet(instances={("default", Book, 1): columns(names)})
    assert affects(read_set, Commit("default", [changed])) is expected
    assert not affects(read_set, Commit("other", [changed]))


def test_a_link_that_was_there_was_as_it_is() -> None:
    links = Book.genres.through
    count = Reading("default", links, (Term.of({"book_id": 1}),), columns("book_id"), frozenset())
    assert concerns(count, RowChange(links, X, None, None, {"book_id": 1, "genre_id": 1}))
    assert not concerns(count, RowChange(links, X, None, None, {"book_id": 2, "genre_id": 1}))
    assert concerns(count, RowChange(links, X, 9, None, {"book_id": 2, "genre_id": 1}))


def test_only_one_of_several_terms_has_to_fit() -> None:
    either = replace(COUNT, terms=(Term.of({"author_id": 1}), Term((), (Condition("pages", "gt", 5),))))
    assert concerns(either, change(C, author_id=2, pages=6))
    assert not concerns(either, change(C, author_id=2, pages=5))
