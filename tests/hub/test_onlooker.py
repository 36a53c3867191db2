"""What somebody who looks on is shown of the events that come by."""

from __future__ import annotations

from onair.hub import Hub
from onair.hub.seen import Seen
from onair.protocol.connection import ClientEvent
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from tests.hub.listeners import Recorder, hub, joined


def shown(live: Hub) -> list[Seen]:
    """What is shown of a hub from now on."""
    seen: list[Seen] = []
    live.onlooker = seen.append
    return seen


def plain(listeners: int, channel: str = "news") -> Seen:
    return Seen(channel, "hello", "{}", listeners, False, False, False)


def test_each_channel_of_an_event_is_shown_with_its_listeners() -> None:
    live = hub()
    joined(live, "news", 1, 2)
    joined(live, "sport", 3)
    seen = shown(live)
    live.publish(Publication(("news", "sport", "empty"), "hello", "{}"))
    assert seen == [plain(2), plain(1, "sport"), plain(0, "empty")]


def test_who_is_spared_does_not_count() -> None:
    live = hub()
    joined(live, "news", 1)
    seen = shown(live)
    live.publish(Publication(("news",), "hello", "{}", exclude="1.1"))
    live.publish(Publication(("news",), "hello", "{}", exclude="9.9"))
    assert seen == [plain(0)._replace(is_spared=True), plain(1)]


def test_what_is_kept_for_who_comes_says_so() -> None:
    live = hub()
    seen = shown(live)
    live.publish(Publication(("cache-scores",), "hello", "{}"))
    anna = Recorder(1)
    live.subscribe(anna, "news", resume=Resume())
    live.disconnect(anna, ["news"])
    live.publish(Publication(("news",), "hello", "{}"))
    assert seen == [
        plain(0, "cache-scores")._replace(is_kept=True),
        plain(0)._replace(is_kept=True),
    ]


def test_what_a_client_sends_is_shown_without_its_sender() -> None:
    live = hub()
    anna, _ = joined(live, "private-room", 1, 2)
    seen = shown(live)
    live.client_event(anna, ClientEvent("private-room", "client-hello", "{}"))
    assert seen == [Seen("private-room", "client-hello", "{}", 1, True, False, True)]


def test_the_channels_of_live_regions_are_not_shown() -> None:
    live = hub()
    joined(live, "private-onair-live-a", 1)
    seen = shown(live)
    live.publish(Publication(("private-onair-live-a",), "hello", "{}"))
    live.publish(Publication(("private-onair-live-a",), "hello", "{}", only="1.1"))
    assert seen == []


def test_all_channels_that_somebody_listens_to_are_held() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    joined(live, "private-onair-live-a", 2)
    assert [channel.name for channel in live.held()] == ["news", "private-onair-live-a"]
    live.unsubscribe(anna, "news")
    assert [channel.name for channel in live.held()] == ["private-onair-live-a"]
