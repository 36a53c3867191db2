"""What a process reads while an answer of the engine is on its way is not missing from what it gives out."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from onair.engines.base import Engine, Follow, Op, Since
from onair.engines.urls import EngineUrl
from tests.conformance.peer import SUCCEEDED
from tests.engines.sharing.conftest import Pair, serve
from tests.engines.sharing.test_events import resume
from tests.engines.sharing.test_losses import node, published
from tests.lone_engines import LONE_ENGINES
from tests.server.clients import PATIENCE, Site, wait_until


class Slow:
    """An engine whose answers to some ops come when they are let go."""

    def __init__(self, engine: Engine, kind: type[Op[Any]]) -> None:
        self._kind = kind
        self.has_answered = threading.Event()
        self._engine = engine
        self._held: list[tuple[asyncio.Future[Any], asyncio.Future[Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def do(self, op: Op[Any]) -> asyncio.Future[Any]:
        answer = self._engine.do(op)
        if not isinstance(op, self._kind):
            return answer
        late: asyncio.Future[Any] = answer.get_loop().create_future()
        self._held.append((late, answer))
        answer.add_done_callback(lambda _: self.has_answered.set())
        return late

    def let_go(self) -> None:
        held, self._held = self._held, []
        for late, answer in held:
            late.set_result(answer.result())


@pytest.fixture(params=sorted(LONE_ENGINES))
def pair(request: pytest.FixtureRequest, stack: Any) -> Pair:
    engine = EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param]))
    return Pair(serve(stack, engine), serve(stack, engine), stack)


def slowed(site: Site) -> Slow:
    """Slow down the engine of a server."""
    own = node(site)
    own.engine = slow = Slow(own.engine, Since)
    return slow


def test_an_event_that_comes_before_the_answer_about_those_before_it_is_given_out_with_them(
    pair: Pair,
) -> None:
    first = pair.connect(pair.one)
    position = resume(first, "news")["position"]
    assert published(pair.one, "news", "event", 1)
    first.next("event")

    slow = slowed(pair.other)
    back = pair.connect(pair.other)
    back.send("pusher:subscribe", {"channel": "news", "resume": {"position": position}})
    assert slow.has_answered.wait(PATIENCE)
    channel = node(pair.other).channel("news")
    assert channel is not None
    before = channel.log.number
    assert published(pair.one, "news", "event", 2)
    wait_until(lambda: channel.log.number > before, "it is read")
    pair.other.call(slow.let_go)
    back.next(SUCCEEDED)

    assert [back.next("event")["data"] for _ in range(2)] == [1, 2]


def test_an_event_that_overtakes_what_is_said_of_its_channel_is_neither_a_gap_nor_comes_twice(
    pair: Pair,
) -> None:
    client = pair.connect(pair.other)
    resume(client, "news")
    own = node(pair.other)
    own.logs._engine = slow = Slow(own.engine, Follow)
    pair.other.call(own.logs.say_again)
    assert slow.has_answered.wait(PATIENCE)
    assert published(pair.one, "news", "event", 1)
    assert client.next("event")["data"] == 1

    pair.other.call(slow.let_go)
    own.logs._engine = own.engine
    assert published(pair.one, "news", "event", 2)
    assert client.next("event")["data"] == 2
