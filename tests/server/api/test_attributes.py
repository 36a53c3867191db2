"""What ``info`` says of a channel."""

from __future__ import annotations

import pytest

from onair.engines.base import Kept, State
from onair.engines.entries import Event
from onair.server.api import attributes

EVENT = Event("update", '{"n":1}').encode()


@pytest.mark.parametrize(("left", "ttl"), [(60, 60), (59.9, 60), (1, 1), (0.1, 1)])
def test_a_cached_event_that_is_there_has_a_second_left_at_least(left: float, ttl: int) -> None:
    state = State(kept=Kept(EVENT, left))
    assert attributes.of(state, "cache-a", ["cache"]) == {"cache": {"data": '{"n":1}', "ttl": ttl}}


def test_what_a_channel_does_not_have_is_left_out() -> None:
    names = ["user_count", "subscription_count", "cache"]
    assert attributes.of(State(), "news", names) == {"subscription_count": 0}
    assert attributes.of(State(), "presence-cache-a", names) == {
        "user_count": 0,
        "subscription_count": 0,
        "cache": None,
    }
