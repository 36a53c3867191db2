"""Who looks on is told how far each event comes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

import onair
from onair.publishing import onlooker
from onair.publishing.event import Outgoing
from onair.publishing.queue import EXPIRED, FULL, EventQueue
from tests.publishing.conftest import outgoing

Steps = list[tuple[str, str, str]]


@pytest.fixture
def steps() -> Iterator[Steps]:
    """Each step, the name of its event, and why."""
    steps: Steps = []

    def look(step: str, events: list[Outgoing], why: str) -> None:
        steps.extend((step, event.name, why) for event in events)

    onlooker.look_on(look)
    yield steps
    onlooker.look_on(None)


@pytest.mark.django_db(transaction=True)
def test_an_event_is_published_and_committed_when_its_transaction_is(steps: Steps) -> None:
    with transaction.atomic():
        onair.publish("news", "one")
        assert steps == [("published", "one", "")]
    assert steps[:2] == [("published", "one", ""), ("committed", "one", "")]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_rolled_back_is_never_committed(steps: Steps) -> None:
    with transaction.atomic():
        onair.publish("news", "one")
        transaction.set_rollback(True)
    assert steps == [("published", "one", "")]


@override_settings(ONAIR={"MAX_EVENT_SIZE": 10})
def test_what_is_too_large_is_dropped_and_says_so(steps: Steps) -> None:
    onair.publish("news", "large", "x" * 11)
    ((step, name, why),) = steps
    assert (step, name) == ("dropped", "large")
    assert "MAX_EVENT_SIZE" in why


def test_an_event_without_a_server_is_dropped(steps: Steps) -> None:
    onair.publish("news", "one")
    assert [step for step, *_ in steps] == ["published", "committed", "dropped"]
    assert "No server of this site runs" in steps[-1][2]


def test_the_oldest_of_a_full_queue_is_dropped(steps: Steps) -> None:
    queue = EventQueue(max_events=1, max_bytes=1_000)
    for name in ("one", "two"):
        queue.put(outgoing(name), 0.0)
    assert steps == [("dropped", "one", FULL)]


def test_what_waited_too_long_is_dropped(steps: Steps) -> None:
    queue = EventQueue(max_events=10, max_bytes=1_000)
    queue.put(outgoing("old"), 0.0)
    queue.put(outgoing("new"), 2.0)
    queue.expire(1.0)
    assert steps == [("dropped", "old", EXPIRED)]


def test_nobody_is_told_where_nobody_looks() -> None:
    onlooker.tell("published", [outgoing()])
