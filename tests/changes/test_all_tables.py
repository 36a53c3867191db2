"""Every table, as live pages want it: nothing is read for it, and what the query itself says is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from onair.changes import interest
from onair.changes.change import Commit, Kind
from onair.changes.recording import MOST_ROWS
from onair.changes.writing import writing
from tests.changes.conftest import Seen
from tests.site.library import models
from tests.site.library.models import Author, Book, Copy, Genre, Novel, Review, Seat

Link = Book.genres.through


class Heard(Seen):
    """The commits, and which of them were silent."""

    def take_silent(self) -> Commit:
        commit = self.take()
        assert commit.silent
        return commit


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Watch every table, and none by itself."""
    monkeypatch.setattr(interest, "_watched", set())
    monkeypatch.setattr(interest, "_listeners", [])
    monkeypatch.setattr(interest, "_all", None)
    interest.watch_all()
    heard = Heard()
    interest.listen(heard)
    return heard


def author(using: str) -> Author:
    return Author.objects.using(using).create(name="Jane")


def book(using: str, **values: Any) -> Book:
    return Book.objects.using(using).create(**{"title": "Emma", **values})


def test_a_created_row_is_told_whole(heard: Heard, database: str) -> None:
    made = author(database)
    change = heard.one()
    assert (change.model, change.kind, change.key) == (Author, Kind.CREATED, made.pk)
    assert change.values == {"id": made.pk, "name": "Jane"}


def test_a_save_is_told_with_its_key(heard: Heard, database: str) -> None:
    made = author(database)
    heard.clear()
    made.save()
    change = heard.one()
    assert (change.kind, change.key, change.columns) == (Kind.UPDATED, made.pk, {"name"})


def test_an_update_is_told_with_what_it_wrote_and_with_what_its_conditions_say(
    heard: Heard, database: str
) -> None:
    made = book(database, author=author(database), pages=3)
    heard.clear()
    Book.objects.using(database).filter(author=made.author, pages=3, title="Emma").update(
        pages=4, notes={}, editor_id=F("author_id")
    )
    change = heard.one()
    assert (change.kind, change.key) == (Kind.UPDATED, None)
    assert change.columns == {"pages", "notes", "editor_id"}
    assert change.values == {"author_id": made.author_id, "title": "Emma", "pages": 4, "notes": {}}


CONDITIONS: list[tuple[Any, dict[str, Any]]] = [
    (Q(pages=3), {"pages": 3}),
    (Q(pages="3"), {"pages": 3}),
    (Q(pages__in=[3]), {"pages": 3}),
    (Q(pages__in=[3, 4]), {}),
    (Q(author=None), {"author_id": None}),
    (Q(title__isnull=False), {}),
    (Q(pages=3) & (Q(author=None) & Q(title="Emma")), {"pages": 3, "author_id": None, "title": "Emma"}),
    (Q(pages=3) | Q(pages=4), {}),
    (~Q(pages=4), {}),
    (~Q(pages=4) & Q(pages=3), {"pages": 3}),
    (Q(pages__gte=3), {}),
    (Q(title__iexact="emma"), {}),
    (Q(pages=F("id")) | Q(pages=3), {}),
    (Q(notes={}), {}),
]


@pytest.mark.parametrize(("condition", "pinned"), CONDITIONS, ids=[str(each[0]) for each in CONDITIONS])
def test_only_what_is_sure_of_every_row_is_told(
    heard: Heard, database: str, condition: Q, pinned: dict[str, Any]
) -> None:
    book(database, pages=3)
    heard.clear()
    rows = Book.objects.using(database).filter(condition)
    rows.update(editor=None)
    assert heard.one().values == {"editor_id": None} | pinned
    Book.objects.using(database).filter(pk__gt=0).filter(condition)._raw_delete(database)
    change = heard.one()
    assert (change.kind, change.key, change.columns) == (Kind.DELETED, None, None)
    assert change.values == pinned


def test_a_condition_on_another_table_says_nothing_of_the_row(heard: Heard, database: str) -> None:
    book(database, author=author(database))
    heard.clear()
    Book.objects.using(database).filter(author__name="Jane", pages=0).update(title="x")
    change = heard.one()
    assert (change.model, change.values) == (Book, {"title": "x", "pages": 0})


def test_a_deletion_is_told_with_the_keys_that_it_names(heard: Heard, database: str) -> None:
    made, other = book(database), book(database)
    keys = {made.pk, other.pk}
    heard.clear()
    made.delete()
    Book.objects.using(database).filter(title="Emma").delete()
    rows = [change for commit in heard.commits for change in commit.rows if change.model is Book]
    assert {(change.kind, change.key) for change in rows} == {(Kind.DELETED, key) for key in keys}


def test_rows_that_go_with_another_are_told_by_their_foreign_key(heard: Heard, database: str) -> None:
    made = book(database)
    Review.objects.using(database).create(book=made)
    key = made.pk
    heard.clear()
    Review.objects.using(database).filter(book=made).delete()
    change = heard.one()
    assert (change.model, change.kind, change.key) == (Review, Kind.DELETED, None)
    assert change.values == {"book_id": key}


def test_each_table_of_a_child_is_told_by_itself(heard: Heard, database: str) -> None:
    novel = Novel.objects.using(database).create(title="Emma", hero="Emma")
    heard.clear()
    Novel.objects.using(database).filter(hero="Emma").update(hero="E.", pages=7)
    by_table = {change.model: change for commit in heard.commits for change in commit.rows}
    assert by_table.keys() == {Book, Novel}
    assert (by_table[Book].key, by_table[Book].values) == (novel.pk, {"pages": 7})
    assert by_table[Novel].values == {"hero": "E."}


