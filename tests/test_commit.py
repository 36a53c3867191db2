"""Real transactions, on two databases; and test cases as a project writes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.test import TestCase
from django.utils.connection import ConnectionDoesNotExist

from onair import commit
from onair.commit import after_commit
from tests.publishing.project_test import run
from tests.site.news.models import Article

DATABASES = ["default", "other"]

real = pytest.mark.django_db(transaction=True, databases=DATABASES)


class RolledBack(Exception):
    pass


@contextmanager
def rolled_back(using: str = "default", *, savepoint: bool = True) -> Iterator[None]:
    """A transaction, or a savepoint in one, that ends with an error."""
    with suppress(RolledBack), transaction.atomic(using=using, savepoint=savepoint):
        yield
        raise RolledBack


@pytest.fixture
def ran() -> list[str]:
    return []


def noting(ran: list[str], word: str = "ran") -> Callable[[], None]:
    return lambda: ran.append(word)


@real
def test_without_a_transaction_it_runs_at_once(ran: list[str]) -> None:
    after_commit(noting(ran))
    assert ran == ["ran"]


@real
def test_it_waits_for_the_commit(ran: list[str]) -> None:
    with transaction.atomic():
        after_commit(noting(ran))
        assert ran == []
    assert ran == ["ran"]


@real
def test_it_waits_for_the_outermost_block(ran: list[str]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            after_commit(noting(ran))
        assert ran == []
    assert ran == ["ran"]


@real
def test_a_rollback_drops_it(ran: list[str]) -> None:
    with rolled_back():
        after_commit(noting(ran))
    with transaction.atomic():
        Article.objects.create(title="later")
    assert ran == []


@real
def test_a_rollback_without_an_exception_drops_it(ran: list[str]) -> None:
    with transaction.atomic():
        after_commit(noting(ran))
        transaction.set_rollback(True)
    assert ran == []


@real
def test_a_rolled_back_savepoint_drops_what_was_in_it_and_nothing_else(ran: list[str]) -> None:
    with transaction.atomic():
        after_commit(noting(ran, "before"))
        with rolled_back():
            after_commit(noting(ran, "inside"))
        after_commit(noting(ran, "after"))
    assert ran == ["before", "after"]


@real
def test_it_runs_in_the_order_of_the_calls_among_other_callbacks(ran: list[str]) -> None:
    with transaction.atomic():
        transaction.on_commit(noting(ran, "1"))
        after_commit(noting(ran, "2"))
        transaction.on_commit(noting(ran, "3"))
    assert ran == ["1", "2", "3"]


@real
def test_called_in_a_callback_after_the_commit_it_runs_at_once(ran: list[str]) -> None:
    with transaction.atomic():
        transaction.on_commit(lambda: after_commit(noting(ran)))
    assert ran == ["ran"]


@real
@pytest.mark.parametrize(("outer", "inner"), [DATABASES, DATABASES[::-1]])
def test_with_two_databases_it_waits_for_the_last_commit(ran: list[str], outer: str, inner: str) -> None:
    with transaction.atomic(using=outer):
        with transaction.atomic(using=inner):
            after_commit(noting(ran))
        assert ran == []
    assert ran == ["ran"]


@real
@pytest.mark.parametrize(("outer", "inner"), [DATABASES, DATABASES[::-1]])
def test_with_two_databases_the_rollback_of_either_drops_it(ran: list[str], outer: str, inner: str) -> None:
    with transaction.atomic(using=outer), rolled_back(inner):
        after_commit(noting(ran, "the inner one was rolled back"))
    with rolled_back(outer), transaction.atomic(using=inner):
        after_commit(noting(ran, "the outer one was rolled back"))
    assert ran == []


@real
def test_using_waits_for_one_database_alone(ran: list[str]) -> None:
    with transaction.atomic(using="default"):
        with transaction.atomic(using="other"):
            after_commit(noting(ran), using="other")
            assert ran == []
        assert ran == ["ran"]
        after_commit(noting(ran), using="other")
        assert ran == ["ran", "ran"]


@real
def test_an_unknown_database_is_an_error(ran: list[str]) -> None:
    with pytest.raises(ConnectionDoesNotExist, match="'missing'"):
        after_commit(noting(ran), using="missing")
    assert ran == []


@real
def test_another_threads_transaction_is_not_waited_for(ran: list[str]) -> None:
    with transaction.atomic():
        thread = threading.Thread(target=after_commit, args=[noting(ran)])
        thread.start()
        thread.join()
        assert ran == ["ran"]


@real
def test_no_connection_is_opened_to_look() -> None:
    opened: list[bool] = []

    def look() -> None:
        after_commit(lambda: None)
        after_commit(lambda: None, using="other")
        opened.extend(hasattr(connections._connections, alias) for alias in DATABASES)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert opened == [False, False]


@real
def test_a_transaction_that_is_managed_by_hand_is_not_waited_for(ran: list[str]) -> None:
    transaction.set_autocommit(False)
    try:
        after_commit(noting(ran))
        assert ran == ["ran"]
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


@real
def test_a_real_transaction_is_no_test_case() -> None:
    with transaction.atomic():
        assert not commit.in_test_case()


@real
def test_in_a_test_case_it_runs_at_once(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        assert commit.in_test_case()
        after_commit(noting(ran))
        assert ran == ["ran"]

    run(test)


@real
def test_in_the_data_of_a_test_class_it_runs_at_once(ran: list[str]) -> None:
    run(lambda self: None, setUpTestData=classmethod(lambda cls: after_commit(noting(ran))))
    assert ran == ["ran"]


@real
def test_in_a_test_case_it_waits_for_the_tested_codes_own_block(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with transaction.atomic():
            with transaction.atomic():
                after_commit(noting(ran))
            assert ran == []
        assert ran == ["ran"]

    run(test)
    assert ran == ["ran"]


@real
def test_in_a_test_case_a_rollback_drops_it(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with rolled_back():
            after_commit(noting(ran, "all of it"))
        with transaction.atomic():
            with rolled_back():
                after_commit(noting(ran, "a part"))
            after_commit(noting(ran, "the rest"))
        assert ran == ["the rest"]

    run(test)
    assert ran == ["the rest"]


@real
def test_in_a_test_case_both_databases_blocks_are_waited_for(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with transaction.atomic(using="other"):
            with transaction.atomic():
                after_commit(noting(ran))
            assert ran == []
        assert ran == ["ran"]

    run(test)
    assert ran == ["ran"]


@real
def test_captured_callbacks_of_a_test_case_run_once(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with self.captureOnCommitCallbacks(execute=True) as callbacks, transaction.atomic():
            after_commit(noting(ran))
        assert len(callbacks) == 1

    run(test)
    assert ran == ["ran"]


@real
def test_in_a_test_case_a_block_without_a_savepoint_lets_go_at_the_next_chance(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with transaction.atomic(savepoint=False):
            after_commit(noting(ran, "1"))
        after_commit(noting(ran, "2"))
        assert ran == ["1", "2"]
        with transaction.atomic(savepoint=False):
            after_commit(noting(ran, "3"))
        commit.settle()

    run(test)
    assert ran == ["1", "2", "3"]


@real
def test_a_broken_transaction_of_a_test_case_lets_nothing_go(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with rolled_back(savepoint=False):
            after_commit(noting(ran))
        commit.settle()

    run(test)
    assert ran == []


@real
def test_after_a_test_case_real_transactions_are_waited_for_again(ran: list[str]) -> None:
    def test(self: TestCase) -> None:
        with transaction.atomic(savepoint=False):
            after_commit(noting(ran, "of the test"))

    run(test)
    with transaction.atomic():
        with transaction.atomic():
            after_commit(noting(ran, "real"))
        assert ran == []
    assert ran == ["real"]
    assert not connections[DEFAULT_DB_ALIAS].run_on_commit
