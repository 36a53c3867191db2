"""Every way to write with Django's ORM, on SQLite and PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import django
import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from onair.changes import interest
from onair.changes.change import Kind, RowChange
from onair.changes.recording import MOST_ROWS
from onair.changes.writing import writing
from onair.exceptions import ConfigurationError
from tests.changes.conftest import Seen
from tests.site.library import models
from tests.site.library.models import Author, Badge, Book, Copy, Genre, Novel, Review, Seat, Shorthand

Link = Book.genres.through


class RolledBack(Exception):
    pass


@contextmanager
def rolled_back(using: str) -> Iterator[None]:
    with suppress(RolledBack), transaction.atomic(using=using):
        yield
        raise RolledBack


def make(using: str, **values: Any) -> Book:
    return Book.objects.using(using).create(**{"title": "Emma", **values})


def kinds(seen: Seen) -> list[tuple[str, str]]:
    """Return the rows of the only commit, as their models' names and what happened, sorted."""
    return sorted((change.model.__name__, change.kind.value) for change in seen.take().rows)


def test_a_create_is_seen_with_all_that_was_written(seen: Seen, database: str) -> None:
    book = make(database, pages=3, notes={"a": 1})
    change = seen.one()
    assert (change.model, change.kind, change.key, change.columns) == (Book, Kind.CREATED, book.pk, None)
    assert change.values == {
        "id": book.pk, "title": "Emma", "pages": 3, "notes": {"a": 1}, "author_id": None, "editor_id": None,
    }  # fmt: skip


