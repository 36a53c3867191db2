"""What the hub tells the application."""

from __future__ import annotations

from typing import Any

from onair.hub import Hub
from onair.protocol.app import Limits
from onair.protocol.connection import ClientEvent
from onair.protocol.notices import (
    CacheMissed,
    ChannelOccupied,
    ChannelVacated,
    ClientEventSent,
    MemberAdded,
    MemberRemoved,
    Notice,
    SubscriptionsCounted,
)
from onair.protocol.user import User
from tests.hub.listeners import Clock, Recorder, hub, member, publication

ROOM = "presence-room"


def attentive(**switches: Any) -> tuple[Hub, list[Notice]]:
    live, notices = hub(**switches), list[Notice]()
    live.notify = notices.append
    return live, notices


def test_the_first_subscriber_occupies_a_channel_and_the_last_vacates_it() -> None:
    """P-HOOK-OCCUPIED, P-HOOK-VACATED."""
    live, notices = attentive()
    anna, bert = Recorder(1), Recorder(2)
    live.subscribe(anna, "news")
    live.subscribe(bert, "news")
    live.unsubscribe(anna, "news")
    live.disconnect(bert, ["news"])
    assert notices == [ChannelOccupied("news"), ChannelVacated("news")]


def test_a_users_first_connection_and_the_last_are_told() -> None:
    """P-HOOK-MEMBER."""
    live, notices = attentive()
    anna, again, bert = Recorder(1), Recorder(2), Recorder(3)
    live.subscribe(anna, ROOM, member("7"))
    live.subscribe(again, ROOM, member("7"))
    live.subscribe(bert, ROOM, member("8"))
    live.unsubscribe(anna, ROOM)
    live.unsubscribe(again, ROOM)
    live.unsubscribe(bert, ROOM)
    assert notices == [
        ChannelOccupied(ROOM),
        MemberAdded(ROOM, "7"),
        MemberAdded(ROOM, "8"),
        MemberRemoved(ROOM, "7"),
        MemberRemoved(ROOM, "8"),
        ChannelVacated(ROOM),
    ]


def test_a_client_event_is_told_with_its_sender() -> None:
    """P-HOOK-CLIENT."""
    live, notices = attentive()
    anna = Recorder(1)
    live.subscribe(anna, ROOM, member("7"))
    live.client_event(anna, ClientEvent(ROOM, "client-x", '{"a":1}', "7"))
    assert notices[-1] == ClientEventSent(ROOM, "client-x", '{"a":1}', "1.1", "7")


def test_a_miss_is_told_once_until_something_was_published_or_the_channel_was_empty() -> None:
    """P-HOOK-MISS."""
    live, notices = attentive()
    anna, bert, cora = Recorder(1), Recorder(2), Recorder(3)
    live.subscribe(anna, "cache-a")
    live.subscribe(bert, "cache-a")
    assert notices == [ChannelOccupied("cache-a"), CacheMissed("cache-a")]
    live.disconnect(anna, ["cache-a"])
    live.disconnect(bert, ["cache-a"])
    live.subscribe(cora, "cache-a")
    assert notices[3:] == [ChannelOccupied("cache-a"), CacheMissed("cache-a")]
    live.publish(publication("update", "cache-a"))
    live.subscribe(anna, "cache-a")
    assert len(notices) == 5


def test_a_miss_is_told_again_when_the_event_has_become_too_old() -> None:
    clock = Clock()
    live, notices = attentive(clock=clock, limits=Limits(cache_seconds=60))
    live.subscribe(Recorder(1), "cache-a")
    live.publish(publication("update", "cache-a"))
    clock.advance(60)
    live.subscribe(Recorder(2), "cache-a")
    assert notices[1:] == [CacheMissed("cache-a"), CacheMissed("cache-a")]


def test_a_count_is_told_as_the_subscribers_are() -> None:
    """P-HOOK-COUNT."""
    live, notices = attentive(subscription_counts=True)
    live.subscribe(Recorder(1), "news")
    live.subscribe(Recorder(2), "news")
    live.flush()
    assert notices == [ChannelOccupied("news"), SubscriptionsCounted("news", 2)]


def test_no_count_is_told_of_a_channel_that_was_vacated_meanwhile() -> None:
    live, notices = attentive(subscription_counts=True)
    anna = Recorder(1)
    live.subscribe(anna, "news")
    live.disconnect(anna, ["news"])
    live.flush()
    assert notices == [ChannelOccupied("news"), ChannelVacated("news")]


def test_a_users_own_channel_is_nobodys_business() -> None:
    live, notices = attentive(subscription_counts=True)
    anna = Recorder(1)
    live.sign_in(anna, User("7", "{}"))
    live.subscribe(anna, "#server-to-user-7")
    live.publish(publication("hello", "#server-to-user-7"))
    live.flush()
    live.disconnect(anna, ["#server-to-user-7"])
    assert notices == []


def test_where_nobody_wants_to_know_nothing_is_told() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "cache-a")
    live.disconnect(anna, ["cache-a"])
    assert live.channels() == ()