def test_links_are_told(heard: Heard, database: str) -> None:
    made, genre = book(database), Genre.objects.using(database).create(name="novel")
    heard.clear()
    made.genres.add(genre)
    change = heard.one()
    assert (change.model, change.values["book_id"], change.values["genre_id"]) == (Link, made.pk, genre.pk)
    made.genres.clear()
    change = heard.one()
    assert (change.kind, change.values) == (Kind.DELETED, {"book_id": made.pk})


def test_an_update_of_the_key_is_of_the_table(heard: Heard, database: str) -> None:
    Seat.objects.using(database).create(row=1, number=1)
    heard.clear()
    Seat.objects.using(database).filter(row=1).update(number=2)
    commit = heard.take()
    assert (commit.rows, commit.tables) == ((), {Seat})


def test_what_the_database_computes_changes_with_any_update(heard: Heard, database: str) -> None:
    Copy.objects.using(database).create(label="a", price=1)
    heard.clear()
    Copy.objects.using(database).filter(doubled=2, label="a").update(price=5)
    change = heard.one()
    assert change.columns == {"price", "doubled"}
    assert change.values == {"label": "a", "price": 5}


@pytest.mark.django_db(transaction=True)
def test_many_named_deletions_are_of_the_table(heard: Heard) -> None:
    keys = list(range(MOST_ROWS + 1))
    Author.objects.bulk_create(Author(pk=key + 1, name="x") for key in keys)
    heard.clear()
    Author.objects.filter(pk__in=[key + 1 for key in keys])._raw_delete("default")
    assert heard.take().tables == {Author}


def test_a_silent_write_is_told_in_a_commit_of_its_own_that_says_so(heard: Heard, database: str) -> None:
    with transaction.atomic(using=database):
        made = author(database)
        with writing(silent=True):
            Author.objects.using(database).filter(name="Jane").update(name="Ann")
            made.delete()
    loud, silent = heard.commits
    assert [change.kind for change in loud.rows] == [Kind.CREATED]
    assert (loud.silent, silent.silent) == (False, True)
    assert [(change.kind, change.values) for change in silent.rows if change.key is None] == [
        (Kind.UPDATED, {"name": "Ann"})
    ]


def test_a_silent_write_to_a_table_that_is_watched_by_itself_reads_nothing_either(
    heard: Heard, database: str
) -> None:
    interest.watch(Author)
    author(database)
    heard.clear()
    with writing(silent=True):
        queries = queries_of(
            database, lambda: Author.objects.using(database).filter(name="Jane").update(name="Ann")
        )
    assert len(queries) == 1
    assert heard.take_silent().rows[0].key is None


def test_a_table_that_is_watched_by_itself_is_told_row_by_row(heard: Heard, database: str) -> None:
    interest.watch(Author)
    made = author(database)
    heard.clear()
    Author.objects.using(database).filter(name="Jane").update(name="Ann")
    assert heard.one().key == made.pk


def test_what_is_never_captured_is_not(heard: Heard, database: str) -> None:
    Session.objects.using(database).filter(session_key="x").update(session_data="y")
    Session.objects.using(database).filter(session_key="x").delete()
    assert heard.commits == []


def queries_of(using: str, write: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connections[using]) as captured:
        write()
    return [query["sql"].split()[0] for query in captured.captured_queries]


def writes(using: str) -> dict[str, Callable[[], object]]:
    books, authors = Book.objects.using(using), Author.objects.using(using)
    cases: dict[str, Callable[[], object]] = {
        "create": lambda: book(using),
        "save": lambda: books.latest("pk").save(),
        "bulk_create": lambda: books.bulk_create([Book(title="a"), Book(title="b")]),
        "bulk_update": lambda: books.bulk_update(list(books.all()), ["pages"]),
        "update": lambda: books.filter(pages__gte=0).update(pages=F("pages") + 1),
        "update over a join": lambda: books.filter(author__name="Jane").update(pages=1),
        "update or create": lambda: authors.update_or_create(name="Jane", defaults={"name": "Ann"}),
        "links": lambda: books.latest("pk").genres.set(Genre.objects.using(using).all()),
        "delete one": lambda: books.latest("pk").delete(),
        "delete": lambda: books.filter(pages__gte=0).delete(),
        "delete with others": lambda: authors.all().delete(),
        "raw delete": lambda: books.all()._raw_delete(using),
    }
    if models.DB_CASCADE is not None:
        rooms = models.Room.objects.using(using)
        cases["delete by the database"] = lambda: rooms.filter(name="x").delete()
    return cases


@pytest.mark.parametrize("name", writes("default"))
def test_nothing_is_read_for_it(
    heard: Heard, database: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared() -> list[str]:
        Book.objects.using(database).all().delete()
        Author.objects.using(database).all().delete()
        Genre.objects.using(database).get_or_create(name="novel")
        book(database, author=author(database))
        return queries_of(database, writes(database)[name])

    watched = prepared()
    monkeypatch.setattr(interest, "_all", None)
    assert watched == prepared()


if models.DB_CASCADE is not None:  # Django 6.1 has them first

    def test_rows_that_the_database_deletes_by_itself_are_of_their_tables(
        heard: Heard, database: str
    ) -> None:
        room = models.Room.objects.using(database).create(name="x")
        models.Shelf.objects.using(database).create(room=room)
        heard.clear()
        room.delete()
        assert heard.take().tables == {models.Shelf, models.Folder}
