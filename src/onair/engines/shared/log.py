"""How far a node has read the log of a channel. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onair.engines.base import Entry, Snapshot


class Log:
    """The log of one channel, read in its order, each entry once.

    An entry whose predecessor was not seen waits, with all behind it, until a snapshot fills the hole; so do
    those that come before the first snapshot. The caller acts on each entry before it takes the next one.
    """

    __slots__ = ("_early", "is_open", "number")

    def __init__(self) -> None:
        self.number = 0  # of the last entry that was taken
        self.is_open = False  # whether a snapshot said where the reading begins
        self._early: list[Entry] = []

    @property
    def has_hole(self) -> bool:
        """Whether entries wait for one that was missed."""
        return bool(self._early)

    def take(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Return those entries whose turn it is."""
        for entry in entries:
            if not self.is_open or self._early or entry.previous > self.number:
                self._early.append(entry)
            elif entry.number > self.number:
                self.number = entry.number
                yield entry

    def continues_in(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot, with what was taken since it was asked for, leaves nothing out."""
        return self.is_open and snapshot.entries is not None

    def fill(self, snapshot: Snapshot) -> Iterator[Entry]:
        """Return what a snapshot has after what was taken."""
        for entry in snapshot.entries or ():
            if entry.number > self.number:
                self.number = entry.number
                yield entry

    def open(self, number: int) -> None:
        """Go on behind this number, wherever the reading was before."""
        self.number = number
        self.is_open = True

    def go_on(self) -> Iterator[Entry]:
        """Return what came while a snapshot was on its way, as :meth:`take` does."""
        early, self._early = self._early, []
        return self.take(early)

    def lose(self) -> None:
        """The log is another one from now on: what was read of it counts for nothing."""
        self.is_open = False
        self._early.clear()
