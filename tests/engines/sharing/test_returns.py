"""Who comes back while the engine is away is told of no gap: nothing is lost yet."""

from __future__ import annotations

import pytest

from onair.engines.base import Entry
from onair.engines.shared import channel
from tests.conformance.peer import SUCCEEDED, Peer
from tests.engines.sharing.conftest import Pair
from tests.engines.sharing.test_events import resume
from tests.engines.sharing.test_losses import node, pair, published, redis  # noqa: F401 # fixtures
from tests.redis_server import RedisServer
from tests.server.clients import wait_until


def back_while_away(pair: Pair, redis: RedisServer, position: str) -> Peer:  # noqa: F811
    """End Redis, and come back to the other server with a position. It has no answer yet."""
    redis.kill()
    for site in (pair.one, pair.other):
        wait_until(lambda site=site: not node(site).is_connected, "the loss is noticed")  # type: ignore[misc]
    back = pair.connect(pair.other)
    back.send("pusher:subscribe", {"channel": "news", "resume": {"position": position}})
    back.send("pusher:ping")
    back.next("pusher:pong")
    return back


def test_what_must_be_asked_for_is_asked_again(pair: Pair, redis: RedisServer) -> None:  # noqa: F811
    first = pair.connect(pair.one)
    position = resume(first, "news")["position"]
    assert published(pair.one, "news", "event", 1)
    pair.connect(pair.other).join("news")  # so that the log is read there, and nothing is recorded

    back = back_while_away(pair, redis, position)
    redis.start()
    back.next(SUCCEEDED)
    assert back.next("event")["data"] == 1


def test_what_was_seen_elsewhere_already_is_waited_for(
    pair: Pair,  # noqa: F811
    redis: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel, "CATCH_UP", 0.0)
    first = pair.connect(pair.one)
    resume(first, "news")
    pair.connect(pair.other).join("news")
    overheard: list[Entry] = []  # by a process that is cut off before it has read
    monkeypatch.setattr(node(pair.other), "received", lambda _, entries: overheard.extend(entries))
    assert published(pair.one, "news", "event", 1)
    position = first.next("event")["position"]
    wait_until(lambda: overheard, "the other server has heard of it")
    monkeypatch.undo()
    monkeypatch.setattr(channel, "CATCH_UP", 0.0)

    back = back_while_away(pair, redis, position)
    monkeypatch.undo()
    redis.start()
    assert back.next(SUCCEEDED)["position"] == position
    wait_until(lambda: node(pair.one).is_connected, "the engine is back for the other server too")
    assert published(pair.one, "news", "event", 2)
    assert back.next("event")["data"] == 2
