"""What happens on a channel: written once, read in order by everyone, with nothing missing unseen."""

from __future__ import annotations

from onair.engines.base import Append, Follow, Publish, Since
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site


def test_a_log_begins_with_an_entry_of_nothing_when_a_node_follows(peer: Peer) -> None:
    snapshot = peer.do(Follow("news", "a", 1, after=0))
    assert snapshot.entries is not None
    assert [(entry.previous, entry.body) for entry in snapshot.entries] == [(0, b"o")]
    assert snapshot.entries[-1].number == snapshot.number > 0


def test_what_is_published_reaches_every_process_that_listens(site: Site) -> None:
    one, other = site.peer(), site.peer()
    for name, peer in ("a", one), ("b", other):
        peer.listen("news")
        peer.do(Follow("news", name, 1))
    one.do(Publish((Append("news", b"e1"), Append("news", b"e2"))))
    for peer in one, other:
        peer.wait_for_body("news", b"e2")
        assert peer.bodies("news")[-2:] == [b"e1", b"e2"]


def test_nothing_is_written_where_nobody_follows(peer: Peer) -> None:
    peer.listen("news")
    peer.do(Publish((Append("news", b"lost"),)))
    assert peer.do(Since("news", 0)) is None
    peer.do(Follow("news", "a", 1))
    peer.wait_for_body("news", b"o")
    assert peer.bodies("news") == [b"o"]
