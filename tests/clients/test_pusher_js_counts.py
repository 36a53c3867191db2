"""Official pusher-js is told how many connections its channel has."""

from __future__ import annotations

import pytest

from tests.clients.conftest import OpenClient
from tests.clients.joining import joined
from tests.server.clients import Site

COUNT = "pusher:subscription_count"


@pytest.mark.parametrize("channel", ["news", "private-news", "cache-news", "private-encrypted-news"])
def test_every_change_is_told(pusher_js: OpenClient, channel: str) -> None:
    first = joined(pusher_js(), channel)
    assert first.next(channel, COUNT).data == {"subscription_count": 1}

    second = joined(pusher_js(), channel)
    assert first.next(channel, COUNT).data == {"subscription_count": 2}
    assert second.next(channel, COUNT).data == {"subscription_count": 2}
    assert second.call("count", channel) == 2

    second.call("unsubscribe", channel)
    assert first.next(channel, COUNT).data == {"subscription_count": 1}


def test_presence_channels_have_members_instead(pusher_js: OpenClient, site: Site) -> None:
    client = joined(pusher_js(), "presence-room")
    site.publish("presence-room", "end")
    told = client.until("presence-room", "end")

    assert [happening.event for happening in told] == ["end"]
