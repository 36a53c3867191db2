"""Redis goes and comes back: with what it kept, without it, and with what it kept some time ago."""

from __future__ import annotations

import pytest

from onair.engines.base import (
    Append,
    Beat,
    EngineDown,
    Follow,
    Members,
    Occupied,
    Publish,
    Since,
    State,
    States,
)
from onair.engines.redis.engine import Times
from onair.protocol.member import Member
from tests.engines.contract.peers import Peer
from tests.engines.redis.conftest import QUICK, Connect, Open
from tests.redis_server import RedisServer, RedisServers


def connected(open_peer: Open, url: str) -> Peer:
    peer = open_peer(url)
    peer.wait_until_connected()
    return peer


def follow(peer: Peer) -> int:
    peer.listen("news")
    return peer.do(Follow("news", "a", 1)).number


def test_a_redis_that_was_killed_and_kept_its_data_has_the_same_epoch_and_the_same_logs(
    redis_servers: RedisServers, open_peer: Open
) -> None:
    server = redis_servers.start(appendonly="yes", appendfsync="always")
    peer = connected(open_peer, server.url)
    number = follow(peer)
    peer.do(Publish((Append("news", b"before"),)))
    server.kill()
    peer.wait(lambda heard: bool(heard.reasons))
    server.start()
    peer.wait_until_connected(2)
    assert peer.epochs[0] == peer.epochs[1]
    entries = peer.do(Follow("news", "a", 1, after=number)).entries
    assert entries is not None
    assert [entry.body for entry in entries] == [b"before"]
    peer.do(Publish((Append("news", b"after"),)))
    peer.wait_for_body("news", b"after")


def test_a_redis_that_has_lost_its_data_has_another_epoch_and_a_gap(
    redis_servers: RedisServers, open_peer: Open
) -> None:
    server = redis_servers.start()
    peer = connected(open_peer, server.url)
    number = follow(peer)
    server.kill()
    server.start()
    peer.wait_until_connected(2)
    assert peer.epochs[0] != peer.epochs[1]
    snapshot = peer.do(Follow("news", "a", 1, after=number))
    assert snapshot.entries is None
    assert snapshot.number > number
    assert snapshot.changes.occupied
    peer.wait_for_body("news", b"o")


def test_a_redis_that_comes_back_with_old_data_forgets_who_was_there(
    redis_servers: RedisServers, open_peer: Open
) -> None:
    server = redis_servers.start(dbfilename="old.rdb")
    peer, other = connected(open_peer, server.url), connected(open_peer, server.url)
    peer.do(Follow("room", "a", 1, (Member("ann"),)))
    number = follow(peer)
    for each, node in (peer, "a"), (other, "b"):
        each.do(Beat(node))
    server.cli("SAVE")
    for each, node in (peer, "a"), (other, "b"):
        each.do(Beat(node))
    peer.do(Follow("room", "a", 1))
    peer.do(Publish((Append("news", b"lost"),)))
    server.kill()
    server.start()
    for each in peer, other:
        each.wait_until_connected(2)
        assert each.epochs[-1] != each.epochs[0]
    assert peer.epochs[-1] == other.epochs[-1]
    assert peer.do(Occupied()) == ()
    assert peer.do(Members("room")) == ()
    assert not peer.do(Beat("a")).is_known
    assert peer.do(Since("news", number)) == ()


def test_a_redis_that_is_stopped_for_a_while_loses_nothing(
    redis_server: RedisServer, open_peer: Open
) -> None:
    peer = connected(open_peer, redis_server.url)
    follow(peer)
    redis_server.pause()
    try:
        asked = peer.soon(Publish((Append("news", b"meanwhile"),)))
        listening = peer.call(lambda: peer.engine.listen("other"))
        assert not asked.done()
        assert not listening.done()
    finally:
        redis_server.resume()
    asked.result(30)
    peer.wait_for_body("news", b"meanwhile")
    assert len(peer.epochs) == 1


