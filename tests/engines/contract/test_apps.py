"""Apps are apart; engines and clients of one app are together."""

from __future__ import annotations

import secrets

from onair.engines.base import (
    Append,
    Follow,
    Join,
    Members,
    Nodes,
    Occupied,
    Publish,
    Since,
    States,
)
from onair.engines.urls import EngineUrl
from onair.protocol.member import Member
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import BOUNDS, Site


def test_two_apps_know_nothing_of_each_other(site: Site) -> None:
    one, other = site.peer(), site.peer(app_id=secrets.token_hex(4))
    other.listen("news")
    one.do(Follow("news", "a", 1, (Member("ann"),)))
    one.do(Publish((Append("news", b"1", 60),)))
    (state,) = other.do(States(("news",)))
    assert (state.count, state.users, state.kept) == (0, 0, None)
    assert other.do(Since("news", 0)) is None
    assert other.do(Occupied()) == ()
    other.do(Follow("news", "a", 1))
    other.wait_for_body("news", b"o")
    assert other.bodies("news") == [b"o"]
    assert one.epochs != other.epochs


def test_an_app_whose_name_begins_as_another_one_is_apart(site: Site) -> None:
    one, other = site.peer(), site.peer(app_id=f"{site.app_id}0")
    one.do(Follow("0news", "a", 1))
    one.do(Follow("news", "a", 1))
    assert other.do(Occupied()) == ()


def test_all_processes_of_an_app_live_in_one_epoch(site: Site) -> None:
    assert site.peer().epochs == site.peer().epochs
    assert site.peer().epochs[0]


def test_what_a_client_publishes_reaches_the_engines(site: Site, peer: Peer) -> None:
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    site.client().do(Publish((Append("news", b"1"), Append("news", b"2"))), 30)
    peer.wait_for_body("news", b"2")
    assert peer.bodies("news") == [b"o", b"1", b"2"]


def test_a_client_may_ask_whatever_an_engine_may(site: Site, peer: Peer) -> None:
    peer.do(Follow("room", "a", 2, (Member("ann"),)))
    client = site.client()
    assert client.do(Members("room"), 30) == (Member("ann"),)
    assert client.do(Occupied("r"), 30) == ("room",)
    assert client.do(Nodes(), 30) == {}
    assert client.do(Join("room", "b", Member("ben")), 30).is_first
    assert peer.do(Members("room")) == (Member("ann"), Member("ben"))


def test_a_client_that_was_closed_connects_again(site: Site) -> None:
    client = site.client()
    assert client.do(Occupied(), 30) == ()
    client.close()
    client.close()
    assert client.do(Occupied(), 30) == ()


def test_nothing_is_connected_by_being_opened(engine_url: EngineUrl) -> None:
    engine_url.open("1", BOUNDS)
    engine_url.connect("1", BOUNDS).close()
