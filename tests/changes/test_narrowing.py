from __future__ import annotations

import pytest
from django.db.models import F

from onair.changes.narrowing import changed_columns, narrowing, unchanged_in
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
    assert changed_columns(written, unchanged) == changed


def test_what_is_said_holds_for_one_row_of_each_table_in_the_block() -> None:
    unchanged = {"title": "a"}
    with narrowing(1, {Book: unchanged}):
        assert unchanged_in(Book, 1) == unchanged
        assert unchanged_in(Book, 2) == {}
        assert unchanged_in(Author, 1) == {}
        with narrowing(2, {}):
            assert unchanged_in(Book, 1) == {}
        assert unchanged_in(Book, 1) == unchanged
    assert unchanged_in(Book, 1) == {}
