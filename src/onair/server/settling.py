"""Waiting for those who have reached a server before it stopped listening, and want nothing yet."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterable
from time import monotonic
from weakref import WeakSet

#: Seconds that a connection has for TLS and its first request when nobody is let in any more.
SETTLE = 10.0

#: Turns of the loop in which a connection that the system has handed over becomes known to somebody.
TURNS = 5


class Settling:
    """Whether all who have come know where they belong. Whoever says nothing is not waited for any longer.

    Args:
        seconds: How long it may take from now.
        shaking_hands: Those who agree on TLS.
        connections: All others; uvicorn's.
    """

    def __init__(
        self, seconds: float, shaking_hands: Collection[object], connections: Iterable[object]
    ) -> None:
        self._until = monotonic() + seconds
        self._shaking_hands = shaking_hands
        self._connections = connections

    @property
    def is_over(self) -> bool:
        if monotonic() >= self._until:
            return True
        return not self._shaking_hands and all(
            getattr(connection, "has_asked", True) for connection in self._connections
        )


def shaking_hands(context: ssl.SSLContext | None) -> Collection[object]:
    """Return who agrees on TLS at each moment, for a server that is to listen with this context.

    A loop tells a protocol of its connection when TLS is agreed on, and nothing where it never is. So who has
    gone meanwhile is forgotten when the loop forgets it.
    """
    now: WeakSet[ssl.SSLObject] = WeakSet()

    class Known(ssl.SSLObject):
        def do_handshake(self) -> None:
            now.discard(self)
            try:
                super().do_handshake()
            except ssl.SSLWantReadError:
                now.add(self)
                raise

    if context is not None:
        context.sslobject_class = Known
    return now
