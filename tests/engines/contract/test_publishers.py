"""A publisher that does not know whether it was heard says the same again, and nothing is doubled."""

from __future__ import annotations

import pytest

from onair.engines.base import Append, Follow, Publish, Since
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site


def saying(*bodies: bytes, number: int, publisher: str = "p") -> Publish:
    return Publish(tuple(Append("news", body) for body in bodies), publisher, number)


#: What a publisher says, each with the number of what it had said before, and what is in the log then.
SAYINGS = {
    "once": ([saying(b"a", number=0), saying(b"b", number=1)], [b"a", b"b"]),
    "the same again": ([saying(b"a", b"b", number=0), saying(b"a", b"b", number=0)], [b"a", b"b"]),
    "some of it again": ([saying(b"a", b"b", number=0), saying(b"b", b"c", number=1)], [b"a", b"b", b"c"]),
    "more from the same place": ([saying(b"a", number=0), saying(b"a", b"b", number=0)], [b"a", b"b"]),
    "less than before": (
        [saying(b"a", b"b", number=0), saying(b"a", number=0), saying(b"c", number=2)],
        [b"a", b"b", b"c"],
    ),
    "nothing": ([saying(number=0), saying(b"a", number=0)], [b"a"]),
    "from the middle, when what was before is forgotten": (
        [saying(b"y", number=7), saying(b"y", b"z", number=7)],
        [b"y", b"z"],
    ),
    "more than was heard of": (
        [saying(b"a", number=0), saying(b"z", number=9), saying(b"z", number=9)],
        [b"a", b"z"],
    ),
    "the same as another publisher": (
        [saying(b"a", number=0), saying(b"a", number=0, publisher="q")],
        [b"a", b"a"],
    ),
    "without a name": (
        [saying(b"a", number=0, publisher=""), saying(b"a", number=0, publisher="")],
        [b"a", b"a"],
    ),
}


@pytest.mark.parametrize(("sayings", "expected"), SAYINGS.values(), ids=SAYINGS)
def test_each_entry_is_written_once(peer: Peer, sayings: list[Publish], expected: list[bytes]) -> None:
    peer.do(Follow("news", "a", 1))
    for saying in sayings:
        peer.do(saying)
    entries = peer.do(Since("news", 0))
    assert entries is not None
    assert [entry.body for entry in entries[1:]] == expected


def test_what_was_said_through_one_connection_counts_on_another(site: Site) -> None:
    one, other = site.client(), site.client()
    peer = site.peer()
    peer.do(Follow("news", "a", 1))
    one.do(saying(b"a", b"b", number=0), 10)
    other.do(saying(b"a", b"b", b"c", number=0), 10)
    entries = peer.do(Since("news", 0))
    assert entries is not None
    assert [entry.body for entry in entries[1:]] == [b"a", b"b", b"c"]


def test_what_nobody_follows_counts_as_said(peer: Peer) -> None:
    peer.do(saying(b"a", number=0))
    peer.do(Follow("news", "a", 1))
    peer.do(saying(b"a", b"b", number=0))
    entries = peer.do(Since("news", 0))
    assert entries is not None
    assert [entry.body for entry in entries] == [b"o", b"b"]
