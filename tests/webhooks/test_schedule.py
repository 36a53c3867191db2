"""What is delivered when, with no clock and no chance but the test's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from onair.webhooks.counters import Counters
from onair.webhooks.post import Post
from onair.webhooks.schedule import BATCH, FRESH, Delivery, Outcome, Pace, Schedule

PACE = Pace()
DELIVERED, REFUSED, DOWN = Outcome.DELIVERED, Outcome.REFUSED, Outcome.DOWN


def joined(events: Sequence[bytes]) -> Post:
    return Post(b" ".join(events), {})


def schedule(*, batch: bool = True, chance: float = 0.5, **bounds: Any) -> Schedule:
    return Schedule(joined, batch=batch, chance=lambda: chance, pace=PACE, **bounds)


def try_next(deliveries: Schedule, now: float, outcome: Outcome) -> bytes:
    """What is tried now, with this outcome; nothing, if there is nothing to try."""
    delivery = deliveries.next(now)
    if delivery is None:
        return b""
    deliveries.settle(delivery, outcome, now)
    return delivery.post.body


def tries(deliveries: Schedule, outcome: Outcome, *, until: float) -> list[float]:
    """When something is tried, where every try has this outcome and takes no time."""
    now, at = 0.0, []
    while (pause := deliveries.wait(now)) is not None and now + pause <= until:
        now += pause
        if try_next(deliveries, now, outcome):
            at.append(now)
    return at


def test_all_that_gathered_goes_together() -> None:
    deliveries = schedule()
    deliveries.add([b"1", b"2"])
    deliveries.add([b"3"])
    assert deliveries.wait(0) == 0
    assert try_next(deliveries, 0, DELIVERED) == b"1 2 3"
    assert deliveries.is_empty
    assert deliveries.wait(0) is None
    assert deliveries.counters == Counters(sent=3)


def test_without_batching_each_event_goes_alone() -> None:
    deliveries = schedule(batch=False)
    deliveries.add([b"1", b"2"])
    assert [try_next(deliveries, 0, DELIVERED) for _ in range(3)] == [b"1", b"2", b""]


def test_a_request_has_bounds() -> None:
    deliveries = schedule()
    deliveries.add([b"."] * (BATCH + 1))
    deliveries.add([b"x" * 300_000, b"y" * 300_000])
    bodies = [try_next(deliveries, 0, DELIVERED).split() for _ in range(4)]
    assert [len(events) for events in bodies] == [BATCH, 2, 1, 0]


def test_what_is_refused_is_tried_again_at_growing_intervals_and_last_before_five_minutes() -> None:
    deliveries = schedule()
    deliveries.add([b"1"])
    at = tries(deliveries, REFUSED, until=1000)
    assert at == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, PACE.last_try]
    assert at[-1] + PACE.late + PACE.connect + PACE.answer <= FRESH
    assert deliveries.is_empty
    assert deliveries.counters == Counters(failed=1, retried=len(at) - 1)


def test_chance_moves_a_retry_by_a_quarter() -> None:
    for chance, due in ((0.0, 0.75), (1.0, 1.25)):
        deliveries = schedule(chance=chance)
        deliveries.add([b"1"])
        assert tries(deliveries, REFUSED, until=2)[1] == due


def test_what_is_refused_holds_up_nobody() -> None:
    deliveries = schedule()
    deliveries.add([b"1"])
    assert try_next(deliveries, 0, REFUSED) == b"1"
    deliveries.add([b"2"])
    assert try_next(deliveries, 0.1, DELIVERED) == b"2"
    assert try_next(deliveries, 0.2, DELIVERED) == b""
    assert try_next(deliveries, 1, DELIVERED) == b"1"


def test_while_the_receiver_is_down_only_the_oldest_is_tried_and_the_rest_follows_in_order() -> None:
    deliveries = schedule()
    deliveries.add([b"1"])
    assert try_next(deliveries, 0, DOWN) == b"1"
    deliveries.add([b"2"])
    assert try_next(deliveries, 0.9, DOWN) == b""
    assert deliveries.wait(0.9) == 1 - 0.9
    assert try_next(deliveries, 1, DOWN) == b"1"
    deliveries.add([b"3"])
    deliveries.add([b"4"])
    assert [try_next(deliveries, 3, DELIVERED) for _ in range(4)] == [b"1", b"2", b"3 4", b""]


def test_a_receiver_that_was_down_before_is_tried_again_as_soon_as_at_first() -> None:
    deliveries = schedule()
    deliveries.add([b"1"])
    assert [try_next(deliveries, now, DOWN) for now in (0, 1)] == [b"1", b"1"]
    assert try_next(deliveries, 3, DELIVERED) == b"1"
    deliveries.add([b"2"])
    assert try_next(deliveries, 3, DOWN) == b"2"
    assert deliveries.wait(3) == 1


def test_a_receiver_that_is_down_for_long_loses_what_is_too_old_and_gets_the_rest() -> None:
    deliveries = schedule()
    deliveries.add([b"old"])
    now = tries(deliveries, DOWN, until=200)[-1]
    deliveries.add([b"new"])
    while deliveries.counters.failed == 0:
        now += deliveries.wait(now) or 0
        try_next(deliveries, now, DOWN)
    assert now == PACE.last_try
    now += deliveries.wait(now) or 0
    assert try_next(deliveries, now, DELIVERED) == b"new"


def test_what_could_not_be_tried_in_time_is_never_sent() -> None:
    deliveries = schedule(batch=False)
    deliveries.add([b"1", b"2"])
    assert try_next(deliveries, 0, DELIVERED) == b"1"  # and took very long
    assert try_next(deliveries, PACE.lifetime + 1, DELIVERED) == b""
    assert deliveries.counters == Counters(sent=1, failed=1)


def test_the_oldest_are_dropped_where_there_is_no_room() -> None:
    deliveries = schedule(most=3)
    deliveries.add([b"1"])
    try_next(deliveries, 0, DOWN)
    deliveries.add([b"2", b"3", b"4", b"5"])
    assert try_next(deliveries, 1, DELIVERED) == b"3 4 5"
    assert deliveries.counters == Counters(sent=3, dropped=2)


def test_the_room_is_measured_in_bytes_too() -> None:
    deliveries = schedule(most_bytes=10)
    deliveries.add([b"12345", b"67890", b"1"])
    assert try_next(deliveries, 0, DELIVERED) == b"67890 1"


def test_what_was_delivered_leaves_its_room() -> None:
    deliveries = schedule(most_bytes=10)
    for _ in range(10):
        deliveries.add([b"1", b"2"])
        assert try_next(deliveries, 0, DELIVERED) == b"1 2"
    deliveries.add([b"12345", b"67890", b"1"])
    assert try_next(deliveries, 0, DELIVERED) == b"67890 1"


def test_at_the_end_all_is_tried_once_more_and_the_rest_given_up() -> None:
    deliveries = schedule(batch=False)
    deliveries.add([b"1"])
    try_next(deliveries, 0, REFUSED)
    deliveries.add([b"2", b"3"])
    rest = deliveries.rest(0.1)
    assert [delivery.post.body for delivery in rest] == [b"1", b"2", b"3"]
    deliveries.settle(rest[0], DELIVERED, 0.1)
    assert deliveries.give_up() == 2
    assert deliveries.is_empty
    assert deliveries.counters == Counters(sent=1, failed=2, retried=1)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 4)),
        st.tuples(st.just("pass"), st.integers(0, 90)),
        st.tuples(st.just("try"), st.sampled_from(Outcome)),
    ),
    max_size=80,
)


@given(steps, st.booleans())
def test_every_event_is_counted_once_and_a_request_never_changes(
    steps: list[tuple[str, Any]], batch: bool
) -> None:
    deliveries = schedule(batch=batch, most=12)
    now, added = 0.0, 0
    bodies: dict[Delivery, tuple[bytes, float]] = {}
    sent: list[bytes] = []
    for step, value in steps:
        if step == "add":
            deliveries.add([b"%d" % number for number in range(added, added + value)])
            added += value
        elif step == "pass":
            now += value
        elif (delivery := deliveries.next(now)) is not None:
            body, sealed = bodies.setdefault(delivery, (delivery.post.body, now))
            assert body is delivery.post.body
            assert now <= sealed + PACE.lifetime
            deliveries.settle(delivery, value, now)
            if value is DELIVERED:
                sent += body.split()
    deliveries.give_up()
    counted = deliveries.counters
    assert len(sent) == len(set(sent)) == counted.sent
    assert counted.sent + counted.failed + counted.dropped == added
    assert deliveries.is_empty
