"""Official pusher-js and cache channels: who comes late gets the last event."""

from __future__ import annotations

import pytest
from pusher import Pusher

from tests.clients.conftest import OpenClient
from tests.clients.joining import SUCCEEDED, joined
from tests.server.clients import Site, wait_until

CACHE_CHANNELS = ("cache-news", "private-cache-news", "presence-cache-news", "private-encrypted-cache-news")


@pytest.mark.parametrize("channel", CACHE_CHANNELS)
def test_who_comes_late_gets_the_last_event_after_joining(
    pusher_js: OpenClient, library: Pusher, channel: str
) -> None:
    library.trigger(channel, "headline", {"text": "first"})
    library.trigger(channel, "update", {"text": "last"})
    client = pusher_js()
    client.call("subscribe", channel)

    told = client.until(channel, "update")
    assert [happening.event for happening in told] == [SUCCEEDED, "update"]
    assert told[-1].data == {"text": "last"}


@pytest.mark.parametrize("channel", CACHE_CHANNELS)
def test_a_channel_that_has_nothing_says_so(pusher_js: OpenClient, channel: str) -> None:
    client = pusher_js()
    client.call("subscribe", channel)

    told = client.until(channel, "pusher:cache_miss")
    assert [happening.event for happening in told] == [SUCCEEDED, "pusher:cache_miss"]


def test_the_last_event_outlives_the_last_subscriber(
    pusher_js: OpenClient, library: Pusher, site: Site
) -> None:
    client = joined(pusher_js(), "cache-news")
    library.trigger("cache-news", "headline", "text")
    client.next("cache-news", "headline")
    client.call("disconnect")
    wait_until(lambda: not site.members("cache-news"), "the channel is empty")

    assert joined(pusher_js(), "cache-news").next("cache-news", "headline").data == "text"


def test_a_client_event_is_not_kept(pusher_js: OpenClient) -> None:
    channel = "private-cache-room"
    sender, reader = joined(pusher_js(), channel), joined(pusher_js(), channel)
    sender.call("trigger", channel, "client-typing", {})
    reader.next(channel, "client-typing")

    joined(pusher_js(), channel).next(channel, "pusher:cache_miss")
