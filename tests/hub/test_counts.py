"""The number of a channel's subscribers, told to them."""

from __future__ import annotations

import pytest

from onair.hub import Hub
from onair.hub.counts import COUNT_INTERVAL, CROWD
from tests.hub.listeners import SUCCEEDED, Clock, Recorder, Tick, hub, joined, member, publication

COUNT = "pusher_internal:subscription_count"


def counts(listener: Recorder) -> list[int]:
    return [
        message["data"]["subscription_count"] for message in listener.received if message["event"] == COUNT
    ]


def crowd(live: Hub, size: int) -> list[Recorder]:
    listeners = joined(live, "news", *range(size))
    live.flush()
    for listener in listeners:
        listener.clear()
    return listeners


def test_a_newcomer_and_the_others_are_told_the_number() -> None:
    """P-COUNT."""
    live, anna, bert = hub(subscription_counts=True), Recorder(1), Recorder(2)
    live.subscribe(anna, "news")
    live.flush()
    live.subscribe(bert, "news")
    live.flush()
    assert bert.received[1:] == [{"event": COUNT, "channel": "news", "data": {"subscription_count": 2}}]
    assert counts(anna) == [1, 2]


def test_who_stays_is_told_when_somebody_leaves() -> None:
    live = hub(subscription_counts=True)
    anna, bert, cora = crowd(live, 3)
    live.unsubscribe(bert, "news")
    live.flush()
    live.disconnect(cora, ["news"])
    live.flush()
    assert (counts(anna), counts(bert), counts(cora)) == ([2, 1], [], [2])


def test_the_joins_of_one_tick_are_told_once() -> None:
    live = hub(subscription_counts=True)
    listeners = joined(live, "news", 1, 2, 3)
    live.flush()
    assert [counts(listener) for listener in listeners] == [[3], [3], [3]]


def test_a_count_comes_behind_what_was_published_before() -> None:
    live = hub(subscription_counts=True)
    (anna,) = crowd(live, 1)
    live.publish(publication("update"))
    live.subscribe(Recorder(2), "news")
    live.flush()
    assert anna.events == ["update", COUNT]


@pytest.mark.parametrize("channel", ["presence-a", "presence-cache-a", "#server-to-user-7"])
def test_a_presence_channel_and_a_users_own_are_not_counted(channel: str) -> None:
    live, anna = hub(subscription_counts=True), Recorder(1)
    live.subscribe(anna, channel, member("7") if channel.startswith("presence-") else None)
    live.flush()
    assert counts(anna) == []


def test_nothing_is_counted_where_it_is_switched_off() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "news")
    live.flush()
    assert anna.events == [SUCCEEDED]


def test_a_crowd_is_told_every_few_seconds_at_most() -> None:
    """P-COUNT."""
    clock = Clock()
    live = hub(clock=clock, subscription_counts=True)
    anna, *_ = crowd(live, CROWD)
    live.subscribe(Recorder(1001), "news")
    live.flush()
    clock.advance(COUNT_INTERVAL - 0.1)
    live.subscribe(Recorder(1002), "news")
    live.tick()
    live.flush()
    assert counts(anna) == []
    clock.advance(0.1)
    assert live.tick() is False
    live.flush()
    assert counts(anna) == [CROWD + 2]


def test_a_tick_with_a_count_to_tell_asks_for_a_flush_and_for_another_tick() -> None:
    clock, tick = Clock(), Tick()
    live = hub(tick, clock, subscription_counts=True)
    crowd(live, CROWD)
    live.subscribe(Recorder(1001), "news")
    wakes = tick.wakes
    assert live.tick() is True
    clock.advance(COUNT_INTERVAL)
    live.tick()
    assert tick.wakes == wakes + 1


def test_a_crowd_that_has_become_small_is_told_at_once() -> None:
    live = hub(clock=Clock(), subscription_counts=True)
    anna, bert, *_ = crowd(live, CROWD + 1)
    live.unsubscribe(bert, "news")
    live.flush()
    assert counts(anna) == [CROWD]


def test_a_crowd_that_goes_before_it_was_told_leaves_nothing_to_do() -> None:
    live = hub(clock=Clock(), subscription_counts=True)
    listeners = crowd(live, CROWD + 2)
    live.disconnect(listeners[0], ["news"])
    for listener in listeners[1:]:
        live.disconnect(listener, ["news"])
    live.flush()
    assert live.tick() is False
