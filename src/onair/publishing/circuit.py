"""When a service that fails is asked again: pure, with the time and the chance given.

1. After a failure nothing is tried for a while: 0.25 s, then 0.5 s, 1 s … (at most 15 s, and up to a half
   less, so that many processes do not come back as one). A service that names a time itself is given it.
2. After the third failure in a row the circuit opens: the service is down. From then on each try is a probe
   of one item, and only one probe is under way at a time.
3. The first success closes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ldexp

_DOUBLINGS = 30  # beyond which a pause would be no number any more


class State(StrEnum):
    """What is known of the service."""

    CLOSED = "closed"  # it answers, or nobody knows better
    OPEN = "open"  # it is down
    HALF_OPEN = "half-open"  # it was down, and a probe is under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds."""

    #: After the first failure; after each further one twice as long, up to the longest.
    first_pause: float = 0.25
    longest_pause: float = 15.0
    #: The longest that a service may ask for by itself.
    longest_wish: float = 300.0
    #: Failures in a row that open the circuit.
    failures: int = 3


class Circuit:
    """What one service has answered lately. ``now`` is in seconds of one clock, which never goes back."""

    __slots__ = ("_failures", "_next", "_pace", "_state")

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._state = State.CLOSED
        self._failures = 0
        self._next = float("-inf")

    @property
    def state(self) -> State:
        """What is known of the service."""
        return self._state

    def pause(self, now: float) -> float:
        """Return the seconds until the next try."""
        return max(self._next - now, 0.0)

    def begin(self, now: float, *, last: bool = False) -> bool:
        """Begin a try. Return whether it may be made now.

        Args:
            last: there will be no other, so that it does not wait for its time.
        """
        if self._state is State.HALF_OPEN or (self.pause(now) and not last):
            return False
        if self._state is State.OPEN:
            self._state = State.HALF_OPEN
        return True

    def succeed(self) -> None:
        """The service answered."""
        self._state = State.CLOSED
        self._failures = 0
        self._next = float("-inf")

    def fail(self, now: float, *, chance: float, wish: float = 0.0) -> None:
        """The service did not answer, or none of what it was asked.

        Args:
            chance: from 0 to 1, what makes the pause longer.
            wish: seconds that the service asks for.
        """
        pace = self._pace
        doublings = min(self._failures, _DOUBLINGS)
        pause = min(ldexp(pace.first_pause, doublings), pace.longest_pause) * (1 + chance) / 2
        self._next = now + max(pause, min(wish, pace.longest_wish))
        self._failures += 1
        self._state = State.OPEN if self._failures >= pace.failures else State.CLOSED
