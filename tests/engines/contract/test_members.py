"""Who is on a channel, on all nodes, and who is told of what changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onair.engines.base import (
    Beat,
    Changes,
    Count,
    Follow,
    Join,
    Joined,
    Leave,
    Members,
    Op,
    Reap,
    Since,
    State,
    States,
    Unfollow,
)
from onair.engines.entries import member_of, text_of
from onair.protocol.member import Member
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site

ANN = Member("ann", b'{"name": "Ann"}')
BEN = Member("ben")
CLEO = Member("cl\u00e9o", '{"name": "Cl\u00e9o \u2603 x y"}'.encode())


def told(peer: Peer, channel: str = "room") -> list[object]:
    """What a channel's log says of users and numbers."""
    entries = peer.do(Since(channel, 0))
    assert entries is not None
    return [_READ[entry.body[:1]](entry.body) for entry in entries[1:]]


def _number_of(body: bytes) -> int:
    return int(text_of(body))


_READ: dict[bytes, Callable[[bytes], object]] = {b"a": member_of, b"r": text_of, b"c": _number_of}


def members(peer: Peer, channel: str = "room") -> list[str]:
    return [member.user_id for member in peer.do(Members(channel))]


def test_the_node_that_occupies_a_channel_is_told_and_no_other(peer: Peer) -> None:
    assert peer.do(Follow("room", "a", 1)).changes == Changes(occupied=True)
    assert peer.do(Follow("room", "b", 1)).changes == Changes()
    assert peer.do(Follow("room", "a", 5)).changes == Changes()


def test_the_node_that_vacates_a_channel_is_told_and_no_other(peer: Peer) -> None:
    peer.do(Follow("room", "a", 1))
    peer.do(Follow("room", "b", 1))
    assert peer.do(Unfollow("room", "a")) == Changes()
    assert peer.do(Unfollow("room", "a")) == Changes()
    assert peer.do(Unfollow("room", "b")) == Changes(vacated=True)
    assert peer.do(Unfollow("room", "b")) == Changes()


def test_what_a_node_says_twice_is_the_same(peer: Peer) -> None:
    for _ in range(2):
        snapshot = peer.do(Follow("room", "a", 2, (ANN, BEN)))
        assert (snapshot.count, snapshot.members) == (2, (ANN, BEN))
        assert peer.do(Join("room", "a", ANN)) == Joined(snapshot.number, is_first=False)
    assert told(peer) == [ANN, BEN]
    assert peer.do(Leave("room", "a", "ann"))
    assert not peer.do(Leave("room", "a", "ann"))
    assert told(peer) == [ANN, BEN, "ann"]


def test_a_follow_says_all_that_the_node_has(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2, (ANN, BEN)))
    snapshot = peer.do(Follow("room", "a", 2, (BEN, CLEO), after=0))
    assert snapshot.members == (BEN, CLEO)
    assert snapshot.changes == Changes(added=("cl\u00e9o",), removed=("ann",))
    assert snapshot.entries is not None
    assert snapshot.entries[-1].number == snapshot.number
    assert told(peer) == [ANN, BEN, "ann", CLEO]


def test_the_snapshot_has_the_entries_of_its_own_changes(peer: Peer) -> None:
    number = peer.do(Follow("room", "a", 1)).number
    snapshot = peer.do(Follow("room", "a", 1, (ANN,), after=number))
    assert snapshot.entries is not None
    assert [member_of(entry.body) for entry in snapshot.entries] == [ANN]


def test_a_user_on_two_nodes_comes_once_and_goes_once(peer: Peer) -> None:
    for node in "a", "b":
        peer.do(Follow("room", node, 1))
    first = peer.do(Join("room", "a", ANN))
    assert first.is_first
    assert peer.do(Join("room", "b", ANN)) == Joined(first.number, is_first=False)
    assert not peer.do(Leave("room", "a", "ann"))
    assert members(peer) == ["ann"]
    assert peer.do(Leave("room", "b", "ann"))
    assert members(peer) == []
    assert told(peer) == [ANN, "ann"]


def test_the_number_of_a_join_is_that_of_the_entry_that_tells_it(peer: Peer) -> None:
    peer.do(Follow("room", "a", 1))
    joined = peer.do(Join("room", "a", ANN))
    entries = peer.do(Since("room", 0))
    assert entries is not None
    assert joined == Joined(entries[-1].number, is_first=True)


def test_the_first_node_to_have_a_user_decides_what_is_known_of_it(peer: Peer) -> None:
    peer.do(Follow("room", "a", 1, (ANN,)))
    other = Member("ann", b'{"name": "another"}')
    assert peer.do(Follow("room", "b", 1, (other,))).members == (ANN,)
    peer.do(Join("room", "b", other))
    peer.do(Leave("room", "a", "ann"))
    assert peer.do(Members("room")) == (ANN,)
    peer.do(Leave("room", "b", "ann"))
    peer.do(Join("room", "b", other))
    assert peer.do(Members("room")) == (other,)


