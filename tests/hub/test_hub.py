"""Channels, and what their listeners are written."""

from __future__ import annotations

from onair.protocol import frames, messages
from onair.protocol.connection import ClientEvent
from onair.protocol.publication import Publication
from tests.hub.listeners import SUCCEEDED, Recorder, Tick, hub, joined, publication


def test_a_listener_is_told_that_it_is_subscribed() -> None:
    live, anna = hub(), Recorder(1)
    live.subscribe(anna, "news")
    assert anna.writes == [frames.text(messages.subscription_succeeded("news"))]


def test_an_event_reaches_every_listener_of_its_channel_as_it_was_published() -> None:
    live = hub()
    anna, bert = joined(live, "news", 1, 2)
    (other,) = joined(live, "other", 3)
    live.publish(Publication(("news",), "update", '{ "a": 1 }'))
    live.flush()
    assert anna.writes == bert.writes == [frames.text(messages.encode("update", '{ "a": 1 }', "news"))]
    assert other.writes == []


def test_all_listeners_are_written_the_same_object() -> None:
    live = hub()
    anna, bert = joined(live, "news", 1, 2)
    live.publish(publication("update"))
    live.flush()
    assert anna.writes[0] is bert.writes[0]


def test_an_event_for_several_channels_names_each() -> None:
    live = hub()
    (anna,), (bert,) = joined(live, "a", 1), joined(live, "b", 2)
    live.publish(publication("update", "a", "b", "empty"))
    live.flush()
    assert [anna.received[0]["channel"], bert.received[0]["channel"]] == ["a", "b"]


def test_nothing_is_written_before_the_flush() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    live.publish(publication("update"))
    assert anna.writes == []


def test_the_events_of_one_tick_are_one_write() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    for event in "abc":
        live.publish(publication(event))
    live.flush()
    assert (len(anna.writes), anna.events) == (1, ["a", "b", "c"])


def test_the_hub_asks_once_for_a_flush() -> None:
    tick = Tick()
    live = hub(tick)
    live.publish(publication("nobody listens"))
    assert tick.wakes == 0
    joined(live, "news", 1)
    joined(live, "other", 2)
    for _ in range(2):
        live.publish(publication("update", "news", "other"))
    assert tick.wakes == 1
    live.flush()
    live.publish(publication("update"))
    assert tick.wakes == 2


def test_what_is_published_after_a_join_in_the_same_tick_is_flushed_too() -> None:
    tick = Tick()
    live = hub(tick)
    (anna,) = joined(live, "news", 1)
    live.publish(publication("before"))
    (bert,) = joined(live, "news", 2)
    live.publish(publication("after"))
    live.flush()
    assert (anna.events, bert.events) == (["before", "after"], ["after"])
    assert tick.wakes == 1


def test_a_flush_with_nothing_pending_writes_nothing() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    live.flush()
    assert anna.writes == []


def test_an_excluded_socket_gets_the_rest_in_one_write() -> None:
    live = hub()
    anna, bert, carl = joined(live, "news", 1, 2, 3)
    live.publish(publication("a"))
    live.publish(publication("b", exclude=anna.socket_id))
    live.publish(publication("c", exclude=bert.socket_id))
    live.publish(publication("d", exclude="9.9"))
    live.flush()
    assert [anna.events, bert.events, carl.events] == [["a", "c", "d"], ["a", "b", "d"], ["a", "b", "c", "d"]]
    assert [len(listener.writes) for listener in (anna, bert, carl)] == [1, 1, 1]
    assert live.delivered == sum(len(listener.events) for listener in (anna, bert, carl))


def test_an_excluded_socket_is_written_nothing_where_nothing_is_for_it() -> None:
    live = hub()
    anna, bert = joined(live, "news", 1, 2)
    live.publish(publication("a", exclude=anna.socket_id))
    live.flush()
    assert (anna.writes, bert.events) == ([], ["a"])


def test_an_exclusion_holds_for_its_event_alone() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    live.publish(publication("a", exclude=anna.socket_id))
    live.flush()
    live.publish(publication("b"))
    live.flush()
    assert anna.events == ["b"]


