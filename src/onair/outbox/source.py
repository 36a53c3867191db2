"""Where entries are read: what the reader asks of each kind of database."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from onair.outbox.entries import Entry


class Source(Protocol):
    """One database's outbox, over a connection of its own. What was read stays read when that is lost."""

    def open(self) -> bool:
        """Connect; entries are read that come from the first time on. False where there is no outbox."""

    def close(self) -> None:
        """Close the connection, and leave the telling to others. It does no harm where there is none."""

    def claim(self) -> bool:
        """Become the only one that tells of this database; False while another process is."""

    def read(self) -> Iterator[Sequence[Entry]]:
        """Yield what was committed since the last call, by transactions where the database tells."""

    @property
    def place(self) -> str:
        """Until where was read, as text; once it is open."""

    def go_on_from(self, place: str) -> None:
        """Read on from where another process has read until."""

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait so long for something to be written; whether it was."""

    def clean(self, age: float) -> None:
        """Delete entries that could be read since so many seconds."""
