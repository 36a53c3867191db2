"""The change log: what was committed lately, with positions that a page can name.

A page's position is taken before its first query, and a commit is logged after it: what a page may not have
seen is behind its position.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile

from onair.changes.change import Commit

#: Seconds for which a change is remembered, and how many are.
MAX_AGE = 60.0
MAX_CHANGES = 10_000

#: Seconds by which the clocks of two machines of a site may differ.
CLOCK_SKEW = 5.0


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a log.

    Args:
        epoch: which log it is of: a process has its own.
        number: how many changes lie before it.
        time: by the clock, for another process's log.
    """

    epoch: str
    number: int
    time: float


#: A commit, or the name of a topic that was touched.
Change = Commit | str


class ChangeLog:
    """What has changed lately. Any thread may use it.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Begin anew, as another log."""
        self.epoch = secrets.token_hex(8)
        self._began = self._clock()
        self._lock = threading.Lock()
        self._entries: deque[tuple[float, Change]] = deque()
        self._forgotten = 0

    def append(self, change: Change) -> None:
        """Add what has been committed."""
        now = self._clock()
        with self._lock:
            self._entries.append((now, change))
            while len(self._entries) > MAX_CHANGES or now - self._entries[0][0] > MAX_AGE:
                self._entries.popleft()
                self._forgotten += 1

    def lose(self) -> None:
        """Some of what was committed will never be added: what has come since any position is not known."""
        with self._lock:
            self._forgotten += len(self._entries) + 1
            self._entries.clear()
            self._began = self._clock()

    def position(self, ago: float = 0.0) -> Position:
        """Return where the log ends now, or ended so many seconds ago."""
        moment = self._clock() - ago
        with self._lock:
            later = 0
            if ago:
                later = sum(1 for _ in takewhile(lambda entry: entry[0] >= moment, reversed(self._entries)))
            return Position(self.epoch, self._forgotten + len(self._entries) - later, moment)

    def since(self, position: Position) -> Iterable[Change] | None:
        """Return what has come since; None where nobody knows any more."""
        with self._lock:
            if position.epoch != self.epoch:
                return self._since(position.time - CLOCK_SKEW)
            if position.number < self._forgotten:
                return None
            return [change for _, change in islice(self._entries, position.number - self._forgotten, None)]

    def _since(self, moment: float) -> Iterable[Change] | None:
        oldest = self._entries[0][0] if self._forgotten and self._entries else self._began
        if moment < oldest:
            return None
        return [change for at, change in self._entries if at >= moment]


#: That of this process. The child of a fork hears of other changes than its parent.
log = ChangeLog()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=log.begin)
