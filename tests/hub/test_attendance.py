"""The channels of live regions: who comes and goes, what one socket gets, how a subscription ends."""

from __future__ import annotations

import pytest

from onair.hub import Attendance, Hub
from onair.protocol.errors import BadMessage
from onair.protocol.messages import Resume
from onair.protocol.notices import Notice
from onair.protocol.publication import Publication
from tests.hub.listeners import SUCCEEDED, Clock, Recorder, hub, joined, publication

LIVE = "private-onair-live-a"


def attended(live: Hub) -> list[tuple[str, str, str]]:
    """What is told of a hub from now on."""
    told: list[tuple[str, str, str]] = []
    live.attendance = Attendance(
        joined=lambda channel, socket_id: told.append(("joined", channel, socket_id)),
        left=lambda channel, socket_id: told.append(("left", channel, socket_id)),
    )
    return told


def only(socket_id: str, event: str = "patch", channel: str = LIVE) -> Publication:
    return Publication((channel,), event, "1", only=socket_id)


def test_it_is_told_who_comes_and_who_goes_by_whatever_way() -> None:
    live = hub()
    told = attended(live)
    anna, bert = joined(live, LIVE, 1, 2)
    live.unsubscribe(anna, LIVE)
    live.disconnect(bert, [LIVE])
    assert told == [
        ("joined", LIVE, "1.1"),
        ("joined", LIVE, "1.2"),
        ("left", LIVE, "1.1"),
        ("left", LIVE, "1.2"),
    ]


@pytest.mark.parametrize("channel", ["news", "private-onair-livex", "private-room", "#server-to-user-7"])
def test_of_other_channels_nothing_is_told(channel: str) -> None:
    live = hub()
    told = attended(live)
    (anna,) = joined(live, channel, 1)
    live.unsubscribe(anna, channel)
    assert told == []


def test_what_is_published_after_a_coming_was_told_reaches_the_newcomer() -> None:
    live = hub()
    live.attendance = Attendance(
        joined=lambda channel, socket_id: to_publish.append(socket_id), left=lambda channel, socket_id: None
    )
    to_publish: list[str] = []
    anna = Recorder(1)
    live.subscribe(anna, LIVE)
    for socket_id in to_publish:
        live.publish(only(socket_id))
    assert anna.events == [SUCCEEDED, "patch"]


def test_an_event_for_one_socket_comes_behind_what_was_published_before_and_reaches_nobody_else() -> None:
    live = hub()
    anna, bert = joined(live, LIVE, 1, 2)
    live.publish(publication("before", LIVE))
    live.publish(only("1.1"))
    live.publish(publication("after", LIVE))
    live.flush()
    assert anna.events == ["before", "patch", "after"]
    assert bert.events == ["before", "after"]


def test_an_event_for_one_socket_is_for_any_channel_and_also_for_who_wants_positions() -> None:
    live = hub()
    anna = Recorder(1)
    live.subscribe(anna, "news", resume=Resume(None, None))
    anna.clear()
    live.publish(only("1.1", channel="news"))
    assert anna.events == ["patch"]


def test_an_event_for_one_socket_is_not_kept_for_who_comes_later() -> None:
    live = hub(clock=Clock())
    joined(live, "cache-news", 1)
    live.publish(only("1.1", channel="cache-news"))
    assert live.cached("cache-news") is None


@pytest.mark.parametrize("channel", [LIVE, "private-onair-live-empty"])
def test_an_event_for_a_socket_that_does_not_listen_reaches_nobody(channel: str) -> None:
    live = hub()
    (anna,) = joined(live, LIVE, 1)
    live.publish(only("9.9", channel=channel))
    live.flush()
    assert anna.writes == []


def test_an_expelled_socket_gets_a_last_event_behind_what_was_published_and_nothing_later() -> None:
    live = hub()
    told = attended(live)
    anna, bert = joined(live, LIVE, 1, 2)
    live.publish(publication("before", LIVE))
    live.expel(LIVE, "1.1", "denied", "{}")
    live.publish(publication("after", LIVE))
    live.flush()
    assert anna.events == ["before", "denied"]
    assert bert.events == ["before", "after"]
    assert (anna.expelled_from, bert.expelled_from) == ([LIVE], [])
    assert told[2:] == [("left", LIVE, "1.1")]
    assert live.subscription_count(LIVE) == 1


def test_the_last_one_who_is_expelled_leaves_an_empty_channel_and_may_come_back() -> None:
    live = hub()
    (anna,) = joined(live, LIVE, 1)
    live.expel(LIVE, "1.1", "denied", "{}")
    assert live.subscription_count(LIVE) == 0
    live.subscribe(anna, LIVE)
    live.publish(publication("patch", LIVE))
    live.flush()
    assert anna.events == ["denied", SUCCEEDED, "patch"]


@pytest.mark.parametrize("place", [("news", "1.1"), (LIVE, "9.9"), ("private-onair-live-empty", "1.1")])
def test_nobody_is_expelled_from_other_channels_or_twice(place: tuple[str, str]) -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    joined(live, LIVE, 2)
    live.expel(*place, "denied", "{}")
    assert (anna.writes, anna.expelled_from, live.subscription_count("news")) == ([], [], 1)


def test_an_event_that_cannot_be_sent_expels_nobody() -> None:
    live = hub()
    (anna,) = joined(live, LIVE, 1)
    with pytest.raises(BadMessage):
        live.expel(LIVE, "1.1", "denied", "\ud800")
    assert (anna.expelled_from, live.subscription_count(LIVE)) == ([], 1)


def test_applications_are_told_nothing_of_these_channels_and_cannot_list_them() -> None:
    live = hub(subscription_counts=True)
    notices: list[Notice] = []
    live.notify = notices.append
    (anna,) = joined(live, LIVE, 1)
    live.flush()
    assert live.channels() == ()
    live.unsubscribe(anna, LIVE)
    assert (notices, anna.writes) == ([], [])
