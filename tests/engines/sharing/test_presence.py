"""Who is there, on two processes: as if there were one."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.peer import Peer
from tests.engines.sharing.conftest import Pair, Start
from tests.server.clients import Site, signed_path, wait_until

ADDED, REMOVED = "pusher_internal:member_added", "pusher_internal:member_removed"


def asked(site: Site, endpoint: str, **params: str) -> dict[str, Any]:
    """What the HTTP API says."""
    path = signed_path(site.app, endpoint, method="GET", params=params)
    found: dict[str, Any] = json.loads(site.request("GET", path)[1])
    return found


def entered(client: Peer, channel: str, user: str) -> list[str]:
    """Join, and return the ids of who is there."""
    client.send("pusher:subscribe", {"channel": channel, **client.authorized(channel, user)})
    ids: list[str] = client.next("pusher_internal:subscription_succeeded")["data"]["presence"]["ids"]
    return ids


def test_the_members_of_both_are_told_in_the_order_of_their_arrival(pair: Pair) -> None:
    here, there = pair.both()
    assert entered(here, "presence-room", "2") == ["2"]
    assert entered(there, "presence-room", "1") == ["2", "1"]
    assert here.next(ADDED)["data"]["user_id"] == "1"
    assert entered(pair.connect(pair.one), "presence-room", "3") == ["2", "1", "3"]
    assert there.next(ADDED)["data"]["user_info"] == {"name": "User 3"}


def test_a_user_on_both_comes_once_and_goes_once(pair: Pair) -> None:
    watching = pair.connect(pair.one).join("presence-room", "0")
    here, there = pair.both()
    here.join("presence-room", "1")
    watching.next(ADDED)
    there.join("presence-room", "1")
    here.connection.close()
    pair.connect(pair.other).join("presence-room", "2")
    assert watching.next(ADDED)["data"]["user_id"] == "2"
    there.send("pusher:unsubscribe", {"channel": "presence-room"})
    assert watching.next(REMOVED)["data"] == {"user_id": "1"}


def test_a_user_who_comes_back_is_there(pair: Pair) -> None:
    watching = pair.connect(pair.one).join("presence-room", "0")
    for _ in range(3):
        client = pair.connect(pair.other).join("presence-room", "1")
        assert watching.next(ADDED)["data"]["user_id"] == "1"
        client.connection.close()
        assert watching.next(REMOVED)["data"] == {"user_id": "1"}


def test_every_process_says_who_is_there_and_how_many_listen(pair: Pair) -> None:
    here, there = pair.both()
    here.join("presence-room", "1").join("news")
    there.join("presence-room", "2").join("news")
    here.next(ADDED)
    for site in (pair.one, pair.other):
        users = asked(site, "channels/presence-room/users")["users"]
        assert [user["id"] for user in users] == ["1", "2"]
        wait_until(
            lambda site=site: (
                asked(site, "channels/news", info="subscription_count")["subscription_count"] == 2
            ),  # type: ignore[misc]
            "both are counted",
        )
        channels = asked(site, "channels", filter_by_prefix="presence-", info="user_count")["channels"]
        assert channels == {"presence-room": {"user_count": 2}}
        assert set(asked(site, "channels")["channels"]) == {"presence-room", "news"}


def test_a_channel_that_both_have_left_is_not_occupied(pair: Pair) -> None:
    for client in pair.both():
        client.join("news")
        client.connection.close()
    wait_until(lambda: not asked(pair.one, "channels/news")["occupied"], "nobody listens")
    assert asked(pair.other, "channels")["channels"] == {}


def test_subscribers_are_told_how_many_there_are_on_both(start: Start) -> None:
    pair = start(subscription_counts=True)
    here, there = pair.both()
    here.join("news")
    assert here.next("pusher_internal:subscription_count")["data"] == {"subscription_count": 1}
    there.join("news")
    for client in (here, there):
        assert client.next("pusher_internal:subscription_count")["data"] == {"subscription_count": 2}


def test_a_signed_in_user_is_reached_wherever_it_is(pair: Pair) -> None:
    here = pair.connect(pair.one).sign_in("7")
    here.send("pusher:subscribe", {"channel": "#server-to-user-7"})
    here.next("pusher_internal:subscription_succeeded")
    pair.other.post("events", {"name": "hello", "data": "{}", "channels": ["#server-to-user-7"]})
    assert here.next("hello")["channel"] == "#server-to-user-7"


def test_all_connections_of_a_user_are_closed(pair: Pair) -> None:
    here, there = (client.sign_in("7") for client in pair.both())
    stays = pair.connect(pair.one).sign_in("8")
    assert pair.other.post("users/7/terminate_connections", {})[0] == 200
    assert here.close_code() == there.close_code() == 4009
    assert stays.settle() == []


def test_who_watches_a_user_is_told_of_it_on_the_other_process(pair: Pair) -> None:
    watching = pair.connect(pair.one).sign_in("1", watchlist=["7", "8"])
    assert states(watching) == {"offline": ["7", "8"]}
    first, second = (pair.connect(site).sign_in("7") for site in (pair.other, pair.one))
    assert states(watching) == {"online": ["7"]}
    late = pair.connect(pair.other).sign_in("2", watchlist=["7", "8"])
    assert states(late) == {"online": ["7"], "offline": ["8"]}
    first.connection.close()
    pair.connect(pair.other).sign_in("8")
    assert states(watching) == {"online": ["8"]}
    second.connection.close()
    assert states(watching) == {"offline": ["7"]}


def test_a_user_stays_online_whom_one_process_watches_no_more(pair: Pair) -> None:
    watching = pair.connect(pair.other).sign_in("1", watchlist=["7"])
    assert states(watching) == {"offline": ["7"]}
    there = pair.connect(pair.one).sign_in("7")
    assert states(watching) == {"online": ["7"]}
    other = pair.connect(pair.one).sign_in("2", watchlist=["7"])
    assert states(other) == {"online": ["7"]}
    other.connection.close()

    late = pair.connect(pair.one).sign_in("3", watchlist=["7", "2"])
    assert states(late) == {"online": ["7"], "offline": ["2"]}
    there.connection.close()
    assert states(watching) == {"offline": ["7"]}


def states(client: Peer) -> dict[str, list[str]]:
    """What a client is told of its watchlist next."""
    events = client.next("pusher_internal:watchlist_events")["data"]["events"]
    return {event["name"]: event["user_ids"] for event in events}


def test_subscribers_are_told_of_the_last_one_who_leaves_another_process(start: Start) -> None:
    pair = start(subscription_counts=True)
    here, there = pair.both()
    here.join("news")
    assert here.next("pusher_internal:subscription_count")["data"] == {"subscription_count": 1}
    there.join("news")
    assert here.next("pusher_internal:subscription_count")["data"] == {"subscription_count": 2}
    there.send("pusher:unsubscribe", {"channel": "news"})
    assert here.next("pusher_internal:subscription_count")["data"] == {"subscription_count": 1}
