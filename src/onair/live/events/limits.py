"""How often one session may send events, in this process: some at once, and then so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

#: Sessions that are remembered; beyond it those that were quiet for longest are forgotten.
SESSIONS = 10_000


class RateLimit:
    """Who has sent how much lately: for each sender the time when all of it is forgotten again.

    Threads that come at the very same moment may count one event for two.

    Args:
        clock: seconds that never go back.
        size: senders that are remembered.
    """

    __slots__ = ("_clock", "_free", "_size")

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, size: int = SESSIONS) -> None:
        self._clock = clock
        self._size = size
        self._free: dict[Hashable, float] = {}

    def wait(self, sender: Hashable, per_second: float, burst: float) -> float:
        """Count an event, and return 0; or the seconds that the sender has to wait, and count nothing."""
        now = self._clock()
        free = max(self._free.get(sender, now), now)
        over = free - now + (1 - burst) / per_second
        if over > 0:
            return over
        self._free.pop(sender, None)  # the dictionary is in the order of the last events
        self._free[sender] = free + 1 / per_second
        if len(self._free) > self._size:
            for quiet in list(self._free)[: 1 + self._size // 10]:
                self._free.pop(quiet, None)
        return 0.0
