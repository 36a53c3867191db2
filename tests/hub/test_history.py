"""Who comes back gets what it has missed, in order and once, or is told that there is a gap."""

from __future__ import annotations

import tracemalloc
from collections import deque
from typing import Any

import pytest

from onair.hub import Hub
from onair.hub.history import CHANNEL_BYTES, IDLE_CHANNELS, History
from onair.protocol import frames, messages
from onair.protocol.app import Limits
from onair.protocol.connection import ClientEvent
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from tests.hub.listeners import ADDED, SUCCEEDED, Clock, Recorder, hub, member, publication

GAP = "onair:gap"
POSITION = "pusher_internal:position"


def subscribed(
    live: Hub,
    number: int,
    channel: str = "news",
    former: Recorder | None = None,
    *,
    position: str | None = None,
) -> Recorder:
    """A listener with positions: new on the channel, or back after ``former`` was lost."""
    listener = Recorder(number)
    known = position or (position_of(former) if former else None)
    live.subscribe(listener, channel, resume=Resume(known, former.socket_id if former else None))
    return listener


def position_of(listener: Recorder) -> str:
    """The last position that a listener saw."""
    return str([message["position"] for message in listener.received if "position" in message][-1])


def told(listener: Recorder) -> list[str]:
    """What a listener is shown: a position alone is for the client's own use."""
    return [event for event in listener.events if event != POSITION]


def published(live: Hub, *events: str, channel: str = "news", exclude: str | None = None) -> None:
    for event in events:
        live.publish(publication(event, channel, exclude=exclude))
    live.flush()


def lost(live: Hub, listener: Recorder, channel: str = "news") -> Recorder:
    live.disconnect(listener, [channel])
    return listener


def test_who_asks_gets_a_position_with_the_success_and_with_every_event() -> None:
    """P-RESUME."""
    live = hub()
    anna = subscribed(live, 1)
    published(live, "a", "b")
    succeeded, first, second = anna.received
    assert (succeeded["event"], first["event"], second["event"]) == (SUCCEEDED, "a", "b")
    assert len({message["position"] for message in anna.received}) == 3


def test_who_does_not_ask_sees_no_byte_of_it() -> None:
    """P-RESUME."""
    plain, recorded = hub(), hub()
    subscribed(recorded, 2)
    before, beside = Recorder(1), Recorder(1)
    for live, listener in ((plain, before), (recorded, beside)):
        live.subscribe(listener, "news")
        published(live, "a", "b")
    assert before.writes == beside.writes
    assert before.writes[0] == frames.text(messages.subscription_succeeded("news"))


def test_who_comes_back_gets_what_was_missed_in_order_and_once() -> None:
    live = hub()
    anna = subscribed(live, 1)
    published(live, "seen")
    lost(live, anna)
    published(live, "a", "b")
    back = subscribed(live, 2, former=anna)
    published(live, "c")
    assert told(back) == [SUCCEEDED, "a", "b", "c"]
    again = subscribed(live, 3, former=lost(live, back))
    assert told(again) == [SUCCEEDED]


def test_what_is_pending_at_the_return_comes_once() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    live.publish(publication("a"))
    back = subscribed(live, 2, former=anna)
    live.flush()
    assert told(back) == [SUCCEEDED, "a"]


def test_what_is_missed_comes_in_one_write_with_the_success() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    published(live, "a", "b")
    assert len(subscribed(live, 2, former=anna).writes) == 1


def test_a_return_that_is_cut_off_begins_again_where_the_first_did() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    published(live, "a", "b")
    back = subscribed(live, 2, former=anna)
    success_only = str(back.received[0]["position"])
    assert told(subscribed(live, 3, position=success_only)) == [SUCCEEDED, "a", "b"]