def test_members_are_in_the_order_of_their_arrival(peer: Peer) -> None:
    peer.do(Follow("room", "a", 1))
    for user_id in ("m", "z", "a", "10", "9"):
        peer.do(Join("room", "a", Member(user_id)))
    peer.do(Follow("room", "b", 1, (Member("b"), Member("z"))))
    peer.do(Leave("room", "a", "m"))
    peer.do(Join("room", "a", Member("m")))
    assert members(peer) == ["z", "a", "10", "9", "b", "m"]
    assert [member.user_id for member in peer.do(Follow("room", "c", 1)).members] == members(peer)


def test_a_node_may_have_a_user_on_a_channel_that_it_does_not_follow(peer: Peer) -> None:
    assert peer.do(Join("#user-ann", "a", ANN)) == Joined(0, is_first=True)
    assert peer.do(Join("#user-ann", "a", ANN)) == Joined(0, is_first=False)
    snapshot = peer.do(Follow("#user-ann", "b", 1))
    assert (snapshot.members, snapshot.count) == ((ANN,), 1)
    assert peer.do(Leave("#user-ann", "a", "ann"))
    assert told(peer, "#user-ann") == ["ann"]
    assert peer.do(Since("#user-ben", 0)) is None


def test_a_node_that_leaves_a_channel_has_no_users_there(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2, (ANN, BEN)))
    peer.do(Follow("room", "b", 1, (BEN,)))
    assert peer.do(Unfollow("room", "a")) == Changes(removed=("ann",))
    assert members(peer) == ["ben"]
    assert peer.do(Unfollow("room", "b")) == Changes(vacated=True, removed=("ben",))
    assert told(peer) == [ANN, BEN, "ann", "ben"]


def test_connections_are_counted_over_all_nodes(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2))
    assert peer.do(Follow("room", "b", 3)).count == 5
    assert peer.do(Count("room", "a", 10)) == 13
    assert told(peer) == []
    assert peer.do(Count("room", "b", 1, tell=True)) == 11
    assert told(peer) == [11]
    assert peer.do(States(("room",))) == (State(count=11),)


def test_who_does_not_follow_is_not_counted(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2))
    assert peer.do(Count("room", "b", 7, tell=True)) == 2
    assert told(peer) == []


def test_a_node_that_is_gone_has_nothing_any_more(peer: Peer) -> None:
    peer.do(Follow("room", "a", 2, (ANN, BEN)))
    peer.do(Follow("room", "b", 1, (BEN,)))
    peer.do(Follow("alone", "a", 1))
    peer.do(Follow("other", "b", 1, (ANN,)))
    peer.do(Join("#user-ann", "a", ANN))
    assert peer.do(Reap("a")) == {
        "room": Changes(removed=("ann",)),
        "alone": Changes(vacated=True),
        "#user-ann": Changes(removed=("ann",)),
    }
    assert told(peer) == [ANN, BEN, "ann"]
    assert peer.do(States(("room", "alone", "other"))) == (State(1, 1), State(), State(1, 1))


def test_a_node_whose_end_changes_nothing_is_forgotten_all_the_same(peer: Peer) -> None:
    peer.do(Follow("room", "a", 1, (ANN,)))
    peer.do(Follow("room", "b", 1, (ANN,)))
    assert peer.do(Reap("a")) == {}
    assert peer.do(States(("room",))) == (State(1, 1),)


def test_of_two_that_say_that_a_node_is_gone_one_is_told(site: Site) -> None:
    one, other = site.peer(), site.peer()
    one.do(Follow("room", "gone", 1, (ANN,)))
    asked = [peer.soon(Reap("gone")) for peer in (one, other)]
    replies = sorted((dict(reply.result(30)) for reply in asked), key=len)
    assert replies == [{}, {"room": Changes(vacated=True, removed=("ann",))}]


#: What is said of a node that the others took for dead, while it lived.
AFTERWARDS: dict[str, Op[Any]] = {
    "a count": Count("room", "a", 3, tell=True),
    "a leave": Leave("room", "a", "ann"),
    "an unfollow": Unfollow("room", "a"),
    "a beat": Beat("a"),
}


@pytest.mark.parametrize("op", AFTERWARDS.values(), ids=AFTERWARDS)
def test_the_dead_change_nothing(peer: Peer, op: Op[Any]) -> None:
    peer.do(Follow("room", "a", 1, (ANN,)))
    peer.do(Reap("a"))
    before = told(peer)
    peer.do(op)
    assert told(peer) == before
    assert peer.do(States(("room",))) == (State(),)


def test_a_user_may_have_much_to_say_of_itself(peer: Peer) -> None:
    much = Member("ann", b'{"text": "' + b"x " * 5000 + b'"}')
    assert peer.do(Follow("room", "a", 1, (much,))).members == (much,)
    assert told(peer) == [much]


def test_many_users_join_and_leave(peer: Peer) -> None:
    crowd = tuple(Member(f"user-{number}") for number in range(3000))
    assert peer.do(Follow("room", "a", len(crowd), crowd)).members == crowd
    assert len(peer.do(Unfollow("room", "a")).removed) == len(crowd)
    assert peer.do(Members("room")) == ()
