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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile

from onair.changes.change import Commit
from onair.changes.ids import ChangeId

#: Seconds for which a change is remembered, and how many are.
MAX_AGE = 60.0
MAX_CHANGES = 10_000

#: Processes whose numbers are remembered: the last that were heard of.
MAX_PROCESSES = 1_000

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


@dataclass(frozen=True, slots=True)
class Seen:
    """Which changes had happened at a moment, told in a way that another process can use.

    A process numbers what has changed after it was committed: who has heard of one knows that those before
    have been committed as well, whether it has heard of them or not.

    Args:
        time: the moment, by the clock.
        numbers: the highest that was heard lately of each process.
    """

    time: float
    numbers: Mapping[str, int]

    def has(self, change: ChangeId | None) -> bool:
        """Whether a change had happened then, by its number."""
        return change is not None and change.number <= self.numbers.get(change.process, 0)

    def has_all_of(self, other: Seen) -> bool:
        """Whether all had happened then that had happened at another moment, by its number."""
        return all(self.has(ChangeId(process, number)) for process, number in other.numbers.items())


@dataclass(frozen=True, slots=True)
class _Entry:
    time: float
    change: Change
    number: ChangeId | None


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
        #: Since when all is known.
        self._began = self._clock()
        self._lock = threading.Lock()
        self._entries: deque[_Entry] = deque()
        self._forgotten = 0
        #: The highest number that was heard of each process, and when: those heard of last are the last.
        self._heard: dict[str, tuple[int, float]] = {}
        #: How many changes had come when a number was left out that may come yet, or is lost.
        self._gap = 0

    def append(self, change: Change, number: ChangeId | None = None) -> None:
        """Add what has been committed.

        Args:
            number: by which other processes know it; None where they do not hear of it.
        """
        now = self._clock()
        with self._lock:
            self._entries.append(_Entry(now, change, number))
            if number is not None:
                self._hear(number, now)
            while len(self._entries) > MAX_CHANGES or now - self._entries[0].time > MAX_AGE:
                self._entries.popleft()
                self._forgotten += 1
                self._began = self._entries[0].time

    def _hear(self, number: ChangeId, now: float) -> None:
        highest, _ = self._heard.pop(number.process, (0, now))
        self._heard[number.process] = max(highest, number.number), now
        if number.number > highest + 1:
            self._gap = self._forgotten + len(self._entries)
        if len(self._heard) > MAX_PROCESSES:
            del self._heard[next(iter(self._heard))]

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
                later = sum(1 for _ in takewhile(lambda entry: entry.time >= moment, reversed(self._entries)))
            return Position(self.epoch, self._forgotten + len(self._entries) - later, moment)

    def since(self, position: Position) -> Iterable[Change] | None:
        """Return what has come since; None where nobody knows any more."""
        with self._lock:
            if position.epoch != self.epoch:
                return self._since(position.time - CLOCK_SKEW)
            if position.number < self._forgotten:
                return None
            new = islice(self._entries, position.number - self._forgotten, None)
            return [entry.change for entry in new]

    def all_since(self, position: Position) -> Iterable[Change] | None:
        """Return what has come since, None where nobody knows, or more has happened that may come yet.

        What is taken over from one rendering to the next is what it was then, and its changes are those that
        have come. Another process believes that a rendering has all that had happened.
        """
        with self._lock:
            has_gap = position.number < self._gap
        return None if has_gap else self.since(position)

    def seen(self) -> Seen:
        """Return what had happened until now, for another process."""
        now = self._clock()
        with self._lock:
            # What is older, the time tells.
            late = {process: number for process, (number, at) in self._heard.items() if now - at <= MAX_AGE}
            return Seen(now, late)

    def knows(self, seconds: float) -> bool:
        """Whether all is known that has come in so many seconds, and what another process says of them."""
        with self._lock:
            return self._began <= self._clock() - seconds - CLOCK_SKEW

    def beyond(self, seen: Seen) -> Iterable[tuple[float, Change]] | None:
        """Return what may have come since another process had seen so much, each with the seconds since then.

        None stands for changes that nobody knows, or a clock that is further ahead than it may be.
        """
        now = self._clock()
        with self._lock:
            found = self._entries_since(seen.time - CLOCK_SKEW)
        if found is None or seen.time > now + CLOCK_SKEW:
            return None
        return [(now - entry.time, entry.change) for entry in found if not seen.has(entry.number)]

    def _since(self, moment: float) -> Iterable[Change] | None:
        found = self._entries_since(moment)
        return None if found is None else [entry.change for entry in found]

    def _entries_since(self, moment: float) -> list[_Entry] | None:
        if moment < self._began:
            return None
        return list(reversed(list(takewhile(lambda entry: entry.time >= moment, reversed(self._entries)))))


#: That of this process. The child of a fork hears of other changes than its parent.
log = ChangeLog()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=log.begin)
