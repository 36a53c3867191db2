"""Entries as they happen: none between listening and a snapshot is missed, and none comes out of order."""

from __future__ import annotations

import threading

import pytest

from onair.engines.base import Append, Bounds, Engine, EngineDown, Follow, Publish, Since
from tests.engines.contract.peers import Peer
from tests.engines.contract.site import Site


def test_nothing_is_missed_between_listening_and_the_snapshot(site: Site) -> None:
    """Four at once write to the channels, while one begins to listen to them one after the other."""
    all_of_it = Bounds(entries=1_000_000, seconds=60)
    writer, reader = site.peer(bounds=all_of_it), site.peer(bounds=all_of_it)
    channels = [f"news-{number}" for number in range(20)]
    for channel in channels:
        writer.do(Follow(channel, "writer", 1))
    is_over = threading.Event()

    def write(name: str) -> None:
        client, number = site.client(bounds=all_of_it), 0
        while not is_over.is_set():
            client.do(
                Publish(tuple(Append(channel, b"%d" % number) for channel in channels), name, number * 20), 30
            )
            number += 1

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    try:
        numbers = {}
        for channel in channels:
            reader.listen(channel)
            numbers[channel] = reader.do(Follow(channel, "reader", 1)).number
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    for channel, number in numbers.items():
        writer.do(Publish((Append(channel, b"the end"),)))
        reader.wait_for_body(channel, b"the end")
        heard = [entry for entry in reader.received[channel] if entry.number > number]
        assert tuple(heard) == writer.do(Since(channel, number))
        assert heard[0].previous == number


def test_a_channel_is_heard_once_however_often_it_is_listened_to(peer: Peer) -> None:
    peer.listen("news", "news")
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    peer.do(Publish((Append("news", b"1"), Append("news", b"2"))))
    peer.wait_for_body("news", b"2")
    assert peer.bodies("news") == [b"o", b"1", b"2"]


def test_a_channel_is_heard_no_more(peer: Peer) -> None:
    peer.listen("news", "other")
    peer.do(Follow("news", "a", 1))
    peer.do(Follow("other", "a", 1))
    peer.wait_for_body("other", b"o")
    peer.unlisten("news")
    peer.unlisten("never")
    peer.do(Publish((Append("news", b"1"), Append("other", b"1"))))
    peer.wait_for_body("other", b"1")
    assert b"1" not in peer.bodies("news")


def test_who_listens_again_at_once_hears_what_comes(peer: Peer) -> None:
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    for number in range(20):
        peer.unlisten("news")
        peer.listen("news")
        peer.do(Publish((Append("news", b"%d" % number),)))
        peer.wait_for_body("news", b"%d" % number)


def test_what_a_process_asks_for_before_it_is_connected_fails_and_what_it_listens_to_does_not(
    site: Site,
) -> None:
    errors: list[BaseException | None] = []

    def ask(engine: Engine) -> None:
        engine.do(Follow("news", "a", 1)).add_done_callback(lambda asked: errors.append(asked.exception()))
        engine.listen("news")

    peer = site.start(at_once=ask)
    peer.wait_until_connected()
    assert [type(error) for error in errors] == [EngineDown]
    assert peer.do(Follow("news", "a", 1)).changes.occupied
    peer.wait_for_body("news", b"o")


def test_a_batch_reaches_the_sink_together(peer: Peer) -> None:
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    bodies = [b"%d" % number for number in range(500)]
    peer.do(Publish(tuple(Append("news", body) for body in bodies)))
    peer.wait_for_body("news", bodies[-1])
    assert len(peer.batches) < 100


def test_an_engine_that_is_closed_has_done_what_was_asked(site: Site) -> None:
    leaving, staying = site.peer(), site.peer()
    staying.do(Follow("news", "a", 1))
    leaving.call(lambda: [leaving.engine.do(Publish((Append("news", b"%d" % n),))) for n in range(100)])
    leaving.close()
    entries = staying.do(Since("news", 0))
    assert entries is not None
    assert len(entries) == 101
    with pytest.raises(EngineDown):
        leaving.do(Since("news", 0))
