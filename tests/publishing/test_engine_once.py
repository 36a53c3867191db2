"""Whatever the network loses and the queue drops: what is left arrives once, and in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onair.engines.urls import EngineUrl
from onair.publishing import engine_client
from onair.publishing.engine_client import Share
from onair.publishing.engine_route import EngineRoute
from onair.publishing.event import Outgoing
from onair.publishing.route import attempt
from tests.publishing.conftest import outgoing
from tests.publishing.engines import Shared
from tests.publishing.lossy import Lossy
from tests.publishing.subscriber import BOUNDS, Subscriber
from tests.shared_name import shared_name


class Step(NamedTuple):
    """What is published, and then sent: what the network loses of it, and how many the queue drops."""

    published: int
    sent: int
    loses: str
    times: int
    dropped: int


STEPS = st.lists(
    st.builds(
        Step,
        published=st.integers(0, 4),
        sent=st.integers(1, 6),
        loses=st.sampled_from(["request", "reply", "reply", "nothing"]),
        times=st.integers(1, 2),
        dropped=st.integers(0, 2),
    ),
    max_size=10,
)


class World:
    """A publisher's queue, its route, and who listens at the other end."""

    def __init__(self, network: Lossy, subscriber: Subscriber) -> None:
        self._network = network
        self._subscriber = subscriber
        self._share = Share(EngineUrl(network.url), shared_name("a secret"), BOUNDS)
        self._route = EngineRoute(self._share, cache_seconds=1)
        self._numbers = count()
        self._channels = count()

    def live_through(self, steps: list[Step]) -> tuple[list[str], list[str], list[str]]:
        """Return the names of all events, of those that were dropped, and of those that arrived."""
        channel = f"room-{next(self._channels)}"
        self._subscriber.follow(channel)
        waiting: list[Outgoing] = []
        published: list[str] = []
        dropped: list[str] = []
        for step in [*steps, Step(1, 1_000, "nothing", 0, 0)]:
            new = [outgoing(f"{next(self._numbers):09}", channels=(channel,)) for _ in range(step.published)]
            published += [event.name for event in new]
            waiting += new
            if step.loses != "nothing":
                self._network.lose(step.loses, step.times)
            waiting = self._send(waiting, step.sent)
            self._network.lose("request", 0)
            self._network.lose("reply", 0)
            dropped += [event.name for event in waiting[: step.dropped]]
            waiting = waiting[step.dropped :]
        assert waiting == []
        return published, dropped, self._arrived(channel)

    def _arrived(self, channel: str) -> list[str]:
        """Return the names of all events that have arrived on a channel."""
        end = EngineRoute(self._share, cache_seconds=1)
        assert attempt(end, [outgoing("the end", channels=(channel,))]) is None
        return list(iter(lambda: self._subscriber.names(1, channel)[0], "the end"))

    def _send(self, waiting: list[Outgoing], number: int) -> list[Outgoing]:
        """Send the first so many, and return what is waiting then."""
        outage = attempt(self._route, waiting[:number])
        left = 0 if outage is None else outage.left
        return waiting[len(waiting[:number]) - left :]


@pytest.fixture
def world(shared: Shared, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    clients = engine_client.Clients()
    monkeypatch.setattr(engine_client, "_clients", clients)
    with shared.through_lossy() as network:
        yield World(network, subscriber)
    clients.close()


# One world for all of them: what one example leaves behind is what the next one begins with.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_is_not_dropped_arrives_once_and_in_order(world: World, steps: list[Step]) -> None:
    published, dropped, arrived = world.live_through(steps)
    assert arrived == sorted(set(arrived))
    assert set(arrived) <= set(published)
    assert set(published) - set(arrived) <= set(dropped)
