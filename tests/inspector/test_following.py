from __future__ import annotations

from itertools import count

import pytest

from onair.hub.seen import Seen
from onair.inspector.following import ALONE, KEPT, NOBODY, SECONDS, Following
from onair.inspector.record import Stage
from onair.publishing.event import Outgoing


def event(name: str = "hello", text: str = '{"n": 1}', *channels: str) -> Outgoing:
    names = channels or ("news",)
    return Outgoing(names, name, text, len(text), encrypted=names[0].startswith("private-encrypted-"))


def seen(
    listeners: int, *, is_spared: bool = False, is_kept: bool = False, from_client: bool = False
) -> Seen:
    return Seen("news", "hello", "{}", listeners, is_spared, is_kept, from_client)


def following() -> Following:
    times = count(100)
    return Following("me", clock=lambda: float(next(times)))


def stages(follows: Following) -> list[list[Stage]]:
    return [[step.stage for step in trace.steps] for trace in follows.traces()]


def test_an_event_is_followed_from_its_publication_on() -> None:
    follows, published = following(), event()
    for stage in ("published", "committed", "sent"):
        follows.came_further(stage, [published], "")
    assert stages(follows) == [[Stage.PUBLISHED, Stage.COMMITTED, Stage.SENT]]
    assert [step.at for step in follows.traces()[0].steps] == [100, 101, 102]


def test_two_events_that_are_alike_are_two() -> None:
    follows, one, other = following(), event(), event()
    follows.came_further("published", [one], "")
    follows.came_further("published", [other], "")
    follows.came_further("sent", [one], "")
    assert stages(follows) == [[Stage.PUBLISHED], [Stage.PUBLISHED, Stage.SENT]]


def test_what_is_dropped_says_why() -> None:
    follows, published = following(), event()
    follows.came_further("published", [published], "")
    follows.came_further("dropped", [published], "The queue was full.")
    assert follows.traces()[0].steps[-1].why == "The queue was full."


def test_what_was_published_before_somebody_looked_begins_where_it_is() -> None:
    follows = following()
    follows.came_further("sent", [event()], "")
    assert stages(follows) == [[Stage.SENT]]


def test_the_parts_of_an_encrypted_event_are_one() -> None:
    follows = following()
    whole = event("hello", "a text of its own", "private-encrypted-a", "private-encrypted-b")
    follows.came_further("published", [whole], "")
    follows.came_further("sent", whole.split(), "")
    assert stages(follows) == [[Stage.PUBLISHED, Stage.SENT, Stage.SENT]]


@pytest.mark.parametrize(
    ("arrival", "stage", "why"),
    [
        (seen(3), Stage.DELIVERED, ""),
        (seen(0), Stage.DROPPED, NOBODY),
        (seen(0, is_kept=True), Stage.DROPPED, KEPT),
        (seen(0, is_spared=True), Stage.DROPPED, ALONE),
    ],
)
def test_an_arrival_says_how_many_sockets_get_it_or_why_none_does(
    arrival: Seen, stage: Stage, why: str
) -> None:
    follows = following()
    follows.hear(arrival)
    (trace,) = follows.traces()
    (step,) = trace.steps
    assert (step.stage, step.count, step.why) == (stage, arrival.listeners, why)
    assert trace.is_arrival


def test_rates_count_what_was_delivered_in_each_second_of_the_last_minute() -> None:
    follows = following()
    for listeners in (2, 3):
        follows.hear(seen(listeners))
    follows.tick()
    follows.tick()
    assert follows.rates == (0,) * (SECONDS - 2) + (5, 0)
    for _ in range(SECONDS):
        follows.tick()
    assert follows.rates == (0,) * SECONDS


def test_a_second_in_which_nothing_happens_is_no_news() -> None:
    follows = following()
    before = follows.rates, follows.version
    follows.tick()
    assert (follows.rates, follows.version) == before


def test_the_data_of_both_is_there_when_it_is_asked_for() -> None:
    follows = following()
    follows.came_further("published", [event()], "")
    follows.hear(seen(1))
    found = [follows.with_data(trace.id) for trace in follows.traces()]
    assert [trace and trace.data for trace in found] == ['{"n": 1}', "{}"]
