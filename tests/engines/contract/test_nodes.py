"""Which nodes there are, and what is known of the channels."""

from __future__ import annotations

import pytest

from onair.engines.base import (
    Append,
    Beat,
    Beaten,
    Follow,
    Join,
    Lease,
    Nodes,
    Occupied,
    Publish,
    Reap,
    State,
    States,
    Unfollow,
)
from onair.protocol.member import Member
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site


def test_a_node_is_known_from_its_first_beat_on(peer: Peer) -> None:
    assert peer.do(Beat("a")) == Beaten(is_known=False, nodes={"a": 1})
    assert peer.do(Beat("a")) == Beaten(is_known=True, nodes={"a": 2})
    assert peer.do(Beat("b")) == Beaten(is_known=False, nodes={"a": 2, "b": 1})


def test_a_node_that_has_something_and_has_never_beaten_is_seen_by_the_others(peer: Peer) -> None:
    peer.do(Follow("news", "a", 1))
    peer.do(Join("#user-ann", "b", Member("ann")))
    assert peer.do(Beat("c")) == Beaten(is_known=False, nodes={"a": 0, "b": 0, "c": 1})
    assert not peer.do(Beat("a")).is_known


def test_a_node_that_was_taken_for_dead_hears_of_it(peer: Peer) -> None:
    peer.do(Beat("a"))
    peer.do(Reap("a"))
    assert peer.do(Beat("b")).nodes == {"b": 1}
    assert peer.do(Beat("a")) == Beaten(is_known=False, nodes={"a": 1, "b": 1})


def test_a_node_says_something_of_itself(peer: Peer) -> None:
    peer.do(Beat("a", b'{"host": "one"}'))
    peer.do(Beat("b"))
    peer.do(Beat("a", b'{"host": "two"}'))
    assert peer.do(Nodes()) == {"a": b'{"host": "two"}', "b": b"{}"}
    peer.do(Reap("a"))
    assert peer.do(Nodes()) == {"b": b"{}"}


def test_one_node_has_a_lease_and_may_renew_it(site: Site) -> None:
    one, other = site.peer(), site.peer()
    assert one.do(Lease("reader", "a", 60))
    assert not other.do(Lease("reader", "b", 60))
    assert other.do(Lease("another", "b", 60))
    assert one.do(Lease("reader", "a", 60))


def test_of_many_that_ask_at_once_one_gets_the_lease(site: Site) -> None:
    peers = [site.peer() for _ in range(3)]
    asked = [peer.soon(Lease("reader", f"{number}", 60)) for number, peer in enumerate(peers)]
    assert sorted(reply.result(30) for reply in asked) == [False, False, True]


def test_a_lease_that_is_not_renewed_ends(peer: Peer) -> None:
    assert peer.do(Lease("reader", "a", 1))
    while not peer.do(Lease("reader", "b", 60)):
        pass
    assert not peer.do(Lease("reader", "a", 1))


def test_a_node_that_is_gone_holds_no_lease(peer: Peer) -> None:
    assert peer.do(Lease("reader", "a", 60))
    assert peer.do(Lease("writer", "b", 60))
    peer.do(Reap("a"))
    assert peer.do(Lease("reader", "b", 60))
    assert not peer.do(Lease("writer", "a", 60))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["#user-ann", "news", "presence-room", "presence-room-2"]),
        ("presence-", ["presence-room", "presence-room-2"]),
        ("presence-room-2", ["presence-room-2"]),
        ("#", ["#user-ann"]),
        ("z", []),
    ],
)
def test_occupied_channels_are_found_by_the_beginning_of_their_names(
    peer: Peer, prefix: str, expected: list[str]
) -> None:
    for channel in ("news", "presence-room", "presence-room-2", "#user-ann", "left"):
        peer.do(Follow(channel, "a", 1))
    peer.do(Follow("news", "b", 1))
    peer.do(Unfollow("news", "b"))
    peer.do(Unfollow("left", "a"))
    peer.do(Join("#user-ben", "a", Member("ben")))
    found = peer.do(Occupied(prefix))
    assert sorted(found) == expected


def test_channels_are_not_occupied_when_their_last_node_is_gone(peer: Peer) -> None:
    peer.do(Follow("news", "a", 1))
    peer.do(Reap("a"))
    assert peer.do(Occupied()) == ()


def test_the_last_event_of_a_channel_is_kept_whoever_follows(peer: Peer) -> None:
    peer.do(Publish((Append("cache-news", b"e1", 60),)))
    (state,) = peer.do(States(("cache-news",)))
    assert state.kept is not None
    assert state.kept.body == b"e1"
    assert 0 < state.kept.seconds_left <= 60
    peer.do(Publish((Append("cache-news", b"e2", 600), Append("cache-news", b"e3"))))
    kept = peer.do(Follow("cache-news", "a", 1)).kept
    assert kept is not None
    assert kept.body == b"e2"
    assert 60 < kept.seconds_left <= 600


def test_what_is_kept_grows_old(peer: Peer) -> None:
    peer.do(Publish((Append("cache-news", b"e1", 1),)))
    while peer.do(States(("cache-news",))) != (State(),):
        pass
    assert peer.do(Follow("cache-news", "a", 1)).kept is None


def test_the_states_of_channels_are_in_their_order(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2, (Member("ann"), Member("ben"))))
    peer.do(Follow("news", "a", 3))
    assert peer.do(States(("news", "nowhere", "room", "news"))) == (
        *(State(3), State(), State(2, 2)),
        State(3),
    )
    assert peer.do(States(())) == ()
