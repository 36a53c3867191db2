"""What counts as whole, and what does not: the judge of all that is played."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.chaos.ledger import GAP, Ledger, Mark, Tally

A0, A1, A2, A3 = (Mark(0, number) for number in range(4))
B0, B1 = (Mark(1, number) for number in range(2))


def judged(*subscriptions: Sequence[Mark | None], acknowledged: Sequence[Mark] = (A0, A1, A2)) -> Tally:
    ledger = Ledger()
    for mark in acknowledged:
        ledger.acknowledge("news", mark)
    return ledger.judge("news", subscriptions)


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        ([A0, A1, A2], {}),
        ([A0, A1], {"missing": 1}),
        ([], {"missing": 3}),
        ([A0, A1, A1, A2], {"twice": 1}),
        ([A1, A0, A2], {"misordered": 1}),
        ([A0, GAP, A2], {"told": 1, "gaps": 1}),
        ([A0, A1, GAP], {"told": 1, "gaps": 1}),
        ([GAP, A1, A2], {"told": 1, "gaps": 1}),
        ([A0, A1, GAP, A2], {"gaps": 1}),
        ([A0, A2, GAP], {"missing": 1, "gaps": 1}),
        ([GAP, A0, A2], {"missing": 1, "gaps": 1}),
    ],
)
def test_one_subscription_is_held_against_what_was_acknowledged(
    seen: Sequence[Mark | None], fault: dict[str, int]
) -> None:
    assert judged(seen) == Tally(expected=3, **fault)


def test_a_gap_between_other_publishers_events_counts_for_a_publisher_between_whose_events_it_is() -> None:
    tally = judged([A0, B0, GAP, B1, A2], acknowledged=[A0, A1, A2, B0, B1])
    assert tally == Tally(expected=5, told=1, gaps=1)


def test_what_was_not_acknowledged_may_come_or_not_but_to_all() -> None:
    assert judged([A0, A1, A2, A3], [A0, A1, A2, A3]).is_whole
    assert judged([A0, A1, A2], [A0, A1, A2]).is_whole
    assert judged([A0, A1, A2, A3], [A0, A1, A2]).differing == 1


def test_what_was_not_acknowledged_may_come_late_but_not_twice() -> None:
    assert judged([A1, A0, A2], acknowledged=[A1, A2]).is_whole
    assert judged([A0, A1, A0, A2], acknowledged=[A1, A2]).twice == 1


def test_two_publishers_have_one_order_for_all() -> None:
    acknowledged = [A0, A1, B0]
    assert judged([A0, B0, A1], [A0, B0, A1], acknowledged=acknowledged).is_whole
    assert judged([A0, B0, A1], [A0, A1, B0], acknowledged=acknowledged).differing == 1


def test_whoever_was_told_of_a_gap_may_have_less_than_others() -> None:
    tally = judged([A0, A1, A2], [A0, A1, A2], [A0, GAP])
    assert tally == Tally(expected=9, told=2, gaps=1)
    assert tally.is_whole


def test_a_channel_without_events_expects_none() -> None:
    assert Ledger().judge("news", [[], []]) == Tally()
