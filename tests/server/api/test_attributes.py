"""What ``info`` says of a channel."""

from __future__ import annotations

import pytest

from onair.protocol.app import Limits
from onair.server.api import attributes
from tests.hub.listeners import Clock, hub, publication


@pytest.mark.parametrize(("age", "ttl"), [(0, 60), (0.1, 60), (59, 1), (59.9, 1)])
def test_a_cached_event_that_is_there_has_a_second_left_at_least(age: float, ttl: int) -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(cache_seconds=60))
    live.publish(publication("update", "cache-a"))
    clock.advance(age)
    assert attributes.of(live, "cache-a", ["cache"]) == {"cache": {"data": '{"n":1}', "ttl": ttl}}


def test_what_a_channel_does_not_have_is_left_out() -> None:
    names = ["user_count", "subscription_count", "cache"]
    assert attributes.of(hub(), "news", names) == {"subscription_count": 0}
    assert attributes.of(hub(), "presence-cache-a", names) == {
        "user_count": 0,
        "subscription_count": 0,
        "cache": None,
    }
