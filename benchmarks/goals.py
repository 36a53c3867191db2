"""What onair is to reach, as the design has it, against the peers of the same run."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measurements import Case, Figure, Topic

#: Differences below 20 % are within what two runs differ by: a ratio above this is called level.
LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many times as many as the peer."""

    ratio: float

    def __str__(self) -> str:
        return f"≥ {self.ratio:g}×"

    def is_met(self, ours: float, theirs: Figure) -> bool:
        return theirs is None or ours >= self.ratio * theirs


@dataclass(frozen=True, slots=True)
class Level(AtLeast):
    """As many as the peer, within what two runs differ by."""

    ratio: float = LEVEL

    def __str__(self) -> str:
        return f"level (≥ {self.ratio:g}×)"


@dataclass(frozen=True, slots=True)
class AtMost:
    """No more than this, whatever the peer has."""

    figure: float

    def __str__(self) -> str:
        return f"≤ {self.figure:g}"

    def is_met(self, ours: float, theirs: Figure) -> bool:
        return ours <= self.figure


Goal = AtLeast | AtMost

OURS = "onair"

#: By topic, events in flight (None: any), and the peer that it is measured against.
_GOALS: dict[tuple[Topic, int | None, str], Goal] = {
    (Topic.DELIVERIES, 1, "Channels"): AtLeast(40),
    (Topic.DELIVERIES, 1, "ws"): AtLeast(1.5),
    (Topic.DELIVERIES, 1, "uWebSockets"): AtLeast(0.9),
    (Topic.DELIVERIES, 1, "C"): AtLeast(0.75),
    (Topic.DELIVERIES, 16, "ws"): AtLeast(10),
    (Topic.DELIVERIES, 16, "socket.io"): AtLeast(10),
    (Topic.DELIVERIES, 16, "uWebSockets"): Level(),
    (Topic.MEMORY, None, OURS): AtMost(6),
}

#: What the profile says of goals that are missed, by topic and events in flight.
REASONS: dict[tuple[Topic, int], str] = {
    (Topic.DELIVERIES, 1): (
        "A delivery is one write to a socket, and 80 to 90 % of onair's time is inside it: the goals are "
        "what a bare prototype reached, and rounds differ by more than what is missing. With 100 subscribers "
        "the request that publishes costs as much as ten deliveries: onair's is signed, parsed and checked, "
        "the others' is not."
    ),
    (Topic.DELIVERIES, 16): (
        "With 100 subscribers half of the time goes into the sixteen requests, which are signed, parsed and "
        "checked; the hundred joined writes are the other half."
    ),
}


def goal_of(case: Case, peer: str) -> Goal | None:
    """The goal of a case against a peer; one against ourselves is a bound."""
    return _GOALS.get((case.topic, case.in_flight, peer)) or _GOALS.get((case.topic, None, peer))
