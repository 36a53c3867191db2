"""The last event of a cache channel."""

from __future__ import annotations

import pytest

from onair.hub import Hub
from onair.hub.cache import OVERHEAD, EventCache
from onair.protocol.app import Limits
from onair.protocol.connection import ClientEvent
from onair.protocol.errors import BadMessage
from onair.protocol.publication import Publication
from tests.hub.listeners import SUCCEEDED, Clock, Recorder, hub, publication

MISS = "pusher:cache_miss"
CACHED = ["cache-a", "private-cache-a", "private-encrypted-cache-a"]


def heard_by_newcomer(live: Hub, channel: str, number: int = 9) -> list[str]:
    newcomer = Recorder(number)
    live.subscribe(newcomer, channel)
    return newcomer.events


@pytest.mark.parametrize("channel", CACHED)
def test_a_newcomer_gets_the_last_event_after_the_success(channel: str) -> None:
    """P-CACHE."""
    live = hub()
    live.publish(publication("first", channel))
    live.publish(Publication((channel,), "last", '{ "n": 2 }'))
    newcomer = Recorder(1)
    live.subscribe(newcomer, channel)
    assert newcomer.received[1:] == [{"event": "last", "channel": channel, "data": {"n": 2}}]
    assert newcomer.events[0] == SUCCEEDED


@pytest.mark.parametrize("channel", CACHED)
def test_where_nothing_was_published_the_newcomer_is_told_of_a_miss(channel: str) -> None:
    """P-CACHE-MISS."""
    newcomer = Recorder(1)
    hub().subscribe(newcomer, channel)
    assert newcomer.received[1:] == [{"event": MISS, "channel": channel, "data": {}}]


def test_another_channel_keeps_nothing_and_misses_nothing() -> None:
    live = hub()
    live.publish(publication("update", "my-cache-a"))
    assert heard_by_newcomer(live, "my-cache-a") == [SUCCEEDED]


def test_an_event_outlives_the_channels_subscribers() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "cache-a")
    live.publish(publication("update", "cache-a"))
    live.disconnect(anna, ["cache-a"])
    live.flush()
    assert heard_by_newcomer(live, "cache-a") == [SUCCEEDED, "update"]


def test_a_newcomer_gets_an_event_that_waits_for_the_flush_once() -> None:
    live, anna, bert = hub(), Recorder(1), Recorder(2)
    live.subscribe(anna, "cache-a")
    live.publish(publication("update", "cache-a"))
    live.subscribe(bert, "cache-a")
    live.flush()
    assert anna.events == [SUCCEEDED, MISS, "update"]
    assert bert.events == [SUCCEEDED, "update"]


def test_a_client_event_is_not_kept() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "private-cache-a")
    live.client_event(anna, ClientEvent("private-cache-a", "client-x", "{}"))
    assert heard_by_newcomer(live, "private-cache-a") == [SUCCEEDED, MISS]


def test_an_event_that_is_no_text_is_not_kept() -> None:
    live = hub()
    with pytest.raises(BadMessage):
        live.publish(Publication(("cache-a",), "update", '"\ud800"'))
    assert heard_by_newcomer(live, "cache-a") == [SUCCEEDED, MISS]


def test_an_event_is_kept_for_its_time() -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(cache_seconds=60))
    live.publish(publication("update", "cache-a"))
    clock.advance(59)
    cached = live.cached("cache-a")
    assert cached is not None
    assert (cached.event, cached.data, cached.seconds_left) == ("update", '{"n":1}', 1)
    clock.advance(1)
    assert live.cached("cache-a") is None
    assert heard_by_newcomer(live, "cache-a") == [SUCCEEDED, MISS]


def test_what_is_too_old_is_dropped_by_the_tick() -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(cache_seconds=60))
    live.publish(publication("update", "cache-a"))
    assert live.tick()
    clock.advance(60)
    assert not live.tick()


def test_the_oldest_events_go_when_there_are_too_many_bytes() -> None:
    cache = EventCache(Limits(cache_bytes=2 * OVERHEAD + 40))
    for number, channel in enumerate(["cache-a", "cache-b", "cache-a", "cache-c"]):
        cache.put(channel, "update", str(number) * 6, now=number)
    kept = {channel: cache.get(channel, now=4) for channel in ("cache-a", "cache-b", "cache-c")}
    assert {channel: found and found.data for channel, found in kept.items()} == {
        "cache-a": "222222",
        "cache-b": None,
        "cache-c": "333333",
    }


@pytest.mark.parametrize("data", ["x" * 18, "é" * 9])
def test_an_event_that_is_larger_than_everything_is_not_kept(data: str) -> None:
    cache = EventCache(Limits(cache_bytes=OVERHEAD + 30))
    cache.put("cache-a", "update", data[1:], now=0)
    assert cache.get("cache-a", now=0) is not None
    cache.put("cache-a", "update", data, now=0)
    assert cache.get("cache-a", now=0) is None
    assert not cache.expire(now=0)
