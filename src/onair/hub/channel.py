"""One channel that has subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from onair.hub.listener import Listener
from onair.hub.outlet import Outlet
from onair.hub.presence import Presence
from onair.protocol.names import ChannelKind


class Positioned(NamedTuple):
    """An event with its position, and the position alone for the socket that does not get the event."""

    event: bytes
    position: bytes = b""


class Channel:
    """Who listens to a channel: most to plain events, and some to the same events with their positions."""

    __slots__ = (
        "connections",
        "count_is_due",
        "counted_at",
        "is_pending",
        "kind",
        "listeners",
        "misses_cache",
        "name",
        "plain",
        "positioned",
        "presence",
    )

    def __init__(self, name: str, kind: ChannelKind) -> None:
        self.name = name
        self.kind = kind
        self.presence = Presence() if kind.has_members else None
        self.plain = Outlet()
        self.positioned: Outlet | None = None
        self.listeners: dict[str, Listener] | None = {} if kind.attended else None  # by socket id
        self.connections = 0  # in all processes, as far as they have said it
        self.is_pending = False  # whether it waits for the hub's flush
        self.count_is_due = False  # whether that flush tells the number of subscribers
        self.counted_at = float("-inf")  # when it was told last
        self.misses_cache = False  # whether it was told that nothing is cached

    def __contains__(self, listener: Listener) -> bool:
        return self.has(listener.socket_id)

    def has(self, socket_id: str) -> bool:
        """Whether a socket listens here."""
        return any(socket_id in outlet.writes for outlet in self._outlets())

    def __len__(self) -> int:
        return sum(len(outlet.writes) for outlet in self._outlets())

    def join(self, listener: Listener, *, positioned: bool) -> None:
        """Add a listener; whoever has flushed before has seen to it that nothing older reaches it."""
        if positioned and self.positioned is None:
            self.positioned = Outlet()
        outlet = self.positioned if positioned and self.positioned is not None else self.plain
        outlet.writes[listener.socket_id] = listener.write
        if self.listeners is not None:
            self.listeners[listener.socket_id] = listener

    def leave(self, listener: Listener) -> None:
        """Take a listener out."""
        for outlet in self._outlets():
            outlet.writes.pop(listener.socket_id, None)
        if self.listeners is not None:
            self.listeners.pop(listener.socket_id, None)

    def write_to(self, socket_id: str, wire: bytes) -> int:
        """Write a frame to one listener, behind all that was flushed. Return to how many that was."""
        writes = [outlet.writes[socket_id] for outlet in self._outlets() if socket_id in outlet.writes]
        for write in writes:
            write(wire)
        return len(writes)

    @property
    def has_positioned(self) -> bool:
        """Whether anybody listens to events with positions."""
        return self.positioned is not None and bool(self.positioned.writes)

    def add(self, wire: bytes, positioned: Positioned | None = None, exclude: str | None = None) -> None:
        """Put a frame behind those that are pending, for all but one socket.

        ``positioned`` is the same with its position; without one, all get the same bytes.
        """
        self.plain.add(wire, exclude)
        if self.positioned is None:
            return
        if positioned is None:
            self.positioned.add(wire, exclude)
        else:
            self.positioned.add(positioned.event, exclude, instead=positioned.position)

    def flush(self) -> int:
        """Write what is pending to every listener. Return how many frames those were in all."""
        return sum(outlet.flush() for outlet in self._outlets())

    def _outlets(self) -> Iterator[Outlet]:
        yield self.plain
        if self.positioned is not None:
            yield self.positioned