def test_a_redis_that_answers_no_more_is_given_up(redis_server: RedisServer, open_peer: Open) -> None:
    peer = open_peer(redis_server.url, Times(look=0.02, looks=5, connect=0.2, soonest=0.01, latest=0.05))
    peer.wait_until_connected()
    redis_server.pause()
    try:
        with pytest.raises(EngineDown, match="does not answer in time"):
            peer.do(Occupied())
        peer.wait(lambda heard: len(heard.reasons) > 1)
    finally:
        redis_server.resume()
    peer.wait_until_connected(2)
    follow(peer)
    peer.wait_for_body("news", b"o")


@pytest.mark.parametrize("kind", ["pubsub", "normal"])
def test_a_connection_that_is_cut_is_made_again_and_hears_what_it_should(
    redis_server: RedisServer, open_peer: Open, connect: Connect, kind: str
) -> None:
    peer = connected(open_peer, redis_server.url)
    number = follow(peer)
    redis_server.cli("CLIENT", "KILL", "TYPE", kind)
    peer.wait(lambda heard: bool(heard.reasons))
    connect(redis_server.url).do(Publish((Append("news", b"meanwhile"),)), 30)
    peer.wait_until_connected(2)
    entries = peer.do(Follow("news", "a", 1, after=number)).entries
    assert entries is not None
    assert [entry.body for entry in entries] == [b"meanwhile"]
    peer.do(Publish((Append("news", b"after"),)))
    peer.wait_for_body("news", b"after")


def test_what_is_asked_while_redis_is_away_fails_and_what_is_listened_to_waits(
    redis_servers: RedisServers, open_peer: Open
) -> None:
    server = redis_servers.start()
    peer = connected(open_peer, server.url)
    server.kill()
    peer.wait(lambda heard: bool(heard.reasons))
    with pytest.raises(EngineDown, match=f"127.0.0.1:{server.port}"):
        peer.do(Occupied())
    listening = peer.call(lambda: peer.engine.listen("news"))
    given_up = peer.call(lambda: peer.engine.listen("other"))
    peer.unlisten("other")
    peer.call(lambda: None)
    assert isinstance(given_up.exception(), EngineDown)
    server.start()
    peer.wait_until_connected(2)
    assert listening.done()
    peer.do(Follow("news", "a", 1))
    peer.wait_for_body("news", b"o")


def test_scripts_that_somebody_flushes_are_loaded_again(
    redis_server: RedisServer, open_peer: Open, connect: Connect
) -> None:
    peer, client = connected(open_peer, redis_server.url), connect(redis_server.url)
    assert client.do(States(("news",)), 30) == (State(),)
    redis_server.cli("SCRIPT", "FLUSH")
    assert client.do(States(("news",)), 30) == (State(),)
    redis_server.cli("SCRIPT", "FLUSH")
    with pytest.raises(EngineDown, match="scripts"):
        peer.do(Occupied())
    peer.wait_until_connected(2)
    assert peer.do(Occupied()) == ()


def test_a_client_comes_back_when_redis_does(redis_servers: RedisServers, connect: Connect) -> None:
    server = redis_servers.start()
    client = connect(server.url)
    client.do(Occupied(), 30)
    server.kill()
    with pytest.raises(EngineDown, match="nothing listens there"):
        client.do(Occupied(), 30)
    server.start()
    client.do(Occupied(), 30)
    server.kill()
    server.start()
    client.do(Occupied(), 30)  # the end of the old connection is noticed before anything is said on it


def test_a_client_does_not_wait_longer_than_it_may(redis_server: RedisServer, connect: Connect) -> None:
    client = connect(redis_server.url)
    client.do(Occupied(), 30)
    redis_server.pause()
    try:
        for _ in range(2):  # on the connection that it has, and on another one
            with pytest.raises(EngineDown, match="does not answer in time"):
                client.do(Occupied(), 0.05)
    finally:
        redis_server.resume()
    assert client.do(Occupied(), 30) == ()


def test_an_engine_can_be_closed_while_redis_is_away(redis_servers: RedisServers, open_peer: Open) -> None:
    server = redis_servers.start()
    url = server.url
    server.kill()
    peer = open_peer(url, QUICK)
    peer.wait(lambda heard: bool(heard.reasons))
    listening = peer.call(lambda: peer.engine.listen("news"))
    peer.close()
    assert isinstance(listening.exception(), EngineDown)
    assert peer.epochs == []