def test_a_listener_gets_nothing_of_before_its_join() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    live.publish(publication("before"))
    bert = Recorder(2)
    live.subscribe(bert, "news")
    live.publish(publication("after"))
    live.flush()
    assert (anna.events, bert.events) == (["before", "after"], [SUCCEEDED, "after"])


def test_a_listener_that_leaves_gets_what_was_published_before() -> None:
    live = hub()
    anna, bert = joined(live, "news", 1, 2)
    live.publish(publication("before"))
    live.unsubscribe(anna, "news")
    live.publish(publication("after"))
    live.flush()
    assert (anna.events, bert.events) == (["before"], ["before", "after"])


def test_a_listener_that_is_gone_is_not_written_to() -> None:
    live = hub()
    anna, bert = joined(live, "news", 1, 2)
    live.publish(publication("a"))
    live.publish(publication("b", exclude=anna.socket_id))
    live.disconnect(anna, ["news"])
    live.flush()
    assert (anna.writes, bert.events) == ([], ["a", "b"])


def test_a_client_event_reaches_the_others_alone() -> None:
    live = hub()
    anna, bert = joined(live, "private-a", 1, 2)
    live.client_event(anna, ClientEvent("private-a", "client-typing", "{}"))
    live.flush()
    assert anna.writes == []
    assert bert.received == [{"event": "client-typing", "channel": "private-a", "data": {}}]


def test_a_members_client_event_names_the_user() -> None:
    live = hub()
    anna, bert = joined(live, "presence-a", 1, 2)
    live.client_event(anna, ClientEvent("presence-a", "client-typing", "{}", "7"))
    live.flush()
    assert bert.received == [{"event": "client-typing", "channel": "presence-a", "data": {}, "user_id": "7"}]


def test_a_client_event_to_a_channel_that_has_gone_is_nothing() -> None:
    tick = Tick()
    hub(tick).client_event(Recorder(1), ClientEvent("private-a", "client-typing", "{}"))
    assert tick.wakes == 0


def test_channels_are_those_that_have_listeners() -> None:
    live = hub()
    anna, bert = Recorder(1), Recorder(2)
    for listener, channel in [(anna, "a"), (anna, "b"), (bert, "b")]:
        live.subscribe(listener, channel)
    assert (live.channels(), live.subscription_count("a"), live.subscription_count("b")) == (("a", "b"), 1, 2)
    live.unsubscribe(anna, "a")
    live.disconnect(anna, ["b"])
    assert (live.channels(), live.subscription_count("a"), live.subscription_count("b")) == (("b",), 0, 1)
    live.disconnect(bert, ["b"])
    assert live.channels() == ()


def test_a_channel_that_empties_with_events_pending_is_gone() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    live.publish(publication("lost"))
    live.disconnect(anna, ["news"])
    (bert,) = joined(live, "news", 2)
    live.flush()
    assert (anna.writes, bert.writes, live.channels()) == ([], [], ("news",))


def test_leaving_what_was_not_joined_does_nothing() -> None:
    live = hub()
    (anna,) = joined(live, "news", 1)
    stranger = Recorder(2)
    live.unsubscribe(stranger, "news")
    live.unsubscribe(stranger, "other")
    live.disconnect(stranger, ["news", "other"])
    live.publish(publication("a"))
    live.flush()
    assert (anna.events, stranger.writes, live.channels()) == (["a"], [], ("news",))


def test_a_write_that_publishes_is_flushed_in_the_next_tick() -> None:
    tick = Tick()
    live = hub(tick)

    class Echo(Recorder):
        __slots__ = ()

        def __init__(self) -> None:
            super().__init__(1)
            self.write = self.answer

        def answer(self, wire: bytes) -> None:
            self.writes.append(wire)
            if b'"question"' in wire:
                live.publish(publication("answer"))

    echo = Echo()
    live.subscribe(echo, "news")
    live.publish(publication("question"))
    live.flush()
    assert (echo.events, tick.wakes) == ([SUCCEEDED, "question"], 2)
    live.flush()
    assert echo.events == [SUCCEEDED, "question", "answer"]
