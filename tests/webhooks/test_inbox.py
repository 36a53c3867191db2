"""What waits between two threads."""

from __future__ import annotations

import threading

from onair.webhooks.inbox import Inbox
from tests.server.clients import wait_until
from tests.webhooks.receiver import PATIENCE


def test_what_was_left_is_taken_together_in_its_order() -> None:
    inbox: Inbox[str] = Inbox()
    for item in "abc":
        inbox.put(item, 1)
    assert len(inbox) == 3
    assert inbox.take() == ["a", "b", "c"]
    assert inbox.take(0) == []


def test_beyond_the_bounds_the_oldest_are_dropped_and_counted() -> None:
    inbox: Inbox[str] = Inbox(most=3, most_bytes=10)
    for item, size in (("a", 1), ("b", 1), ("c", 1), ("d", 1), ("large", 9)):
        inbox.put(item, size)
    assert inbox.take() == ["d", "large"]
    assert inbox.dropped == 3


def test_what_was_taken_makes_room() -> None:
    inbox: Inbox[str] = Inbox(most_bytes=10)
    inbox.put("a", 10)
    inbox.take()
    inbox.put("b", 10)
    assert inbox.take() == ["b"]
    assert not inbox.dropped


def test_who_waits_is_woken_by_an_item_and_by_the_end() -> None:
    inbox: Inbox[str] = Inbox()
    taken: list[list[str]] = []

    def take() -> None:
        while not inbox.is_closed:
            taken.append(inbox.take())

    thread = threading.Thread(target=take)
    thread.start()
    inbox.put("a", 1)
    wait_until(lambda: taken, "it is taken")
    inbox.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert taken[0] == ["a"]


def test_what_was_left_before_or_after_the_end_can_still_be_taken() -> None:
    inbox: Inbox[str] = Inbox()
    inbox.put("a", 1)
    inbox.close()
    inbox.put("b", 1)
    assert inbox.take() == ["a", "b"]
    assert inbox.take() == []
