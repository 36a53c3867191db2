"""What is said to all nodes: lines for the site's code, and that a user's connections are to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from onair.engines import entries
from onair.engines.base import Changes, Entry, Snapshot
from onair.protocol.member import Member


class Everybody:
    """Reads the log that every node follows.

    Args:
        terminated: Told the id of a user whose connections are to be closed.
        handed: Told what was handed over.
        missed: Told that something was said which nobody knows any more.
    """

    __slots__ = ("_handed", "_missed", "_terminated")

    def __init__(
        self,
        terminated: Callable[[str], object],
        handed: Callable[[entries.Handed], object],
        missed: Callable[[], object],
    ) -> None:
        self._terminated = terminated
        self._handed = handed
        self._missed = missed

    def share(self) -> tuple[int, tuple[Member, ...]]:
        return 1, ()

    def opened(self, snapshot: Snapshot) -> None:
        """What was said before this node reached the engine is lost to whom it has served since."""
        self._missed()

    def apply(self, entry: Entry) -> None:
        kind = entry.body[:1]
        if kind == entries.HANDED:
            self._handed(entries.handed_of(entry.body))
        elif kind == entries.TERMINATED:
            self._terminated(entries.text_of(entry.body))

    def missed(self, snapshot: Snapshot) -> None:
        self._missed()

    def knows(self, members: Sequence[Member], snapshot: Snapshot) -> None:
        """Nobody is a member of it."""

    def changed(self, changes: Changes) -> None:
        """Applications are not told of it."""

    def advanced(self) -> None:
        """Nothing waits for it."""
