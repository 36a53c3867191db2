from __future__ import annotations

import pytest
from django.db.models import F

from onair.changes.narrowing import changed_columns, narrowing
from tests.site.library.models import Author, Book


@pytest.mark.parametrize(
    ("unchanged", "written", "changed"),
    [
        ({"title": "a", "pages": 1}, {"title": "a", "pages": 2}, {"pages"}),
        ({"title": "a"}, {"title": "a", "pages": 2}, {"pages"}),
        ({"title": "a"}, {"title": "a"}, set()),
        ({"pages": 1}, {"pages": True}, {"pages"}),
        ({"pages": 1}, {"pages": F("pages")}, {"pages"}),
        ({"pages": None}, {"pages": None}, set()),
        ({}, {"title": "a"}, {"title"}),
    ],
)
def test_a_column_that_is_written_as_it_was_has_not_changed(
    unchanged: dict[str, object], written: dict[str, object], changed: set[str]
) -> None:
    with narrowing(1, {Book: unchanged}):
        assert changed_columns(Book, 1, written) == changed


def test_what_is_said_holds_for_one_row_of_each_table_in_the_block() -> None:
    with narrowing(1, {Book: {"title": "a"}}):
        assert changed_columns(Book, 2, {"title": "a"}) == {"title"}
        assert changed_columns(Author, 1, {"title": "a"}) == {"title"}
        with narrowing(2, {}):
            assert changed_columns(Book, 1, {"title": "a"}) == {"title"}
        assert changed_columns(Book, 1, {"title": "a"}) == set()
    assert changed_columns(Book, 1, {"title": "a"}) == {"title"}
