"""The writes of a transaction as they are noted: cheap to take, and looked into where somebody asks."""

from __future__ import annotations

from collections.abc import Callable

from onair.changes.recording import MOST_ROWS, Recording

#: What a write was, as it is put into a recording later.
Note = Callable[[Recording], object]


class Notes:
    """The notes of one stretch of a transaction, in their order."""

    __slots__ = ("_notes", "_rows")

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._rows = 0

    def add(self, note: Note, rows: int) -> None:
        """Add a write of so many rows. Beyond a number the rows are joined, so that memory stays bounded."""
        self._notes.append(note)
        self._rows += rows
        if self._rows > MOST_ROWS:
            recording = Recording()
            self.put_into(recording)
            self._notes, self._rows = [recording.put_into], 0

    def put_into(self, recording: Recording) -> None:
        """Record what was noted."""
        for note in self._notes:
            note(recording)
