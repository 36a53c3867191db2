"""What is lost beyond one process, and what is not: a Redis that goes, and nodes that do."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest

from onair.engines.base import Reap
from onair.engines.shared.node import SharedNode
from onair.engines.urls import EngineUrl
from tests.conformance.peer import Peer
from tests.engines.sharing.conftest import Pair, serve
from tests.engines.sharing.test_events import resume
from tests.engines.sharing.test_presence import ADDED, REMOVED, asked, entered
from tests.redis_server import RedisServer, RedisServers
from tests.server.clients import Site, wait_until

KEEPS = {"appendonly": "yes", "appendfsync": "always"}


@pytest.fixture
def redis(redis_servers: RedisServers) -> RedisServer:
    """One that keeps what it is told over a restart."""
    return redis_servers.start(**KEEPS)


@pytest.fixture
def pair(redis: RedisServer, stack: ExitStack) -> Pair:
    return pair_of(redis, stack)


def pair_of(redis: RedisServer, stack: ExitStack, **fields: Any) -> Pair:
    engine = EngineUrl(redis.url)
    return Pair(serve(stack, engine, **fields), serve(stack, engine, **fields), stack)


def node(site: Site) -> SharedNode:
    (served,) = site.server.served.values()
    assert isinstance(served.node, SharedNode)
    return served.node


def restart(redis: RedisServer, *sites: Site, keeps: bool = True) -> None:
    """End Redis, wait until both have noticed it, and start it again."""
    redis.kill()
    for site in sites:
        wait_until(lambda site=site: not node(site).is_connected, "the loss is noticed")  # type: ignore[misc]
    if not keeps:
        for file in redis.folder.glob("**/*aof*"):
            if file.is_file():
                file.unlink()
    redis.start()
    for site in sites:
        wait_until(lambda site=site: node(site).is_connected, "the engine is back")  # type: ignore[misc]


def published(site: Site, channel: str, event: str, data: Any) -> bool:
    """Publish over HTTP, and return whether it was acknowledged."""
    return site.post("events", {"name": event, "data": str(data), "channel": channel})[0] == 200


def test_a_redis_that_restarts_loses_nothing_that_it_keeps(pair: Pair, redis: RedisServer) -> None:
    here, there = pair.both()
    resume(here, "news")
    resume(there, "news")
    assert published(pair.one, "news", "event", 1)
    restart(redis, pair.one, pair.other)
    assert published(pair.other, "news", "event", 2)

    for client in (here, there):
        assert [client.next("event")["data"] for _ in range(2)] == [1, 2]


def test_what_one_process_did_not_hear_it_gets_when_it_can(pair: Pair, redis: RedisServer) -> None:
    here, there = pair.both()
    resume(here, "news")
    resume(there, "news")
    redis.cli("CLIENT", "KILL", "TYPE", "pubsub")
    for number in range(5):
        wait_until(lambda number=number: published(pair.one, "news", "event", number), "it is taken")  # type: ignore[misc]

    for client in (here, there):
        assert [client.next("event")["data"] for _ in range(5)] == list(range(5))


def test_a_redis_that_lost_its_data_is_told_as_a_gap(pair: Pair, redis: RedisServer) -> None:
    here, plain = pair.both()
    position = resume(here, "news")["position"]
    plain.join("news")
    restart(redis, pair.one, pair.other, keeps=False)

    here.next("onair:gap")
    present = here.next("pusher_internal:position")["position"]
    assert present != position
    assert published(pair.other, "news", "event", 1)
    here.next("event")
    plain.next("event")
    late = pair.connect(pair.other)
    resume(late, "news", position=position)
    late.next("onair:gap")
    knowing = pair.connect(pair.one)
    resume(knowing, "news", position=present)
    assert knowing.next("event")["data"] == 1


@pytest.mark.parametrize("keeps", [True, False], ids=["with its data", "without"])
def test_members_are_the_same_after_a_restart(pair: Pair, redis: RedisServer, keeps: bool) -> None:
    here, there = pair.both()
    here.join("presence-room", "1")
    there.join("presence-room", "2")
    here.next(ADDED)
    restart(redis, pair.one, pair.other, keeps=keeps)

    wait_until(lambda: who(pair.one) == {"1", "2"}, "all are there again")
    ids = entered(pair.connect(pair.other), "presence-room", "3")
    assert set(ids) == {"1", "2", "3"}
    assert of_members(here, until="3") == [(ADDED, "3")]


def test_who_left_while_redis_was_away_is_gone_when_it_is_back(pair: Pair, redis: RedisServer) -> None:
    here, there = pair.both()
    here.join("presence-room", "1")
    there.join("presence-room", "2")
    here.next(ADDED)
    redis.kill()
    wait_until(lambda: not node(pair.other).is_connected, "the loss is noticed")
    there.connection.close()
    wait_until(lambda: not pair.other.connections(), "it has left")
    redis.start()

    assert here.next(REMOVED)["data"] == {"user_id": "2"}
    wait_until(lambda: who(pair.one) == {"1"}, "it is gone everywhere")


def test_who_comes_while_redis_stands_still_is_let_in_when_it_goes_on(pair: Pair, redis: RedisServer) -> None:
    here, there = pair.both()
    here.join("presence-room", "1")
    redis.pause()
    there.send("pusher:subscribe", {"channel": "presence-room", **there.authorized("presence-room", "2")})
    assert there.settle() == []
    redis.resume()

    assert there.next("pusher_internal:subscription_succeeded")["data"]["presence"]["ids"] == ["1", "2"]
    assert here.next(ADDED)["data"]["user_id"] == "2"


def test_a_node_that_dies_takes_its_members_and_its_count_with_it(pair: Pair) -> None:
    node(pair.one).beat = 0.05
    here, there = pair.both()
    here.join("presence-room", "1").join("news")
    there.join("presence-room", "2").join("news")
    here.next(ADDED)
    die(pair.other)

    assert here.next(REMOVED)["data"] == {"user_id": "2"}
    wait_until(lambda: count(pair.one, "news") == 1, "its connections are not counted")
    assert who(pair.one) == {"1"}


def test_a_node_that_was_taken_for_dead_says_again_who_is_there(pair: Pair) -> None:
    here, there = pair.both()
    there.join("presence-room", "2").join("news")
    here.join("presence-room", "1")
    pair.one.call(node(pair.one).engine.do, Reap(node(pair.other).id))
    assert here.next(REMOVED)["data"] == {"user_id": "2"}

    assert here.next(ADDED)["data"]["user_id"] == "2"
    wait_until(lambda: count(pair.one, "news") == 1, "its connections are counted again")


def who(site: Site) -> set[str]:
    """The users of the room, as the HTTP API has them."""
    return {user["id"] for user in asked(site, "channels/presence-room/users")["users"]}


def count(site: Site, channel: str) -> int:
    found: int = asked(site, f"channels/{channel}", info="subscription_count")["subscription_count"]
    return found


def of_members(client: Peer, until: str) -> list[tuple[str, str]]:
    """What a client is told of members until it is told of this one."""
    told: list[tuple[str, str]] = []
    while not told or told[-1][1] != until:
        message = client.receive()
        told.append((message["event"], message["data"]["user_id"]))
    return told


def die(site: Site) -> None:
    """Let a node lose its engine without a word, as if its process were killed."""
    dying = node(site)
    site.call(dying._life.stop)
    asyncio.run_coroutine_threadsafe(dying.engine.close(), site.server.loop).result(10)
    dying.is_closed = True
