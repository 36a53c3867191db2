"""What is told, and when, against a model that looks at a whole history at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from onair.webhooks.delay import HELD, Delay

OCCUPIED, VACATED = ChannelOccupied("presence-a"), ChannelVacated("presence-a")
ADDED, REMOVED = MemberAdded("presence-a", "7"), MemberRemoved("presence-a", "7")
OTHER = MemberAdded("presence-a", "8")
COUNTED = SubscriptionsCounted("presence-a", 0)

Timed = tuple[float, Notice]


def told(noticed: list[Timed]) -> list[Timed]:
    """What is told of this history, and when, by a clock that never comes late."""
    delay = Delay()
    log: list[Timed] = []
    for now, notice in [*noticed, (float("inf"), None)]:
        while delay.due is not None and delay.due <= now:
            due = delay.due
            log += [(due, late) for late in delay.take(due)]
        if notice is not None and (at_once := delay.put(notice, now)) is not None:
            log.append((now, at_once))
    assert delay.due is None
    return log


AT_ONCE: list[Notice] = [
    OCCUPIED,
    ADDED,
    ClientEventSent("presence-a", "client-e", "1", "1.2"),
    CacheMissed("cache-a"),
    COUNTED,
]

CASES: dict[str, tuple[list[Timed], list[Timed]]] = {
    "one that leaves is told later": (
        [(0, REMOVED), (0, VACATED)],
        [(3, REMOVED), (3, VACATED)],
    ),
    "one that comes back in time never left": (
        [(0, REMOVED), (0, VACATED), (2.9, OCCUPIED), (2.9, ADDED)],
        [],
    ),
    "one that comes back too late did": (
        [(0, REMOVED), (0, VACATED), (3.1, OCCUPIED), (3.1, ADDED)],
        [(3, REMOVED), (3, VACATED), (3.1, OCCUPIED), (3.1, ADDED)],
    ),
    "somebody else keeps the channel, and the member is told to have left": (
        [(0, REMOVED), (0, VACATED), (1, OCCUPIED), (1, OTHER)],
        [(1, OTHER), (3, REMOVED)],
    ),
    "leaving once more begins anew": (
        [(0, REMOVED), (2, ADDED), (2.5, REMOVED)],
        [(5.5, REMOVED)],
    ),
    "what is not held passes by what is": (
        [(0, VACATED), (1, COUNTED)],
        [(1, COUNTED), (3, VACATED)],
    ),
}


@pytest.mark.parametrize("notice", AT_ONCE, ids=lambda notice: type(notice).__name__)
def test_what_is_no_leaving_is_told_at_once(notice: Notice) -> None:
    assert Delay().put(notice, 0) == notice


@pytest.mark.parametrize(("noticed", "expected"), CASES.values(), ids=CASES)
def test_what_is_told_of_a_history(noticed: list[Timed], expected: list[Timed]) -> None:
    assert told(noticed) == expected


def test_all_that_is_held_can_be_told_at_once() -> None:
    delay = Delay()
    delay.put(REMOVED, 0)
    delay.put(VACATED, 1)
    assert delay.take_all() == [REMOVED, VACATED]
    assert delay.due is None


# Random histories -----------------------------------------------------------------------------------------


@dataclass
class Rooms:
    """Presence channels as they really are, and what a hub notices of them."""

    connections: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    noticed: list[Timed] = field(default_factory=list)

    def join(self, now: float, channel: str, user: str) -> None:
        here = self.connections[channel]
        if not here:
            self.noticed.append((now, ChannelOccupied(channel)))
        if user not in here:
            self.noticed.append((now, MemberAdded(channel, user)))
        here.append(user)

    def leave(self, now: float, channel: str, user: str) -> None:
        here = self.connections[channel]
        if user not in here:
            return
        here.remove(user)
        if user not in here:
            self.noticed.append((now, MemberRemoved(channel, user)))
        if not here:
            self.noticed.append((now, ChannelVacated(channel)))

    def state(self) -> dict[str, set[str]]:
        return {channel: set(users) for channel, users in self.connections.items() if users}


#: Seconds until a step (quarters are exact), whether somebody joins or leaves, where, and who.
steps = st.lists(
    st.tuples(
        st.integers(0, 16).map(lambda quarters: quarters / 4),
        st.booleans(),
        st.sampled_from(["presence-a", "presence-b"]),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=60,
)

Steps = list[tuple[float, bool, str, str]]


def history(steps: Steps) -> Rooms:
    rooms, now = Rooms(), 0.0
    for pause, joins, channel, user in steps:
        now += pause
        (rooms.join if joins else rooms.leave)(now, channel, user)
    return rooms


_CONTRARY = {ChannelVacated: ChannelOccupied, MemberRemoved: MemberAdded}


def model(noticed: list[Timed]) -> list[Timed]:
    """Take out every leaving that was undone in time, with what undid it; tell the others late."""
    undone: set[int] = set()
    late: dict[int, float] = {}
    for index, (left, notice) in enumerate(noticed):
        contrary = _CONTRARY.get(type(notice))
        if contrary is None:
            continue
        subject = {name: getattr(notice, name) for name in notice.__struct_fields__}
        back = (place for place in range(index, len(noticed)) if noticed[place][1] == contrary(**subject))
        place = next(back, None)
        if place is not None and noticed[place][0] < left + HELD:
            undone |= {index, place}
        else:
            late[index] = left + HELD
    # At one moment what was held is told first, as the clock is never late.
    left_over = [
        (late.get(index, when), index not in late, index, notice)
        for index, (when, notice) in enumerate(noticed)
        if index not in undone
    ]
    return [(when, notice) for when, _, _, notice in sorted(left_over, key=lambda row: row[:3])]


@given(steps)
def test_what_is_told_is_what_lasted(steps: Steps) -> None:
    noticed = history(steps).noticed
    assert told(noticed) == model(noticed)


@given(steps)
def test_what_is_told_is_always_consistent_and_ends_as_it_is(steps: Steps) -> None:
    rooms = history(steps)
    state: dict[str, set[str]] = {}
    for _, notice in told(rooms.noticed):
        match notice:
            case ChannelOccupied(channel=channel):
                assert channel not in state
                state[channel] = set()
            case ChannelVacated(channel=channel):
                assert state.pop(channel) == set()
            case MemberAdded(channel=channel, user_id=user_id):
                assert user_id not in state[channel]
                state[channel].add(user_id)
            case MemberRemoved(channel=channel, user_id=user_id):
                state[channel].remove(user_id)
    assert state == rooms.state()


@given(steps, st.integers(0, 60))
def test_a_server_that_stops_at_any_time_leaves_nothing_untold(steps: Steps, end: int) -> None:
    rooms = history(steps[:end])
    delay, members = Delay(), set()
    at_once = [notice for now, notice in rooms.noticed if delay.put(notice, now) is not None]
    for notice in at_once + delay.take_all():
        match notice:
            case MemberAdded(channel=channel, user_id=user_id):
                members.add((channel, user_id))
            case MemberRemoved(channel=channel, user_id=user_id):
                members.remove((channel, user_id))
    assert members == {(channel, user) for channel, users in rooms.state().items() for user in users}
