"""Sending clients away one by one, evenly over some seconds.

A client that is told to reconnect at once does so, with nothing random of its own. Closing all sockets in one
moment sends every client to the next server in one moment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from onair.protocol.errors import ReconnectNow
from onair.server.server import Server
from onair.server.session import Session

#: The least seconds between two steps. Many sockets go in steps of several.
STEP = 0.01


@dataclass(frozen=True, slots=True)
class Turns:
    """When each of ``total`` has its turn: the first at once, the others evenly over the seconds."""

    total: int
    seconds: float

    def due(self, elapsed: float) -> int:
        """How many have had their turn after so many seconds."""
        if elapsed >= self.seconds:
            return self.total
        return min(self.total, 1 + int(self.total * elapsed / self.seconds))

    def wait(self, done: int, elapsed: float) -> float:
        """The seconds until the next step, when so many have had their turn."""
        return max(self.seconds * done / self.total - elapsed, STEP)


class Drain:
    """The end of a server's sockets: no new ones are taken, the open ones are closed in turn (4200).

    One that waits for its turn is served as ever.

    Args:
        server: Whose sockets they are.
        seconds: Over how long; 0 closes them in one moment.
        refuses: Whether new ones are told to come back later (4100). Where others take those who come, the
            last ones that got here are let in, and told to come back at once.
    """

    def __init__(self, server: Server, seconds: float, *, refuses: bool = True) -> None:
        self._server = server
        self._refuses = refuses
        self._sessions: deque[Session] = deque(server.watch)
        self._turns = Turns(len(self._sessions), seconds)
        self._closed = 0
        self._began = server.loop.time()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_over(self) -> bool:
        """Whether every socket has been closed."""
        return not self._server.connections()

    @property
    def all_had_turn(self) -> bool:
        """Whether those have been told who were there at the beginning."""
        return not self._sessions

    def start(self) -> None:
        """Begin. Only in the server's loop."""
        if self._refuses:
            self._server.drain()
        self._step()

    def hurry(self) -> None:
        """Close at once what is still open."""
        if self._timer is not None:
            self._timer.cancel()
        self._server.close_all()

    def _step(self) -> None:
        elapsed = self._server.loop.time() - self._began
        for _ in range(self._turns.due(elapsed) - self._closed):
            self._close(self._sessions.popleft())
        if self._sessions:
            self._timer = self._server.loop.call_later(self._turns.wait(self._closed, elapsed), self._step)

    def _close(self, session: Session) -> None:
        self._closed += 1
        if session.is_open:
            session.close(ReconnectNow())