def test_an_event_that_was_not_for_the_former_socket_is_not_for_the_new_one() -> None:
    live = hub()
    anna, bert = subscribed(live, 1), subscribed(live, 2)
    lost(live, anna)
    lost(live, bert)
    published(live, "by anna", exclude=anna.socket_id)
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED]
    assert told(subscribed(live, 4, former=bert)) == [SUCCEEDED, "by anna"]


def test_what_the_new_socket_published_before_it_came_back_is_not_for_it() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    published(live, "theirs")
    published(live, "by anna", exclude="1.2")
    assert told(subscribed(live, 2, former=anna)) == [SUCCEEDED, "theirs"]


def test_a_client_that_does_not_know_its_former_socket_gets_everything() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    published(live, "theirs")
    assert told(subscribed(live, 2, position=position_of(anna))) == [SUCCEEDED, "theirs"]


def test_the_excluded_socket_gets_the_position_alone() -> None:
    live = hub()
    anna, bert = subscribed(live, 1), subscribed(live, 2)
    published(live, "by anna", exclude=anna.socket_id)
    assert anna.events == [SUCCEEDED, POSITION]
    assert position_of(anna) == position_of(bert)
    back = lost(live, subscribed(live, 3, former=lost(live, anna)))
    assert told(subscribed(live, 4, former=back)) == [SUCCEEDED]


def test_what_was_missed_ends_with_the_present_position() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    published(live, "theirs")
    published(live, "by anna", exclude=anna.socket_id)
    back = lost(live, subscribed(live, 2, former=anna))
    assert back.events == [SUCCEEDED, "theirs", POSITION]
    assert told(subscribed(live, 3, former=back)) == [SUCCEEDED]


def test_other_channels_do_not_matter() -> None:
    live = hub()
    anna, other = subscribed(live, 1), subscribed(live, 2, "other")
    lost(live, anna)
    published(live, *"abc", channel="other")
    published(live, "missed")
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED, "missed"]
    assert told(other) == [SUCCEEDED, *"abc"]


def test_a_client_event_has_no_position_and_is_not_kept() -> None:
    live = hub()
    anna, bert = subscribed(live, 1, "private-a"), subscribed(live, 2, "private-a")
    live.client_event(bert, ClientEvent("private-a", "client-x", "{}"))
    live.flush()
    assert "position" not in anna.received[-1]
    lost(live, anna, "private-a")
    live.client_event(bert, ClientEvent("private-a", "client-y", "{}"))
    assert told(subscribed(live, 3, "private-a", former=anna)) == [SUCCEEDED]


def test_members_are_told_as_they_are_now() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "presence-a", member("7"), Resume())
    live.subscribe(Recorder(2), "presence-a", member("8"))
    live.flush()
    assert told(anna) == [SUCCEEDED, ADDED]
    assert "position" not in anna.received[1]
    lost(live, anna, "presence-a")
    published(live, "missed", channel="presence-a")
    back = Recorder(3)
    live.subscribe(back, "presence-a", member("7"), Resume(position_of(anna), anna.socket_id))
    assert told(back) == [SUCCEEDED, "missed"]
    assert back.received[0]["data"]["presence"]["ids"] == ["8", "7"]


def test_the_cached_event_is_for_the_first_time_and_after_a_gap() -> None:
    live = hub()
    published(live, "cached", channel="cache-a")
    anna = subscribed(live, 1, "cache-a")
    assert told(anna) == [SUCCEEDED, "cached"]
    assert "position" not in anna.received[1]
    lost(live, anna, "cache-a")
    assert told(subscribed(live, 2, "cache-a", former=anna)) == [SUCCEEDED]
    assert told(subscribed(live, 3, "cache-a", position="other.1")) == [SUCCEEDED, GAP, "cached"]


POSITIONS = [
    "",
    "1",
    "1.",
    "x.1",
    "-1.1",
    "1_0.1",
    "٣.1",
    "0.٣",
    "99999.0123456789abcdef",
    "9" * 5000 + ".1",
    "other.1",
    "1.e",
]


