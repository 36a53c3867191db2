from __future__ import annotations

import pytest

from onair.engines.base import Append, Follow, Kept, Members, Occupied, Publish, States
from onair.engines.postgres.calls import call_of
from onair.protocol.member import Member
from tests.engines.contract.site import Site


@pytest.mark.parametrize("prefix", ["\0", "\ud800", "é", "\x7f"])
def test_no_channel_begins_with_what_no_name_may_have(site: Site, prefix: str) -> None:
    peer = site.peer()
    peer.do(Follow("news", "a", 1))
    assert peer.do(Occupied(prefix)) == ()
    assert peer.do(Occupied("ne")) == ("news",)
    assert peer.reasons == []


def test_bytes_of_any_kind_come_back_as_they_were(site: Site) -> None:
    every = bytes(range(256))
    info = '{"name": "Zoë \\u0000"}'.encode()
    peer = site.peer()
    peer.listen("news")
    peer.do(Follow("news", "a", 1, (Member("7", info), Member("8"))))
    peer.do(Publish((Append("news", every), Append("news", b"", keep=60), Append("cache-x", every, keep=60))))
    peer.wait_for_body("news", b"")
    assert peer.bodies("news")[-2:] == [every, b""]
    assert peer.do(Members("news")) == (Member("7", info), Member("8"))
    (state,) = peer.do(States(("cache-x",)))
    assert isinstance(state.kept, Kept)
    assert state.kept.body == every


def test_the_bytes_of_several_ops_travel_together() -> None:
    call = call_of([Publish((Append("a", b"one"), Append("b", b""))), Publish((Append("a", b"two"),))])
    assert call.body == b"onetwo"
    assert b'[["a",[1,3],0],["b",[4,0],0]]' in call.ops
    assert b'[["a",[4,3],0]]' in call.ops
