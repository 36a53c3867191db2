from __future__ import annotations

from dataclasses import replace

import pytest

from onair.inspector.merging import SKEW, join, merge
from onair.inspector.record import (
    ChannelView,
    EventTrace,
    ProcessView,
    Publishing,
    Sockets,
    Stage,
    Step,
    decode,
    encode,
)

PUBLISHING = Publishing(0, 0, 0, 0, 0, "closed")
SOCKETS = Sockets(0, (), 0, (), 0, 0, 0, 0, ())


def process(name: str, at: float = 1.0, sockets: Sockets | None = SOCKETS) -> ProcessView:
    return ProcessView(name, "host", 7, at, None, PUBLISHING, sockets)


def published(process: str, number: int, at: float, *channels: str, digest: str = "d") -> EventTrace:
    steps = (Step(Stage.PUBLISHED, at), Step(Stage.COMMITTED, at + 0.01))
    return EventTrace(f"{process}p-{number}", "hello", channels or ("news",), digest, 2, steps)


def arrived(
    process: str, number: int, at: float, count: int = 1, channel: str = "news", digest: str = "d"
) -> EventTrace:
    stage = Stage.DELIVERED if count else Stage.DROPPED
    step = Step(stage, at, count, "" if count else "nobody listens", channel)
    return EventTrace(f"{process}s-{number}", "hello", (channel,), digest, 2, (step,))


def test_what_a_process_says_is_the_same_after_its_way_through_json() -> None:
    view = replace(process("a"), events=(published("a", 1, 1.0), arrived("a", 1, 1.1)))
    assert decode(encode(view)) == view


def test_what_another_version_says_is_refused() -> None:
    with pytest.raises(ValueError, match="missing required field"):
        decode(b'{"id": "a"}')


def test_what_two_processes_have_seen_of_an_event_is_one_path() -> None:
    (event,) = join([arrived("b", 1, 10.02, 3), published("a", 1, 10.0)])
    assert [step.stage for step in event.steps] == [Stage.PUBLISHED, Stage.COMMITTED, Stage.DELIVERED]
    assert event.ids == ("ap-1", "bs-1")
    assert (event.state, event.delivered) == (Stage.DELIVERED, 3)
    assert event.seconds == pytest.approx(0.02)


def test_latencies_are_those_of_events_that_were_seen_from_the_first_to_the_last() -> None:
    seen_by_one = (published("a", 1, 10.0), published("a", 2, 11.0, "other"), published("a", 3, 12.0))
    seen_by_other = (arrived("b", 1, 10.3), arrived("b", 2, 11.1, 0, "other"), arrived("b", 3, 12.1))
    site = merge([replace(process("a"), events=seen_by_one), replace(process("b"), events=seen_by_other)])
    assert site.latencies == pytest.approx((0.3, 0.1))
    assert site.median == pytest.approx(0.3)


def test_the_sockets_of_several_processes_are_added() -> None:
    (event,) = join([published("a", 1, 10.0), arrived("b", 1, 10.1, 3), arrived("c", 1, 10.2, 4)])
    assert event.delivered == 7


def test_one_process_without_listeners_does_not_make_it_dropped() -> None:
    (event,) = join([published("a", 1, 10.0), arrived("b", 1, 10.1, 0), arrived("c", 1, 10.2, 4)])
    assert event.state is Stage.DELIVERED


def test_an_event_without_listeners_is_dropped_and_says_why() -> None:
    (event,) = join([published("a", 1, 10.0), arrived("b", 1, 10.1, 0)])
    assert (event.state, event.why, event.seconds) == (Stage.DROPPED, "nobody listens", None)


def test_of_two_that_are_alike_the_first_that_was_published_arrives_first() -> None:
    newer, older = join(
        [
            published("a", 1, 10.0),
            published("a", 2, 11.0),
            arrived("b", 1, 10.1, 1),
            arrived("b", 2, 11.1, 2),
        ]
    )
    assert (older.ids, older.delivered) == (("ap-1", "bs-1"), 1)
    assert (newer.ids, newer.delivered) == (("ap-2", "bs-2"), 2)


def test_two_channels_of_one_event_are_one_path() -> None:
    (event,) = join(
        [
            published("a", 1, 10.0, "news", "sport"),
            arrived("b", 1, 10.1, 1),
            arrived("b", 2, 10.1, 2, "sport"),
        ]
    )
    assert event.delivered == 3


def test_other_data_is_another_event() -> None:
    assert len(join([published("a", 1, 10.0), arrived("b", 1, 10.1, digest="other")])) == 2


def test_what_is_encrypted_on_its_way_is_known_by_its_name() -> None:
    channel = "private-encrypted-a"
    assert (
        len(join([published("a", 1, 10.0, channel), arrived("b", 1, 10.1, channel=channel, digest="")])) == 1
    )


def test_an_arrival_before_its_publication_is_another_ones() -> None:
    assert len(join([arrived("b", 1, 10.0), published("a", 1, 10.1 + SKEW)])) == 2


def test_clocks_may_differ_a_little() -> None:
    (event,) = join([arrived("b", 1, 10.0), published("a", 1, 10.0 + SKEW / 2)])
    assert event.ids == ("ap-1", "bs-1")


def test_of_each_process_its_last_words_count() -> None:
    first, last = process("a", 1.0), process("a", 2.0)
    assert merge([last, first]).processes == (last,)


def test_the_channels_of_all_processes_are_added_and_each_user_is_there_once() -> None:
    views = [
        replace(
            process(name),
            sockets=replace(
                SOCKETS,
                channel_count=1,
                channels=(ChannelView("presence-a", "presence-", count, members),),
            ),
        )
        for name, count, members in (("a", 2, ("anna", "ben")), ("b", 1, ("ben", "carla")))
    ]
    site = merge(views)
    (channel,) = site.channels
    assert (channel.subscriptions, channel.members) == (3, ("anna", "ben", "carla"))
    assert site.channel_count == 1


def test_channels_that_are_not_listed_are_counted() -> None:
    sockets = replace(SOCKETS, channel_count=500, channels=(ChannelView("a", "", 1),))
    assert merge([replace(process("a"), sockets=sockets)]).channel_count == 500


def test_rates_of_different_lengths_are_added_from_their_ends() -> None:
    views = [
        replace(process(name), sockets=replace(SOCKETS, rates=rates))
        for name, rates in (("a", (1, 2, 3)), ("b", (10,)))
    ]
    assert merge(views).rates == (1, 2, 13)


def test_without_sockets_nothing_is_known_of_them() -> None:
    assert not merge([process("a", sockets=None)]).has_sockets
    assert merge([process("a"), process("b", sockets=None)]).has_sockets
