"""Events between the clients of two processes: as if there were one."""

from __future__ import annotations

from typing import Any

from onair.protocol.app import Limits
from onair.protocol.publication import Publication
from tests.conformance.application import trigger
from tests.conformance.peer import SUCCEEDED, Peer
from tests.engines.sharing.conftest import Pair, Start


def resume(client: Peer, channel: str, **before: str) -> dict[str, Any]:
    """Subscribe with positions, and return the answer."""
    client.send("pusher:subscribe", {"channel": channel, "resume": before})
    return client.next(SUCCEEDED)


def test_an_event_reaches_the_listeners_of_both_in_the_order_of_its_publishing(pair: Pair) -> None:
    here, there = (client.join("news") for client in pair.both())
    for number in range(20):
        trigger(pair.one if number % 2 else pair.other, "news", "headline", number)

    for client in (here, there):
        assert [client.next("headline")["data"] for _ in range(20)] == list(range(20))


def test_events_of_both_have_one_order(pair: Pair) -> None:
    here, there = (client.join("private-news") for client in pair.both())
    for number in range(10):
        here.whisper("private-news", "client-here", number)
        there.whisper("private-news", "client-there", number)
        trigger(pair.one, "private-news", "from-one", number)

    heard_here = [here.receive() for _ in range(20)]
    heard_there = [there.receive() for _ in range(20)]
    both_hear = "from-one"
    assert [each["data"] for each in heard_here if each["event"] == both_hear] == list(range(10))
    assert [each["data"] for each in heard_there if each["event"] == both_hear] == list(range(10))
    assert [each["data"] for each in heard_here if each["event"] == "client-there"] == list(range(10))
    assert [each["data"] for each in heard_there if each["event"] == "client-here"] == list(range(10))


def test_an_event_that_is_no_text_leaves_the_others_of_its_batch_alone(pair: Pair) -> None:
    client = pair.connect(pair.other).join("news")
    events = [Publication(("news",), "event", data) for data in ("1", "\ud800", "2")]
    pair.one.server.publish_soon("3", events)

    assert [client.next("event")["data"] for _ in range(2)] == [1, 2]


def test_the_excluded_socket_gets_nothing_wherever_it_was_published(pair: Pair) -> None:
    here, there = (client.join("news") for client in pair.both())
    trigger(pair.other, "news", "own", socket_id=here.socket_id)
    trigger(pair.other, "news", "last")

    here.next("last")
    there.next("own")


def test_an_event_of_a_client_reaches_all_but_itself(pair: Pair) -> None:
    here, there = pair.both()
    here.join("presence-room", "1")
    there.join("presence-room", "2")
    here.next("pusher_internal:member_added")
    here.whisper("presence-room", "client-typing", {"n": 1})

    assert there.next("client-typing")["user_id"] == "1"
    assert here.settle() == []


def test_the_last_event_of_a_cache_channel_is_everywhere(pair: Pair) -> None:
    trigger(pair.one, "cache-news", "headline", 1)
    first = pair.connect(pair.other)
    first.join("cache-news")
    assert first.next("headline")["data"] == 1
    trigger(pair.one, "cache-news", "headline", 2)
    first.next("headline")

    second = pair.connect(pair.other)
    second.join("cache-news")
    assert second.next("headline")["data"] == 2


def test_who_comes_back_to_the_other_process_gets_what_it_missed_once_and_in_order(pair: Pair) -> None:
    client = pair.connect(pair.one)
    resume(client, "news")
    trigger(pair.one, "news", "seen", 0)
    position = client.next("seen")["position"]
    client.connection.close()
    for number in range(1, 6):
        trigger(pair.one, "news", "missed", number)

    client = pair.connect(pair.other)
    assert resume(client, "news", position=position)["position"] == position
    assert [client.next("missed")["data"] for _ in range(5)] == [1, 2, 3, 4, 5]
    trigger(pair.one, "news", "new")
    assert [message["event"] for message in events_until(client, "new")] == ["new"]


def test_many_who_come_back_from_different_places_get_each_what_it_missed(pair: Pair) -> None:
    client = pair.connect(pair.one)
    resume(client, "news")
    positions = []
    for number in range(10):
        trigger(pair.one, "news", "event", number)
        positions.append(client.next("event")["position"])
    client.connection.close()
    trigger(pair.one, "news", "event", 10)

    for seen in (9, 0, 5):
        back = pair.connect(pair.other)
        resume(back, "news", position=positions[seen])
        missed = [back.next("event")["data"] for _ in range(10 - seen)]
        assert missed == list(range(seen + 1, 11))


def test_who_has_seen_more_than_the_other_process_gets_nothing_twice(pair: Pair) -> None:
    here, there = pair.both()
    resume(here, "news")
    resume(there, "news")
    for number in range(5):
        trigger(pair.one, "news", "event", number)
        position = here.next("event")["position"]

    back = pair.connect(pair.other)
    resume(back, "news", position=position)
    trigger(pair.one, "news", "event", 5)
    assert [message["data"] for message in events_until(back, "event")] == [5]


def test_what_is_not_known_any_more_is_told_as_a_gap(start: Start) -> None:
    pair = start(limits=Limits(history_events=5))
    client = pair.connect(pair.one)
    resume(client, "news")
    trigger(pair.one, "news", "seen")
    position = client.next("seen")["position"]
    client.connection.close()
    for number in range(600):
        trigger(pair.one, "news", "missed", number)

    back = pair.connect(pair.other)
    resume(back, "news", position=position)
    assert back.next("onair:gap")["channel"] == "news"


def test_a_position_of_another_channel_counts_for_nothing(pair: Pair) -> None:
    client = pair.connect(pair.one)
    position = resume(client, "news")["position"]
    back = pair.connect(pair.other)
    resume(back, "other", position=position)
    back.next("onair:gap")


def events_until(client: Peer, event: str) -> list[dict[str, Any]]:
    """The application's events until this one."""
    messages: list[dict[str, Any]] = []
    while not messages or messages[-1]["event"] != event:
        message = client.receive()
        if not message["event"].startswith("pusher_internal:"):
            messages.append(message)
    return messages