@pytest.mark.parametrize("position", POSITIONS, ids=lambda position: position[:20])
def test_a_position_that_was_never_given_is_a_gap(position: str) -> None:
    live = hub()
    subscribed(live, 1)
    back = Recorder(2)
    live.subscribe(back, "news", resume=Resume(position))
    assert told(back) == [SUCCEEDED, GAP]
    assert back.received[1]["channel"] == "news"


def test_who_may_join_now_gets_nothing_of_the_time_before() -> None:
    live = hub()
    subscribed(live, 1, "private-room")
    published(live, "before", channel="private-room")
    elsewhere = position_of(subscribed(live, 2, "news"))
    published(live, "secret", channel="private-room")
    newcomer = subscribed(live, 3, "private-room")
    number, _, seal = position_of(newcomer).partition(".")
    for position in (elsewhere, f"{int(number) - 1}.{seal}", f"0.{seal}"):
        curious = subscribed(live, 4, "private-room", position=position)
        assert told(curious) == [SUCCEEDED, GAP]
        lost(live, curious, "private-room")


def test_what_clients_leave_behind_is_recorded_for_so_many_channels_at_most() -> None:
    live = hub()
    first = lost(live, subscribed(live, 1, "first"), "first")
    second = lost(live, subscribed(live, 1, "second"), "second")
    for number in range(IDLE_CHANNELS - 1):
        lost(live, subscribed(live, 1, f"made-up-{number}"), f"made-up-{number}")
    assert told(subscribed(live, 2, "first", first)) == [SUCCEEDED, GAP]
    assert told(subscribed(live, 2, "second", second)) == [SUCCEEDED]


def test_after_a_gap_everything_is_known_again() -> None:
    live = hub()
    back = subscribed(live, 1, position="of-another-life.7")
    published(live, "a")
    lost(live, back)
    published(live, "b")
    assert told(subscribed(live, 2, former=back)) == [SUCCEEDED, "b"]


def test_another_life_of_the_hub_knows_nothing_of_this_one() -> None:
    anna = subscribed(hub(epoch="first"), 1)
    assert told(subscribed(hub(epoch="second"), 2, former=anna)) == [SUCCEEDED, GAP]


def test_what_is_too_old_is_a_gap() -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(history_seconds=60))
    anna, _ = subscribed(live, 1), subscribed(live, 2)
    lost(live, anna)
    published(live, "old")
    clock.advance(30)
    bert = lost(live, subscribed(live, 3))
    published(live, "young")
    clock.advance(30)
    live.tick()
    assert told(subscribed(live, 4, former=anna)) == [SUCCEEDED, GAP]
    assert told(subscribed(live, 5, former=bert)) == [SUCCEEDED, "young"]


def test_a_quiet_channel_has_no_gap_however_long_somebody_listens() -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(history_seconds=60))
    anna, _ = subscribed(live, 1), subscribed(live, 2)
    lost(live, anna)
    clock.advance(3600)
    live.tick()
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED]


def test_a_channel_where_nobody_asks_any_more_is_recorded_for_its_time() -> None:
    clock = Clock()
    live = hub(clock=clock, limits=Limits(history_seconds=60))
    anna, bert = subscribed(live, 1), subscribed(live, 2)
    lost(live, anna)
    lost(live, bert)
    clock.advance(59)
    assert live.tick()
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED]
    lost(live, subscribed(live, 4))
    live.disconnect(Recorder(3), ["news"])
    clock.advance(60)
    assert not live.tick()
    published(live, "unrecorded")
    cora = subscribed(live, 5)
    assert told(subscribed(live, 6, former=bert)) == [SUCCEEDED, GAP]
    assert told(cora) == [SUCCEEDED]


