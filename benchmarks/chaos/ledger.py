"""What was published, what each subscription got of it, and whether that is all, in order, and once. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

#: What stands among the events that a subscription got, where it was told of a gap.
GAP = None


class Mark(NamedTuple):
    """An event: the number of its publisher, and how many that had published on the channel before."""

    publisher: int
    number: int


#: What a subscription got, in order.
Seen = Sequence[Mark | None]


@dataclass(frozen=True, slots=True)
class Tally:
    """What some subscriptions got, in numbers of events.

    Attributes:
        expected: Acknowledged events of their channels.
        missing: Acknowledged, and not got, though nobody told them of a gap.
        told: Acknowledged, and not got, behind a gap that they were told of.
        twice: Got once more.
        misordered: Acknowledged, and got before one that was acknowledged earlier.
        gaps: How often they were told of one.
        differing: Subscriptions, never told of a gap, that got something else than others of their channel.
    """

    expected: int = 0
    missing: int = 0
    told: int = 0
    twice: int = 0
    misordered: int = 0
    gaps: int = 0
    differing: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @classmethod
    def of(cls, tallies: Iterable[Self]) -> Tally:
        """All of them together."""
        return sum(tallies, Tally())

    @property
    def is_whole(self) -> bool:
        """Whether everything came, once, in order, or is behind a gap that was told."""
        return not (self.missing or self.twice or self.misordered or self.differing)


class Ledger:
    """Which events were acknowledged, by channel."""

    def __init__(self) -> None:
        self._acknowledged: dict[str, list[Mark]] = defaultdict(list)
        #: Events of which nobody knows whether they were published.
        self.unknown = 0

    def acknowledge(self, channel: str, mark: Mark) -> None:
        """An event was published. A publisher says so in the order of its events."""
        self._acknowledged[channel].append(mark)

    def count(self) -> int:
        """How many were acknowledged."""
        return sum(map(len, self._acknowledged.values()))

    def judge(self, channel: str, subscriptions: Iterable[Seen]) -> Tally:
        """What the subscriptions of a channel got, all of which were there from its first event on."""
        acknowledged = self._acknowledged.get(channel, [])
        kinds = Counter(map(tuple, subscriptions))
        tallies = [_times(_judged(acknowledged, seen), count) for seen, count in kinds.items()]
        whole = {seen: count for seen, count in kinds.items() if GAP not in seen}
        differing = sum(whole.values()) - max(whole.values(), default=0)
        return Tally.of([*tallies, Tally(differing=differing)])


def _times(tally: Tally, count: int) -> Tally:
    return Tally(*(getattr(tally, each.name) * count for each in fields(tally)))


def _judged(acknowledged: Sequence[Mark], seen: Seen) -> Tally:
    places: dict[Mark, int] = {}
    gaps: list[int] = []
    for place, mark in enumerate(seen):
        if mark is None:
            gaps.append(place)
        else:
            places.setdefault(mark, place)
    missing = [mark for mark in acknowledged if mark not in places]
    told = sum(_is_told(mark, places, gaps) for mark in missing) if gaps else 0
    return Tally(
        expected=len(acknowledged),
        missing=len(missing) - told,
        told=told,
        twice=len(seen) - len(gaps) - len(places),
        misordered=_descents(acknowledged, places),
        gaps=len(gaps),
    )


def _is_told(mark: Mark, places: Mapping[Mark, int], gaps: Sequence[int]) -> bool:
    """Whether a gap stands between what came of the publisher before a missing event, and after it."""
    own = {each.number: place for each, place in places.items() if each.publisher == mark.publisher}
    after = min(
        (place for number, place in own.items() if number > mark.number), default=len(places) + len(gaps)
    )
    before = max((place for number, place in own.items() if number < mark.number), default=-1)
    found = bisect_left(gaps, before)
    return found < len(gaps) and gaps[found] <= after


def _descents(acknowledged: Sequence[Mark], places: Mapping[Mark, int]) -> int:
    """How many acknowledged events came before the one of the same publisher that was before them."""
    last: dict[int, int] = {}
    descents = 0
    for mark in _of(acknowledged, places):
        place = places[mark]
        descents += place < last.get(mark.publisher, -1)
        last[mark.publisher] = place
    return descents


def _of(acknowledged: Sequence[Mark], places: Mapping[Mark, int]) -> Iterator[Mark]:
    return (mark for mark in acknowledged if mark in places)
