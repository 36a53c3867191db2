"""Where a page is on a channel, as js/src/place.js keeps it."""

from __future__ import annotations

from benchmarks.chaos.following import Place


def test_the_first_subscription_names_no_position() -> None:
    assert Place().request == {}


def test_the_next_one_names_the_last_position_and_the_former_socket() -> None:
    place = Place()
    assert not place.welcome("1.a", "first")
    place.see("2.b")
    place.see(None)
    assert place.request == {"position": "2.b", "socket_id": "first"}
    assert not place.welcome("3.c", "second")
    assert place.request == {"position": "3.c", "socket_id": "second"}


def test_a_server_that_knows_no_positions_leaves_a_gap_at_each_return() -> None:
    place = Place()
    assert not place.welcome(None, "first")
    assert place.welcome(None, "second")