def test_a_channel_keeps_its_last_events_alone() -> None:
    live = hub(limits=Limits(history_events=2))
    anna = lost(live, subscribed(live, 1))
    published(live, "a")
    bert = lost(live, subscribed(live, 2))
    published(live, "b", "c")
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED, GAP]
    assert told(subscribed(live, 4, former=bert)) == [SUCCEEDED, "b", "c"]


def test_a_channel_keeps_no_more_than_can_be_written_at_once() -> None:
    live = hub()
    anna = lost(live, subscribed(live, 1))
    data = '"' + "x" * (CHANNEL_BYTES // 4) + '"'
    for _ in range(3):
        live.publish(Publication(("news",), "large", data))
    bert = subscribed(live, 2, former=anna)
    assert told(bert) == [SUCCEEDED, "large", "large", "large"]
    live.publish(Publication(("news",), "large", data))
    live.flush()
    assert told(subscribed(live, 3, former=anna)) == [SUCCEEDED, GAP]


def test_all_channels_together_keep_no_more_than_their_bytes() -> None:
    clock = Clock()
    history = History(Limits(history_bytes=100), "e")
    for channel in "ab":
        history.open(channel)
    start = {channel: history.position(channel) for channel in "ab"}
    after = {}
    for number, channel in enumerate("aab"):
        after[number] = history.advance(channel)
        history.record(channel, b"x" * 40, None, clock.now)
    assert history.missed("a", start["a"], ()) is None
    assert history.missed("b", start["b"], ()) == [b"x" * 40]
    assert history.missed("a", after[0], ()) == [b"x" * 40]


def test_an_event_that_its_channel_has_dropped_leaves_nothing_behind() -> None:
    history = History(Limits(history_events=2, history_bytes=10), "e")
    positions = deque([history.open("a")], maxlen=3)

    def record(times: int) -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            positions.append(history.advance("a"))
            history.record("a", b"x", None, 0)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        record(100)
        assert record(10_000) < 1_000
    finally:
        tracemalloc.stop()
    assert history.missed("a", positions[0], ()) == [b"x", b"x"]


def test_the_oldest_event_of_all_channels_goes_first() -> None:
    history = History(Limits(history_seconds=10, history_events=1), "e")
    start = {channel: history.open(channel) for channel in "ab"}
    for now, channel in ((0, "a"), (5, "b"), (9, "a")):
        history.advance(channel)
        history.record(channel, b"x", None, now)
    assert history.missed("b", start["b"], ()) == [b"x"]
    history.expire(15)
    assert history.missed("b", start["b"], ()) is None


def test_a_channel_that_is_recorded_anew_begins_empty() -> None:
    history = History(Limits(history_seconds=10, history_bytes=60), "e")
    for now in (0, 20):
        start = history.open("a")
        history.advance("a")
        history.record("a", b"x" * 40, None, now + 5)
        history.leave("a", now)
        assert history.missed("a", start, ()) == [b"x" * 40]
        assert history.expire(now + 9)
        assert not history.expire(now + 10)
        assert history.missed("a", start, ()) is None


def test_an_event_is_looked_after_until_it_is_too_old() -> None:
    history = History(Limits(history_seconds=10), "e")
    history.open("a")
    assert not history.expire(0)
    history.advance("a")
    history.record("a", b"x", None, 0)
    assert history.expire(9)
    assert not history.expire(10)


def test_an_event_that_is_larger_than_all_bytes_is_a_gap_and_no_more() -> None:
    history = History(Limits(history_bytes=100), "e")
    start = history.open("a")
    history.advance("a")
    history.record("a", b"x" * 101, None, 0)
    assert history.missed("a", start, ()) is None
    assert history.missed("a", history.position("a"), ()) == []


@pytest.mark.parametrize("asked", [None, Resume()])
def test_a_first_subscription_has_no_gap(asked: Any) -> None:
    live, anna = hub(), Recorder(1)
    published(live, "before")
    live.subscribe(anna, "news", resume=asked)
    assert told(anna) == [SUCCEEDED]
