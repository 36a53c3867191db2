"""Whatever is written in whatever transactions: what is seen is what the database says has happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onair.changes.change import Kind
from tests.changes.conftest import Seen
from tests.site.library.models import Book

Row = dict[str, Any]
COLUMNS = ("title", "pages", "editor_id", "author_id", "notes")

WRITES = st.one_of(
    st.tuples(st.just("create"), st.integers(1, 6)),
    st.tuples(st.just("save"), st.integers(1, 6)),
    st.tuples(st.just("save pages"), st.integers(1, 6)),
    st.tuples(st.just("update"), st.integers(0, 4)),
    st.tuples(st.just("count up"), st.integers(0, 4)),
    st.tuples(st.just("bulk_create"), st.integers(1, 5)),
    st.tuples(st.just("bulk_update"), st.integers(0, 4)),
    st.tuples(st.just("delete"), st.integers(1, 6)),
    st.tuples(st.just("delete some"), st.integers(0, 4)),
)
#: A write, or a block of them that is kept or rolled back.
STEPS = st.recursive(
    WRITES, lambda steps: st.tuples(st.booleans(), st.lists(steps, max_size=4)), max_leaves=12
)


class RolledBack(Exception):
    pass


class Writer:
    """Writes as it is told."""

    def __init__(self, using: str) -> None:
        self._using = using
        self._books = Book.objects.using(using)

    def run(self, step: Any) -> None:
        first, second = step
        if isinstance(first, bool):
            self._block(first, second)
        else:
            getattr(self, f"_{first.replace(' ', '_')}")(second)

    def _block(self, keep: bool, steps: list[Any]) -> None:
        try:
            with transaction.atomic(using=self._using):
                for step in steps:
                    self.run(step)
                if not keep:
                    raise RolledBack
        except RolledBack:
            pass

    def _create(self, key: int) -> None:
        if not self._books.filter(pk=key).exists():
            Book(pk=key, title="made").save(using=self._using, force_insert=True)

    def _save(self, key: int) -> None:
        if book := self._books.filter(pk=key).first():
            book.pages += 1
            book.title = f"saved {book.pages}"
            book.save()

    def _save_pages(self, key: int) -> None:
        if book := self._books.filter(pk=key).first():
            book.title = "not saved"
            book.pages += 1
            book.save(update_fields=["pages"])

    def _update(self, pages: int) -> None:
        self._books.filter(pages=pages).update(pages=pages + 1)

    def _count_up(self, pages: int) -> None:
        self._books.filter(pages__lte=pages).update(pages=F("pages") + 1)

    def _bulk_create(self, count: int) -> None:
        last = max(self._books.values_list("pk", flat=True), default=0)
        self._books.bulk_create([Book(pk=last + 1 + i, title="bulk") for i in range(count)])

    def _bulk_update(self, pages: int) -> None:
        books = list(self._books.filter(pages__gte=pages))
        for book in books:
            book.title = f"bulk {book.pages}"
        self._books.bulk_update(books, ["title"])

    def _delete(self, key: int) -> None:
        if book := self._books.filter(pk=key).first():
            book.delete()

    def _delete_some(self, pages: int) -> None:
        self._books.filter(pages=pages).delete()


def rows(using: str) -> dict[int, Row]:
    return {row["id"]: row for row in Book.objects.using(using).values()}


class Page:
    """What a page knows that started with all rows and follows the commits alone."""

    def __init__(self, using: str) -> None:
        self.rows = rows(using)

    def follow(self, seen: Seen) -> None:
        for commit in seen.commits:
            assert not commit.tables
            for change in commit.rows:
                if change.model is Book:
                    self._apply(change)
        seen.clear()

    def _apply(self, change: Any) -> None:
        if change.kind is Kind.DELETED:
            before = self.rows.pop(change.key)
            # What a row was is told as of the transaction's own last write to it.
            assert change.values.keys() == before.keys()
        elif change.kind is Kind.CREATED:
            assert change.key not in self.rows
            self.rows[change.key] = {name: change.values.get(name, ...) for name in ("id", *COLUMNS)}
        else:
            assert change.kind is Kind.UPDATED
            columns = COLUMNS if change.columns is None else change.columns
            self.rows[change.key] |= {name: change.values.get(name, ...) for name in columns}

    def agrees_with(self, now: dict[int, Row]) -> bool:
        return self.rows.keys() == now.keys() and all(
            known is ... or known == now[key][name]
            for key, row in self.rows.items()
            for name, known in row.items()
        )


@pytest.fixture
def books(database: str) -> Iterator[str]:
    yield database
    Book.objects.using(database).all().delete()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=8))
def test_who_follows_the_commits_knows_what_the_database_has(
    seen: Seen, books: str, steps: list[Any]
) -> None:
    Book.objects.using(books).all().delete()
    seen.clear()
    page, writer = Page(books), Writer(books)
    for step in steps:
        writer.run(step)
        page.follow(seen)
        assert page.agrees_with(rows(books))
