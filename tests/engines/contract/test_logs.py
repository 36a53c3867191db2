"""What happens on a channel: written once, read in order by everyone, with nothing missing unseen."""

from __future__ import annotations

import time

from onair.engines.base import Append, Bounds, Entry, Follow, Publish, Since, Unfollow
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site
from tests.server.clients import wait_until


def published(*bodies: bytes, channel: str = "news") -> Publish:
    return Publish(tuple(Append(channel, body) for body in bodies))


def log_of(peer: Peer, channel: str = "news") -> tuple[Entry, ...]:
    entries = peer.do(Since(channel, 0))
    assert entries is not None
    return entries


def until_the_next_millisecond() -> None:
    """Redis numbers by these. A log that nobody follows is kept for seconds, but for a test's."""
    now = time.time_ns() // 1_000_000
    wait_until(lambda: time.time_ns() // 1_000_000 > now, "a millisecond has passed")


def test_a_log_begins_with_an_entry_of_nothing_when_a_node_follows(peer: Peer) -> None:
    snapshot = peer.do(Follow("news", "a", 1, after=0))
    assert snapshot.entries is not None
    assert [(entry.previous, entry.body) for entry in snapshot.entries] == [(0, b"o")]
    assert snapshot.entries[-1].number == snapshot.number > 0


def test_a_log_goes_on_when_another_node_follows(peer: Peer) -> None:
    first = peer.do(Follow("news", "a", 1))
    assert peer.do(Follow("news", "b", 1)).number == first.number


def test_what_is_published_reaches_every_process_that_listens(site: Site) -> None:
    one, other = site.peer(), site.peer()
    for name, peer in ("a", one), ("b", other):
        peer.listen("news")
        peer.do(Follow("news", name, 1))
    one.do(published(b"e1", b"e2"))
    for peer in one, other:
        peer.wait_for_body("news", b"e2")
        assert peer.bodies("news")[-2:] == [b"e1", b"e2"]


def test_nothing_is_written_where_nobody_follows(peer: Peer) -> None:
    peer.listen("news")
    peer.do(published(b"lost"))
    assert peer.do(Since("news", 0)) is None
    peer.do(Follow("news", "a", 1))
    peer.wait_for_body("news", b"o")
    assert peer.bodies("news") == [b"o"]


def test_each_entry_names_the_one_before_it_as_it_is_heard_and_as_it_is_asked_for(peer: Peer) -> None:
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    peer.do_all(*[published(b"%d" % number, b"%d again" % number) for number in range(20)])
    peer.wait_for_body("news", b"19 again")
    kept = log_of(peer)
    assert peer.received["news"] == list(kept)
    assert [entry.previous for entry in kept] == [0, *[entry.number for entry in kept[:-1]]]
    assert sorted({entry.number for entry in kept}) == [entry.number for entry in kept]


def test_what_is_asked_in_one_turn_is_done_in_its_order(peer: Peer) -> None:
    peer.do(Follow("news", "a", 1))
    bodies = [b"%d" % number for number in range(200)]
    peer.do_all(*[published(body) for body in bodies])
    assert [entry.body for entry in log_of(peer)] == [b"o", *bodies]


def test_bodies_are_bytes_of_any_kind_and_size(peer: Peer) -> None:
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    bodies = [b"", b"e", bytes(range(256)), b"e \r\n\0 - 1-2 3-4", b"e" * 300_000]
    peer.do(published(*bodies))
    peer.wait(lambda heard: len(heard.bodies("news")) == len(bodies) + 1)
    assert peer.bodies("news")[1:] == bodies == [entry.body for entry in log_of(peer)[1:]]


def test_the_entries_after_one_that_is_known_are_told(peer: Peer) -> None:
    peer.do(Follow("news", "a", 1))
    peer.do(published(b"1", b"2", b"3"))
    log = log_of(peer)
    for place, entry in enumerate(log):
        assert peer.do(Since("news", entry.number)) == log[place + 1 :]
        assert peer.do(Follow("news", "a", 1, after=entry.number)).entries == log[place + 1 :]


def test_entries_that_nobody_asks_for_are_not_told(peer: Peer) -> None:
    assert peer.do(Follow("news", "a", 1)).entries is None


def test_what_comes_after_a_number_that_was_never_given_is_not_known(peer: Peer) -> None:
    number = peer.do(Follow("news", "a", 1)).number
    assert peer.do(Since("news", number + (1 << 40))) is None
    assert peer.do(Follow("news", "a", 1, after=number + (1 << 40))).entries is None


def test_a_log_that_has_grown_too_long_says_that_it_does_not_know_all(site: Site) -> None:
    peer = site.peer(bounds=Bounds(entries=50, seconds=60))
    first = peer.do(Follow("news", "a", 1)).number
    peer.do(published(*[b"%d" % number for number in range(1000)]))
    assert peer.do(Since("news", first)) is None
    assert peer.do(Since("news", 0)) is None
    snapshot = peer.do(Follow("news", "a", 1, after=first))
    assert snapshot.entries is None
    assert snapshot.number > first
    assert peer.do(Since("news", snapshot.number)) == ()


def test_a_log_keeps_as_many_entries_as_it_should(site: Site) -> None:
    peer = site.peer(bounds=Bounds(entries=50, seconds=60))
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    peer.do(published(*[b"%d" % number for number in range(1000)]))
    peer.wait_for_body("news", b"999")
    heard = peer.received["news"]
    assert peer.do(Since("news", heard[-50].number)) == tuple(heard[-49:])


def test_a_log_goes_on_for_some_time_when_nobody_follows(site: Site) -> None:
    peer = site.peer()
    number = peer.do(Follow("news", "a", 1)).number
    peer.do(Unfollow("news", "a"))
    peer.do(published(b"while nobody was there"))
    entries = peer.do(Follow("news", "a", 1, after=number)).entries
    assert entries is not None
    assert [entry.body for entry in entries] == [b"while nobody was there"]


def test_a_log_that_nobody_has_followed_for_long_begins_anew(site: Site) -> None:
    peer = site.peer(bounds=Bounds(entries=50, seconds=0))
    number = peer.do(Follow("news", "a", 1)).number
    peer.do(Unfollow("news", "a"))
    peer.do(published(b"lost"))
    assert peer.do(Since("news", number)) is None
    until_the_next_millisecond()
    snapshot = peer.do(Follow("news", "a", 1, after=number))
    assert snapshot.entries is None
    assert snapshot.number > number
    assert [entry.body for entry in log_of(peer)] == [b"o"]