def test_a_save_is_seen_with_the_columns_that_it_wrote(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    book.title = "Persuasion"
    book.save()
    change = seen.one()
    assert (change.kind, change.key) == (Kind.UPDATED, book.pk)
    assert change.columns == {"title", "pages", "notes", "author_id", "editor_id"}
    assert change.values["title"] == "Persuasion"


def test_a_save_of_some_fields_is_seen_with_those(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    book.title = "Persuasion"
    book.save(update_fields=["title"])
    change = seen.one()
    assert (change.columns, change.values) == ({"title"}, {"title": "Persuasion"})


def test_a_save_under_a_key_that_was_not_there_is_a_create(seen: Seen, database: str) -> None:
    Book(pk=77, title="Emma").save(using=database)
    change = seen.one()
    assert (change.kind, change.key) == (Kind.CREATED, 77)


def test_an_instance_that_changes_before_the_commit_does_not_change_what_was_written(
    seen: Seen, database: str
) -> None:
    with transaction.atomic(using=database):
        book = make(database, notes={"a": 1})
        book.title = "never saved"
        book.notes["b"] = 2
    values = seen.one().values
    assert (values["title"], values["notes"]) == ("Emma", {"a": 1})


def test_a_delete_is_seen_with_what_the_row_was(seen: Seen, database: str) -> None:
    book = make(database, pages=3)
    key = book.pk
    seen.clear()
    book.delete()
    commit = seen.take()
    [change] = commit.rows
    assert (change.model, change.kind, change.key) == (Book, Kind.DELETED, key)
    assert (change.values["title"], change.values["pages"]) == ("Emma", 3)


def test_an_update_is_seen_for_each_row_that_it_was_about(seen: Seen, database: str) -> None:
    first, second = make(database, pages=1), make(database, pages=1)
    make(database, pages=9)
    seen.clear()
    Book.objects.using(database).filter(pages=1).update(pages=2)
    rows = seen.take().rows
    assert {change.key for change in rows} == {first.pk, second.pk}
    assert {(change.kind, change.columns, change.values["pages"]) for change in rows} == {
        (Kind.UPDATED, frozenset({"pages"}), 2)
    }


def test_the_value_of_an_expression_is_not_known(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    Book.objects.using(database).filter(pk=book.pk).update(pages=F("pages") + 1, title=Upper("title"))
    change = seen.one()
    assert (change.columns, change.values) == ({"pages", "title"}, {})


def test_an_expression_in_a_save_is_seen(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    book.pages = F("pages") + 1  # type: ignore[assignment]
    book.save()
    change = seen.one()
    assert change.columns is not None
    assert "pages" in change.columns
    # Django 6 reads back what the database made of it, where the database can say.
    assert change.values.get("pages", 1) == 1


def test_an_update_of_a_foreign_key_is_seen_by_its_column(seen: Seen, database: str) -> None:
    book, author = make(database), Author.objects.using(database).create(name="Jane")
    seen.clear()
    Book.objects.using(database).filter(pk=book.pk).update(author=author)
    change = seen.one()
    assert (change.columns, change.values) == ({"author_id"}, {"author_id": author.pk})


def test_an_update_over_a_join_is_seen(seen: Seen, database: str) -> None:
    author = Author.objects.using(database).create(name="Jane")
    book = make(database, author=author)
    make(database)
    seen.clear()
    Book.objects.using(database).filter(author__name="Jane").update(pages=7)
    assert seen.one().key == book.pk


def test_an_update_that_undoes_its_own_condition_is_seen(seen: Seen, database: str) -> None:
    book = make(database, pages=1)
    seen.clear()
    Book.objects.using(database).filter(pages=1, title="Emma").exclude(pages=5).update(pages=5)
    assert seen.one().key == book.pk


def test_an_update_of_nothing_is_not_seen(seen: Seen, database: str) -> None:
    Book.objects.using(database).filter(pages=1).update(pages=2)
    Book.objects.using(database).filter(pk=1).update(pages=2)
    Book.objects.using(database).none().update(pages=2)
    Book.objects.using(database).filter(pk=1).delete()
    assert seen.commits == []


def test_an_update_of_the_key_is_of_the_table(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    Book.objects.using(database).filter(pk=book.pk).update(id=book.pk + 1000)
    commit = seen.take()
    assert (commit.rows, commit.tables) == ((), {Book})


def test_a_bulk_create_is_seen_row_by_row(seen: Seen, database: str) -> None:
    books = Book.objects.using(database).bulk_create([Book(title="A"), Book(title="B")])
    rows = seen.take().rows
    assert [(change.kind, change.key, change.values["title"]) for change in rows] == [
        (Kind.CREATED, books[0].pk, "A"), (Kind.CREATED, books[1].pk, "B"),
    ]  # fmt: skip


def test_a_bulk_update_is_seen_row_by_row(seen: Seen, database: str) -> None:
    books = [make(database), make(database)]
    seen.clear()
    for book in books:
        book.pages = book.pk
    Book.objects.using(database).bulk_update(books, ["pages"])
    rows = seen.take().rows
    assert {(change.kind, change.key, change.columns) for change in rows} == {
        (Kind.UPDATED, book.pk, frozenset({"pages"})) for book in books
    }


def test_an_upsert_is_a_change_of_which_nobody_knows_whether_the_row_is_new(
    seen: Seen, database: str
) -> None:
    old = Copy.objects.using(database).create(label="a", price=1)
    seen.clear()
    made = Copy.objects.using(database).bulk_create(
        [Copy(label="a", price=2), Copy(label="b", price=3)],
        update_conflicts=True, unique_fields=["label"], update_fields=["price"],
    )  # fmt: skip
    rows = seen.take().rows
    assert [(change.kind, change.key, change.values) for change in rows] == [
        (Kind.CHANGED, old.pk, {}), (Kind.CHANGED, made[1].pk, {}),
    ]  # fmt: skip


def test_an_upsert_over_rows_that_may_have_other_keys_is_of_the_table(seen: Seen, database: str) -> None:
    Badge.objects.using(database).create(code="a")
    seen.clear()
    Badge.objects.using(database).bulk_create(
        [Badge(code="a", colour="red")],
        update_conflicts=True, unique_fields=["code"], update_fields=["colour"],
    )  # fmt: skip
    assert (seen.commits[0].rows, seen.take().tables) == ((), {Badge})


def test_an_upsert_by_the_key_names_its_rows(seen: Seen, database: str) -> None:
    badge = Badge.objects.using(database).create(code="a")
    seen.clear()
    Badge.objects.using(database).bulk_create(
        [Badge(pk=badge.pk, code="a", colour="red")],
        update_conflicts=True, unique_fields=["id"], update_fields=["colour"],
    )  # fmt: skip
    assert seen.one().key == badge.pk


@pytest.mark.django_db(transaction=True)
def test_a_row_has_its_own_key_where_another_text_finds_it(seen: Seen) -> None:
    Shorthand.objects.create(code="abc")
    seen.clear()
    Shorthand.objects.filter(pk="ABC").update(meaning="alphabet")
    assert seen.one().key == "abc"


@pytest.mark.parametrize("options", [{}, {"nowait": True}, {"skip_locked": True}])
def test_rows_are_read_without_the_locks_of_their_query(
    seen: Seen, database: str, options: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    book = make(database)
    seen.clear()
    books = Book.objects.using(database).filter(title="Emma")
    books.select_for_update(**options).update(pages=1)
    assert seen.one().key == book.pk
    with transaction.atomic(using=database):
        books.select_for_update(**options).distinct().update(pages=2)
    assert seen.one().key == book.pk
    assert not caplog.records


def test_an_insert_that_ignores_conflicts_is_of_the_table(seen: Seen, database: str) -> None:
    Copy.objects.using(database).bulk_create([Copy(label="a"), Copy(label="b")], ignore_conflicts=True)
    assert seen.take().tables == {Copy}


def test_what_the_database_fills_in_is_known_where_it_is_returned(seen: Seen, database: str) -> None:
    copy = Copy.objects.using(database).create(label="a")
    values = seen.one().values
    assert {name: values[name] for name in ("id", "label", "price")} == {
        "id": copy.pk, "label": "a", "price": 10,
    }  # fmt: skip
    assert values.get("doubled", 20) == 20


def test_a_generated_column_may_change_with_each_update(seen: Seen, database: str) -> None:
    copy = Copy.objects.using(database).create(label="a")
    seen.clear()
    Copy.objects.using(database).filter(pk=copy.pk).update(price=4)
    change = seen.one()
    assert change.columns == {"price", "doubled"}
    assert "doubled" not in change.values


def test_a_key_of_two_columns_is_a_tuple(seen: Seen, database: str) -> None:
    seat = Seat.objects.using(database).create(row=1, number=2)
    assert seen.one().key == (1, 2)
    seat.taken = True
    seat.save()
    assert seen.one().key == (1, 2)
    Seat.objects.using(database).filter(row=1).update(taken=False)
    assert seen.one().key == (1, 2)
    seat.delete()
    change = seen.one()
    assert (change.kind, change.key) == (Kind.DELETED, (1, 2))


def test_a_key_is_what_its_field_makes_of_it(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    key = uuid.uuid4()
    Review.objects.using(database).create(id=str(key), book=book)
    assert seen.one().key == key
    Review.objects.using(database).filter(pk=str(key)).update(stars=1)
    assert seen.one().key == key
    Review.objects.using(database).filter(pk__in=[str(key)]).update(stars=1)
    assert seen.one().key == key


class TestManyToMany:
    @pytest.fixture
    def book(self, seen: Seen, database: str) -> Book:
        book = make(database)
        for name in ("a", "b", "c"):
            Genre.objects.using(database).create(name=name)
        seen.clear()
        return book

    def genres(self, database: str, *names: str) -> list[Genre]:
        return list(Genre.objects.using(database).filter(name__in=names))

    def links(self, seen: Seen) -> list[RowChange]:
        rows = [change for commit in seen.commits for change in commit.rows]
        assert not any(commit.tables for commit in seen.commits)
        assert {change.model for change in rows} <= {Link}
        seen.clear()
        return rows

    def test_adding_is_seen_as_links(self, seen: Seen, database: str, book: Book) -> None:
        genres = self.genres(database, "a", "b")
        book.genres.add(*genres)
        links = self.links(seen)
        assert {(link.values["book_id"], link.values["genre_id"]) for link in links} == {
            (book.pk, genre.pk) for genre in genres
        }

    def test_adding_from_the_other_side_is_seen(self, seen: Seen, database: str, book: Book) -> None:
        self.genres(database, "a")[0].book_set.add(book)
        assert [link.values["book_id"] for link in self.links(seen)] == [book.pk]

    @pytest.mark.parametrize("way", ["remove", "clear", "set"])
    def test_taking_away_is_seen(self, seen: Seen, database: str, book: Book, way: str) -> None:
        [genre] = self.genres(database, "a")
        book.genres.add(genre)
        seen.clear()
        act = {"remove": lambda: book.genres.remove(genre), "clear": book.genres.clear}
        act.get(way, lambda: book.genres.set([]))()
        assert [(link.kind, link.values["book_id"]) for link in self.links(seen)] == [(Kind.DELETED, book.pk)]

    def test_links_that_go_with_their_object_are_seen(self, seen: Seen, database: str, book: Book) -> None:
        book.genres.add(*self.genres(database, "a"))
        seen.clear()
        book.delete()
        assert kinds(seen) == [("Book", "deleted"), ("Book_genres", "deleted")]


class TestCascades:
    def test_what_django_deletes_along_is_seen(self, seen: Seen, database: str) -> None:
        author = Author.objects.using(database).create(name="Jane")
        book = make(database, author=author)
        review = Review.objects.using(database).create(book=book, stars=4)
        seen.clear()
        author.delete()
        rows = {change.model: change for change in seen.take().rows}
        assert {model.__name__ for model in rows} == {"Author", "Book", "Review"}
        assert (rows[Review].key, rows[Review].values["stars"]) == (review.pk, 4)
        assert {change.kind for change in rows.values()} == {Kind.DELETED}

    def test_what_django_sets_to_null_is_seen(self, seen: Seen, database: str) -> None:
        editor = Author.objects.using(database).create(name="Jane")
        book = make(database, editor=editor)
        seen.clear()
        Author.objects.using(database).filter(name="Jane").delete()
        rows = {change.model: change for change in seen.take().rows}
        assert (rows[Book].kind, rows[Book].key) == (Kind.UPDATED, book.pk)
        assert (rows[Book].columns, rows[Book].values) == ({"editor_id"}, {"editor_id": None})


if django.VERSION >= (6, 1):

    class TestCascadesOfTheDatabase:
        def test_what_the_database_deletes_along_is_seen(self, seen: Seen, database: str) -> None:
            room = models.Room.objects.using(database).create(name="A")
            other = models.Room.objects.using(database).create(name="B")
            shelf = models.Shelf.objects.using(database).create(room=room)
            models.Folder.objects.using(database).create(shelf=shelf)
            lent = models.Folder.objects.using(database).create(
                shelf=models.Shelf.objects.using(database).create(room=other), lent_to=room
            )
            seen.clear()
            models.Room.objects.using(database).filter(name="A").delete()
            rows = seen.take().rows
            assert sorted((change.model.__name__, change.kind.value) for change in rows) == [
                ("Folder", "deleted"), ("Folder", "updated"), ("Room", "deleted"), ("Shelf", "deleted"),
            ]  # fmt: skip
            [nulled] = [change for change in rows if change.kind is Kind.UPDATED]
            assert (nulled.key, nulled.columns) == (lent.pk, {"lent_to_id"})

        def test_they_are_seen_where_only_the_last_table_is_watched(
            self, seen: Seen, database: str, monkeypatch: pytest.MonkeyPatch
        ) -> None:
            monkeypatch.setattr(interest, "_watched", {models.Folder})
            room = models.Room.objects.using(database).create(name="A")
            models.Folder.objects.using(database).create(
                shelf=models.Shelf.objects.using(database).create(room=room)
            )
            seen.clear()
            room.delete()
            change = seen.one()
            assert (change.model, change.kind) == (models.Folder, Kind.DELETED)


class TestInheritance:
    def test_each_table_of_a_child_is_seen(self, seen: Seen, database: str) -> None:
        novel = Novel.objects.using(database).create(title="Emma", hero="Emma")
        rows = {change.model: change for change in seen.take().rows}
        assert rows[Book].key == rows[Novel].key == novel.pk
        assert rows[Novel].values == {"book_ptr_id": novel.pk, "hero": "Emma"}
        novel.title = "Persuasion"
        novel.save()
        assert kinds(seen) == [("Book", "updated"), ("Novel", "updated")]

    def test_an_update_of_both_tables_is_seen_in_both(self, seen: Seen, database: str) -> None:
        novel = Novel.objects.using(database).create(title="Emma", hero="Emma")
        seen.clear()
        Novel.objects.using(database).filter(hero="Emma").update(title="X", hero="Y")
        seen_rows = [change for commit in seen.commits for change in commit.rows]
        assert {(change.model, change.key) for change in seen_rows} == {(Book, novel.pk), (Novel, novel.pk)}

    def test_a_child_is_deleted_with_what_all_its_tables_had(self, seen: Seen, database: str) -> None:
        Novel.objects.using(database).create(title="Emma", hero="Emma")
        seen.clear()
        Novel.objects.using(database).get().delete()
        rows = {change.model: change for change in seen.take().rows}
        assert (rows[Novel].values["title"], rows[Novel].values["hero"]) == ("Emma", "Emma")


class TestTransactions:
    def test_a_transaction_is_one_commit_with_each_row_once(self, seen: Seen, database: str) -> None:
        with transaction.atomic(using=database):
            book = make(database)
            book.pages = 3
            book.save()
            gone = make(database, title="gone")
            gone.delete()
            assert seen.commits == []
        change = seen.one()
        assert (change.kind, change.key, change.values["pages"]) == (Kind.CREATED, book.pk, 3)

    def test_a_rollback_leaves_nothing(self, seen: Seen, database: str) -> None:
        with rolled_back(database):
            make(database)
        assert seen.commits == []
        make(database, title="later")
        assert seen.one().values["title"] == "later"

    def test_an_inner_rollback_drops_the_inner_writes_only(self, seen: Seen, database: str) -> None:
        with transaction.atomic(using=database):
            make(database, title="first")
            with rolled_back(database):
                make(database, title="inner")
                with transaction.atomic(using=database):
                    make(database, title="innermost")
            make(database, title="last")
        assert [change.values["title"] for change in seen.take().rows] == ["first", "last"]

    def test_inner_writes_that_were_kept_are_in_the_same_commit(self, seen: Seen, database: str) -> None:
        with transaction.atomic(using=database):
            book = make(database)
            with transaction.atomic(using=database):
                Book.objects.using(database).filter(pk=book.pk).update(pages=5)
            book.refresh_from_db()
        change = seen.one()
        assert (change.kind, change.values["pages"]) == (Kind.CREATED, 5)

    def test_a_write_that_fails_is_not_seen(self, seen: Seen, database: str) -> None:
        Copy.objects.using(database).create(label="a")
        seen.clear()
        with suppress(IntegrityError):
            Copy.objects.using(database).create(label="a")
        with suppress(IntegrityError), transaction.atomic(using=database):
            Copy.objects.using(database).filter(label="a").update(price=8)
            Copy.objects.using(database).create(label="a")
        assert seen.commits == []

    def test_actions_on_commit_that_fail_do_not_keep_it_back(self, seen: Seen, database: str) -> None:
        def fail() -> None:
            raise RolledBack

        with suppress(RolledBack), transaction.atomic(using=database):
            transaction.on_commit(fail, using=database)
            make(database)
        assert seen.one().kind is Kind.CREATED

    @pytest.mark.django_db(transaction=True, databases=["default", "other"])
    def test_transactions_of_two_databases_are_two_commits(self, seen: Seen) -> None:
        with transaction.atomic(using="default"):
            make("default")
            with transaction.atomic(using="other"):
                make("other")
            assert [commit.using for commit in seen.commits] == ["other"]
        assert [commit.using for commit in seen.commits] == ["other", "default"]

    def test_a_transaction_that_is_managed_by_hand_is_waited_for(self, seen: Seen, database: str) -> None:
        connection = connections[database]
        connection.set_autocommit(False)
        try:
            make(database, title="kept")
            make(database, title="too")
            assert seen.commits == []
            connection.commit()
            assert [change.values["title"] for change in seen.take().rows] == ["kept", "too"]
            make(database, title="not kept")
            connection.rollback()
            make(database, title="later")
            connection.commit()
            assert seen.one().values["title"] == "later"
        finally:
            connection.rollback()
            connection.set_autocommit(True)
        make(database, title="at once")
        assert seen.one().values["title"] == "at once"

    @pytest.mark.parametrize("autocommit", [True, False])
    def test_what_is_rolled_back_to_a_savepoint_by_hand_is_not_seen(
        self, seen: Seen, database: str, autocommit: bool
    ) -> None:
        # Its name since Django 6.1.
        savepoint_create: Any = getattr(transaction, "savepoint_create", transaction.savepoint)
        transaction.set_autocommit(autocommit, using=database)
        try:
            with transaction.atomic(using=database) if autocommit else nullcontext():
                make(database, title="kept")
                savepoint = savepoint_create(using=database)
                make(database, title="not kept")
                transaction.savepoint_rollback(savepoint, using=database)
                make(database, title="nor what comes then")
                transaction.savepoint_rollback(savepoint, using=database)
                make(database, title="too")
            if not autocommit:
                transaction.commit(using=database)
        finally:
            transaction.set_autocommit(True, using=database)
        there = list(Book.objects.using(database).order_by("pk").values_list("title", flat=True))
        # SQLite has no savepoints where autocommit is off: there all of it stands.
        assert there == ["kept", "too"] or (not autocommit and connections[database].vendor == "sqlite")
        assert [change.values["title"] for change in seen.take().rows] == there

    def test_a_listener_that_reads_leaves_no_transaction_open_behind_a_commit_by_hand(
        self, seen: Seen, database: str
    ) -> None:
        interest.listen(lambda commit: Book.objects.using(commit.using).count())
        connection = connections[database]
        connection.set_autocommit(False)
        try:
            make(database)
            connection.commit()
            connection.set_autocommit(True)  # PostgreSQL refuses it within a transaction
        finally:
            connection.rollback()
            connection.set_autocommit(True)
        assert seen.one().kind is Kind.CREATED

    def test_many_rows_are_a_change_of_the_table(self, seen: Seen, database: str) -> None:
        with transaction.atomic(using=database):
            Book.objects.using(database).bulk_create(
                [Book(title="x") for _ in range(MOST_ROWS + 1)], batch_size=100
            )
            Author.objects.using(database).create(name="Jane")
        commit = seen.take()
        assert commit.tables == {Book}
        assert [change.model for change in commit.rows] == [Author]
        Book.objects.using(database).update(pages=1)
        assert seen.take().tables == {Book}
        Book.objects.using(database).all().delete()
        assert seen.take().tables >= {Book}

    def test_many_deleted_rows_are_known_as_they_were(self, seen: Seen, database: str) -> None:
        books = Book.objects.using(database).bulk_create([Book(title="x") for _ in range(150)])
        reviews = Review.objects.using(database).bulk_create([Review(book=books[0]) for _ in range(150)])
        seen.clear()
        Review.objects.using(database).filter(book=books[0]).delete()
        rows = seen.take().rows
        assert {change.key for change in rows} == {review.pk for review in reviews}
        assert {(change.kind, change.values["book_id"]) for change in rows} == {(Kind.DELETED, books[0].pk)}


def queries(database: str, act: Any) -> list[str]:
    with CaptureQueriesContext(connections[database]) as captured:
        act()
    return [query["sql"] for query in captured]


class TestCost:
    """What a watched model's writes cost in queries."""

    @pytest.mark.parametrize(
        ("name", "extra"),
        [
            ("create", 0), ("save", 0), ("save of fields", 0), ("bulk_create", 0), ("bulk_update", 0),
            ("update by key", 0), ("update by keys", 0), ("update", 1), ("delete", 1),
        ],
    )  # fmt: skip
    def test_a_query_is_made_only_where_nothing_else_says_which_rows(
        self, seen: Seen, database: str, monkeypatch: pytest.MonkeyPatch, name: str, extra: int
    ) -> None:
        books = Book.objects.using(database)
        acts: dict[str, Any] = {
            "create": lambda: make(database),
            "save": lambda: books.first().save(),  # type: ignore[union-attr]
            "save of fields": lambda: books.first().save(update_fields=["title"]),  # type: ignore[union-attr]
            "bulk_create": lambda: books.bulk_create([Book(title="x"), Book(title="y")]),
            "bulk_update": lambda: books.bulk_update(list(books.all()[:2]), ["pages"]),
            "update by key": lambda: books.filter(pk=first).update(pages=3),
            "update by keys": lambda: books.filter(pk__in=[first]).update(pages=3),
            "update": lambda: books.filter(title="Emma").update(pages=3),
            "delete": lambda: books.filter(title="none").delete(),
        }
        first = make(database).pk
        watched = len(queries(database, acts[name]))
        monkeypatch.setattr(interest, "_watched", set())
        unwatched = len(queries(database, acts[name]))
        assert watched - unwatched == (extra if name != "delete" else 0)

    def test_a_delete_reads_each_table_once(
        self, seen: Seen, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(interest, "_watched", {Review})
        book = make(database)
        for _ in range(2):
            Review.objects.using(database).create(book=book)
        watched = queries(database, lambda: Review.objects.using(database).filter(book=book).delete())
        assert len([sql for sql in watched if sql.startswith("SELECT")]) == 1


def test_silent_writes_are_nobodys_news(seen: Seen, database: str) -> None:
    with writing(silent=True):
        book = make(database)
        Book.objects.using(database).filter(pages=0).update(pages=1)
        with writing(exclude="1.2"):
            book.delete()
    assert seen.commits == []


def test_whom_to_spare_is_said_with_each_write(seen: Seen, database: str) -> None:
    with writing(exclude="1.2"):
        book = make(database)
        assert seen.one().exclude == "1.2"
        book.save()
        assert seen.one().exclude == "1.2"
        Book.objects.using(database).filter(pages=0).update(pages=1)
        assert seen.one().exclude == "1.2"
        book.delete()
        assert seen.one().exclude == "1.2"


def test_a_socket_is_spared_only_where_it_wrote_all_of_it(seen: Seen, database: str) -> None:
    with transaction.atomic(using=database):
        with writing(exclude="1.2"):
            book = make(database)
        book.save()
    assert seen.one().exclude is None


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        (Q(pk=1), (1,)), (Q(id="1"), (1,)), (Q(pk=1, title="x"), (1,)), (Q(pk__in=[1, 2]), (1, 2)),
        (Q(pk__in=[1, 2], title="x"), None), (Q(pk=1) | Q(pk=2), None), (~Q(pk=1), None),
        (Q(pk__gt=1), None), (Q(pk=F("pages")), None), (Q(author_id=1), None), (Q(author__pk=1), None),
        (Q(Q(pk=1)), (1,)), (Q(), None),
    ],
)  # fmt: skip
def test_a_query_names_its_keys_where_it_can_be_about_no_others(
    condition: Q, named: tuple[int, ...] | None
) -> None:
    from django.db.models.sql.subqueries import UpdateQuery

    from onair.changes.rows import named_keys

    query = Book.objects.filter(condition).query.chain(UpdateQuery)
    query.get_initial_alias()
    assert named_keys(query) == named


def test_an_update_by_cases_is_seen(seen: Seen, database: str) -> None:
    book = make(database)
    seen.clear()
    Book.objects.using(database).update(pages=Case(When(title="Emma", then=Value(8)), default=Value(1)))
    change = seen.one()
    assert (change.key, change.columns, change.values) == (book.pk, {"pages"}, {})


def test_a_listener_that_fails_breaks_no_write_and_no_other_listener(
    seen: Seen, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(commit: Any) -> None:
        raise RolledBack

    interest._listeners.insert(0, fail)
    make(database)
    assert seen.one().kind is Kind.CREATED
    assert "was not told" in caplog.text


def test_rows_that_cannot_be_read_before_a_write_make_it_a_change_of_the_table(
    seen: Seen, database: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(query: Any, using: str) -> None:
        raise DatabaseError("no")

    make(database)
    seen.clear()
    monkeypatch.setattr("onair.changes.rows.rows_of", fail)
    Book.objects.using(database).filter(pages=0).update(pages=1)
    assert seen.take().tables == {Book}
    assert "could not be read" in caplog.text


@pytest.mark.parametrize("label", ["sessions.Session"])
def test_what_is_written_with_every_request_is_never_captured(label: str) -> None:
    from django.apps import apps

    with pytest.raises(ConfigurationError, match="never captured"):
        interest.watch(apps.get_model(label))


async def _write() -> None:
    await Book.objects.acreate(title="async")
    await Book.objects.filter(title="async").aupdate(pages=2)


@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_orm_is_seen(seen: Seen) -> None:
    from asgiref.sync import async_to_sync

    async_to_sync(_write)()
    assert [change.kind for commit in seen.commits for change in commit.rows] == [Kind.CREATED, Kind.UPDATED]
