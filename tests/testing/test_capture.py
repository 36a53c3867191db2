"""Collecting events in a test, as a project does it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.test import TestCase

import onair
from onair.publishing import stats
from onair.publishing.event import Event
from onair.testing import captured
from tests.publishing.project_test import run
from tests.publishing.receiver import receiving


def test_events_are_collected_in_their_order_with_the_data_that_subscribers_get() -> None:
    with captured() as events:
        onair.publish(["a", "b"], "message", {"pair": (1, 2)}, exclude="1.2")
        onair.publish("c", "other")
    assert events == [Event(("a", "b"), "message", {"pair": [1, 2]}, "1.2"), Event(("c",), "other")]


def test_nothing_leaves_meanwhile(settings: Any) -> None:
    with receiving() as receiver:
        settings.ONAIR = {"URL": receiver.url}
        before = stats.read()
        with captured():
            onair.publish("a", "captured")
        assert stats.read() == before
        onair.publish("a", "left")
        assert receiver.next().body["name"] == "left"


def test_what_is_published_before_or_after_is_not_collected() -> None:
    onair.publish("a", "before")
    with captured() as events:
        onair.publish("a", "inside")
    onair.publish("a", "after")
    assert [event.name for event in events] == ["inside"]


def test_the_innermost_block_collects() -> None:
    with captured() as outer:
        with captured() as inner:
            onair.publish("a", "inner")
        onair.publish("a", "outer")
    assert [[event.name for event in events] for events in (outer, inner)] == [["outer"], ["inner"]]


def test_other_threads_events_are_collected_too() -> None:
    with captured() as events:
        thread = threading.Thread(target=onair.publish, args=["a", "message"])
        thread.start()
        thread.join()
    assert len(events) == 1


def test_an_error_in_the_block_ends_the_collecting() -> None:
    with suppress(ValueError), captured() as events:
        raise ValueError
    onair.publish("a", "message")
    assert events == []


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_in_a_test_case_no_commit_is_needed() -> None:
    def test(self: TestCase) -> None:
        with captured() as events:
            onair.publish("a", "at once")
            with transaction.atomic():
                onair.publish("a", "in a block")
            with transaction.atomic(savepoint=False):
                onair.publish("a", "in a block without a savepoint")
            with suppress(ValueError), transaction.atomic():
                onair.publish("a", "in a block that failed")
                raise ValueError
        assert [event.name for event in events] == ["at once", "in a block", "in a block without a savepoint"]

    run(test)


@pytest.mark.django_db
def test_pytests_own_database_fixture_is_a_test_case_as_well() -> None:
    with captured() as events, transaction.atomic():
        onair.publish("a", "message")
        assert events == []
    assert len(events) == 1
