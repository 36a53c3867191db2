"""The sessions between two requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onair.server.fallback.session import FallbackSession

#: One of so many connections may be a session that is away.
SHARE = 4


class Away:
    """Sessions that no request attends, the one that is away for longest first.

    They hold no connection: by a single one, a client could make as many as the server takes, and keep
    everybody else out. Clients that are there come back at once, so that few are away at a time.

    Args:
        connections: How many connections the server takes.
    """

    def __init__(self, connections: int) -> None:
        self._most = max(connections // SHARE, 1)
        self._sessions: dict[FallbackSession, None] = {}

    def add(self, session: FallbackSession) -> None:
        """A session's request has ended; beyond the bound, another one is given up for it."""
        self._sessions[session] = None
        if len(self._sessions) > self._most:
            next(iter(self._sessions)).give_up()

    def discard(self, session: FallbackSession) -> None:
        """A session's client is back, or the session has ended."""
        self._sessions.pop(session, None)
