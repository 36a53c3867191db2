"""Gathering in transactions as projects have them, and in test cases as projects write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import connections, transaction
from django.test import TestCase

from onair.commit import after_commit
from onair.gathering import Gathering
from tests.publishing.project_test import run


class RolledBack(Exception):
    pass


class Gathered:
    """What was handed over, as ``[["a", "b"], ["c"]]``: the stretches of each time."""

    def __init__(self) -> None:
        self.times: list[list[list[str]]] = []
        self._gathering: Gathering[list[str]] = Gathering(list, self._take)

    def put(self, word: str) -> None:
        self._gathering.put(connections["default"], lambda words: words.append(word))

    def _take(self, using: str, stretches: list[list[str]]) -> None:
        assert using == "default"
        self.times.append(stretches)


@pytest.fixture
def gathered() -> Gathered:
    return Gathered()


real = pytest.mark.django_db(transaction=True, databases=["default", "other"])


@real
def test_without_a_transaction_each_thing_is_handed_over_at_once(gathered: Gathered) -> None:
    gathered.put("a")
    gathered.put("b")
    assert gathered.times == [[["a"]], [["b"]]]


@real
def test_a_transaction_is_handed_over_at_once_after_its_commit(gathered: Gathered) -> None:
    with transaction.atomic():
        gathered.put("a")
        with transaction.atomic():
            gathered.put("b")
        gathered.put("c")
        gathered.put("d")
        assert gathered.times == []
    assert gathered.times == [[["a"], ["b"], ["c", "d"]]]


@real
def test_what_a_savepoint_took_back_is_not_handed_over(gathered: Gathered) -> None:
    with transaction.atomic():
        gathered.put("a")
        with suppress(RolledBack), transaction.atomic():
            gathered.put("b")
            raise RolledBack
        gathered.put("c")
    assert gathered.times == [[["a"], ["c"]]]


@real
def test_nothing_is_left_of_a_transaction_that_was_rolled_back(gathered: Gathered) -> None:
    with suppress(RolledBack), transaction.atomic():
        gathered.put("a")
        raise RolledBack
    with transaction.atomic():
        gathered.put("b")
    assert gathered.times == [[["b"]]]


@real
def test_it_is_handed_over_before_other_actions_and_whatever_they_raise(gathered: Gathered) -> None:
    order: list[object] = []

    def fail() -> None:
        order.append(list(gathered.times))
        raise RolledBack

    with suppress(RolledBack), transaction.atomic():
        transaction.on_commit(fail)
        gathered.put("a")
    assert order == [[[["a"]]]]


@real
def test_what_is_gathered_while_it_is_handed_over_is_handed_over_at_once() -> None:
    times: list[list[list[str]]] = []

    def take(using: str, stretches: list[list[str]]) -> None:
        times.append(stretches)
        if len(times) == 1:
            gathering.put(connections["default"], lambda words: words.append("again"))

    gathering: Gathering[list[str]] = Gathering(list, take)
    with transaction.atomic():
        gathering.put(connections["default"], lambda words: words.append("a"))
    assert times == [[["a"]], [["again"]]]


@real
def test_two_gatherings_of_one_transaction_are_handed_over_each() -> None:
    one, two = Gathered(), Gathered()
    with transaction.atomic():
        one.put("a")
        two.put("b")
        one.put("c")
    assert (one.times, two.times) == ([[["a"], ["c"]]], [[["b"]]])


@real
@pytest.mark.parametrize(("end", "times"), [("commit", [[["a", "b"]]]), ("rollback", []), ("close", [])])
def test_a_transaction_by_hand_is_handed_over_with_its_commit(
    gathered: Gathered, end: str, times: list[list[list[str]]]
) -> None:
    connection = connections["default"]
    connection.set_autocommit(False)
    try:
        gathered.put("a")
        gathered.put("b")
        assert gathered.times == []
        getattr(connection, end)()
        assert gathered.times == times
    finally:
        connection.rollback()
        connection.set_autocommit(True)


@real
def test_a_transaction_by_hand_that_ends_with_autocommit_is_handed_over(gathered: Gathered) -> None:
    connection = connections["default"]
    connection.set_autocommit(False)
    try:
        gathered.put("a")
        connection.set_autocommit(False)
        assert gathered.times == []
    finally:
        connection.set_autocommit(True)
    assert gathered.times == [[["a"]]]
    assert "set_autocommit" not in vars(connection)


@real
class TestInATestCase:
    def test_each_thing_is_handed_over_at_once(self, gathered: Gathered) -> None:
        def test(case: TestCase) -> None:
            gathered.put("a")
            gathered.put("b")
            assert gathered.times == [[["a"]], [["b"]]]

        run(test)

    def test_a_transaction_of_the_code_is_handed_over_with_its_end(self, gathered: Gathered) -> None:
        def test(case: TestCase) -> None:
            with transaction.atomic():
                gathered.put("a")
                with transaction.atomic():
                    gathered.put("b")
                assert gathered.times == []
            assert gathered.times == [[["a"], ["b"]]]
            with suppress(RolledBack), transaction.atomic():
                gathered.put("c")
                raise RolledBack

        run(test)
        assert len(gathered.times) == 1

    def test_captured_callbacks_hand_nothing_over_twice(self, gathered: Gathered) -> None:
        def test(case: TestCase) -> None:
            with case.captureOnCommitCallbacks(execute=True), transaction.atomic():
                gathered.put("a")
                with transaction.atomic():
                    gathered.put("b")

        run(test)
        assert gathered.times == [[["a"], ["b"]]]

    def test_an_event_behind_it_settles_it_first(self, gathered: Gathered) -> None:
        seen: list[object] = []

        def test(case: TestCase) -> None:
            with transaction.atomic():
                gathered.put("a")
                after_commit(lambda: seen.append(list(gathered.times)))
            assert seen == [[[["a"]]]]

        run(test)
