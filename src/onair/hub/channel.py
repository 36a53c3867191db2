"""One channel that has subscribers."""

from __future__ import annotations

from collections.abc import Callable

from onair.hub.presence import Presence

Write = Callable[[bytes], object]


class Channel:
    """Who listens to a channel, and what they have not been sent yet."""

    __slots__ = ("excluded", "name", "pending", "presence", "writes")

    def __init__(self, name: str, presence: Presence | None) -> None:
        self.name = name
        self.presence = presence
        self.writes: dict[str, Write] = {}  # by socket id
        self.pending: list[bytes] = []  # frames, in order
        self.excluded: dict[str, set[int]] = {}  # by socket id, the positions in pending that it does not get

    def add(self, wire: bytes, exclude: str | None = None) -> None:
        """Put a frame behind those that are pending, for all but one socket."""
        if exclude is not None and exclude in self.writes:
            self.excluded.setdefault(exclude, set()).add(len(self.pending))
        self.pending.append(wire)

    def flush(self) -> None:
        """Write what is pending, joined, once to each listener."""
        pending, self.pending = self.pending, []
        if not pending:
            return
        # Copied, so that whatever a write leads to cannot disturb the others.
        writes = self.writes.copy() if self.excluded else self.writes
        if self.excluded:
            self._write_excluded(pending, writes)
        wire = pending[0] if len(pending) == 1 else b"".join(pending)
        for write in list(writes.values()):
            write(wire)

    def _write_excluded(self, pending: list[bytes], writes: dict[str, Write]) -> None:
        """Write what is theirs to the sockets that do not get all, and take them out of ``writes``."""
        excluded, self.excluded = self.excluded, {}
        for socket_id, positions in excluded.items():
            write = writes.pop(socket_id, None)
            wire = b"".join(frame for position, frame in enumerate(pending) if position not in positions)
            if write is not None and wire:
                write(wire)
