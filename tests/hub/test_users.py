"""Users who have signed in, and who watches them."""

from __future__ import annotations

from typing import Any

import pytest

from onair.hub import Hub
from onair.protocol.publication import Publication
from onair.protocol.user import User
from tests.hub.listeners import SUCCEEDED, Recorder, hub

SIGNED_IN = "pusher:signin_success"
WATCHLIST = "pusher_internal:watchlist_events"


def user(user_id: str, *watchlist: str) -> User:
    return User(user_id, f'{{"id":"{user_id}"}}', watchlist=watchlist)


def signed_in(live: Hub, number: int, user_id: str, *watchlist: str) -> Recorder:
    listener = Recorder(number)
    live.sign_in(listener, user(user_id, *watchlist))
    listener.clear()
    return listener


def watched(listener: Recorder) -> list[tuple[str, list[str]]]:
    return [
        (event["name"], event["user_ids"])
        for message in listener.received
        if message["event"] == WATCHLIST
        for event in message["data"]["events"]
    ]


def test_who_signs_in_is_told_so_with_the_data_as_it_was_signed() -> None:
    """P-SIGNIN."""
    listener = Recorder(1)
    hub().sign_in(listener, User("7", '{ "id": "7" }'))
    assert listener.received == [{"event": SIGNED_IN, "data": {"user_data": '{ "id": "7" }'}}]


def test_who_signs_in_is_told_who_of_the_watchlist_is_there() -> None:
    """P-WATCHLIST."""
    live, anna = hub(), Recorder(1)
    signed_in(live, 2, "8")
    live.sign_in(anna, user("7", "8", "9", "10"))
    assert anna.events == [SIGNED_IN, WATCHLIST]
    assert watched(anna) == [("online", ["8"]), ("offline", ["9", "10"])]


@pytest.mark.parametrize(
    ("watchlist", "told"), [(("8",), [("online", ["8"])]), (("9",), [("offline", ["9"])]), ((), [])]
)
def test_an_empty_set_is_not_told(watchlist: tuple[str, ...], told: list[Any]) -> None:
    live, anna = hub(), Recorder(1)
    signed_in(live, 2, "8")
    live.sign_in(anna, user("7", *watchlist))
    assert watched(anna) == told


def test_a_watcher_is_told_of_the_first_connection_and_of_the_last() -> None:
    """P-WATCHLIST."""
    live = hub()
    anna = signed_in(live, 1, "7", "8")
    first, second = signed_in(live, 2, "8"), signed_in(live, 3, "8")
    live.disconnect(first, [])
    assert watched(anna) == [("online", ["8"])]
    live.disconnect(second, [])
    assert watched(anna) == [("online", ["8"]), ("offline", ["8"])]


def test_who_has_gone_is_not_told() -> None:
    live = hub()
    anna = signed_in(live, 1, "7", "8")
    live.disconnect(anna, [])
    signed_in(live, 2, "8")
    assert anna.writes == []


def test_nobody_is_told_of_the_own_arrival_twice() -> None:
    live, anna = hub(), Recorder(1)
    live.sign_in(anna, user("7", "7"))
    assert watched(anna) == [("online", ["7"])]


def test_signing_in_again_renews_the_watchlist_and_tells_nobody() -> None:
    live = hub()
    watcher = signed_in(live, 9, "9", "7")
    anna = signed_in(live, 1, "7", "8")
    watcher.clear()
    live.sign_in(anna, user("7", "10"))
    anna.clear()
    signed_in(live, 2, "8")
    signed_in(live, 3, "10")
    assert watched(anna) == [("online", ["10"])]
    assert watcher.writes == []


def test_an_event_to_a_user_reaches_the_users_own_channel() -> None:
    """P-TO-USER."""
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "#server-to-user-7")
    live.publish(Publication(("#server-to-user-7",), "hello", "{}"))
    live.flush()
    assert anna.events == [SUCCEEDED, "hello"]


def test_a_users_own_channel_is_not_among_the_channels() -> None:
    live = hub()
    live.subscribe(Recorder(1), "#server-to-user-7")
    live.subscribe(Recorder(1), "news")
    assert live.channels() == ("news",)


def test_a_users_connections_are_known_until_they_go() -> None:
    """P-TERMINATE."""
    live = hub()
    first, second = signed_in(live, 1, "7"), signed_in(live, 2, "7")
    signed_in(live, 3, "8")
    assert live.connections_of("7") == (first, second)
    live.disconnect(first, [])
    live.disconnect(second, [])
    assert live.connections_of("7") == ()


def test_the_disconnect_of_who_never_signed_in_is_nobodys_business() -> None:
    live = hub()
    anna = signed_in(live, 1, "7", "8")
    live.disconnect(Recorder(2), [])
    assert anna.writes == []
