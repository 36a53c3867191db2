"""Listeners that are written the same bytes."""

from __future__ import annotations

from collections.abc import Callable

Write = Callable[[bytes], object]


class Outlet:
    """Some listeners of a channel, and what they have not been sent yet."""

    __slots__ = ("_excluded", "_pending", "writes")

    def __init__(self) -> None:
        self.writes: dict[str, Write] = {}  # by socket id
        self._pending: list[bytes] = []  # frames, in order
        #: By socket id, what it gets instead of the frames at these places in pending.
        self._excluded: dict[str, dict[int, bytes]] = {}

    def add(self, wire: bytes, exclude: str | None = None, instead: bytes = b"") -> None:
        """Put a frame behind those that are pending; one socket may get another one, or none."""
        if exclude is not None and exclude in self.writes:
            self._excluded.setdefault(exclude, {})[len(self._pending)] = instead
        self._pending.append(wire)

    def flush(self) -> int:
        """Write what is pending, joined, once to each listener. Return how many frames those were in all."""
        pending, self._pending = self._pending, []
        if not pending:
            return 0
        # Copied, so that whatever a write leads to cannot disturb the others.
        writes = self.writes.copy() if self._excluded else self.writes
        delivered = self._write_excluded(pending, writes) if self._excluded else 0
        wire = pending[0] if len(pending) == 1 else b"".join(pending)
        everybody = list(writes.values())
        for write in everybody:
            write(wire)
        return delivered + len(pending) * len(everybody)

    def _write_excluded(self, pending: list[bytes], writes: dict[str, Write]) -> int:
        """Write what is theirs to the sockets that do not get all, and take them out of ``writes``."""
        excluded, self._excluded = self._excluded, {}
        delivered = 0
        for socket_id, places in excluded.items():
            write = writes.pop(socket_id, None)
            theirs = [places.get(place, frame) for place, frame in enumerate(pending)]
            if write is not None and any(theirs):
                write(b"".join(theirs))
                delivered += len(theirs) - theirs.count(b"")
        return delivered
