"""One timer for all sessions: who is idle, who does not read, who does not go.

A sweep runs every ``tick`` seconds while there is anybody to watch. Sessions lie on shelves, and each sweep
asks those of one shelf whether they are alive, so that ten thousand idle sockets cost a thousand glances a
second.

A reader that is behind is no reason to close: every burst fills buffers. It is closed when its transport has
been blocked for ``patience`` seconds, or when it holds more than its app's largest event and 1 MiB and has
taken nothing off it since the sweep before. So nothing is judged while events are being written, and a reader
that catches up is never closed for its size.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from onair.protocol.errors import OverCapacity
from onair.webhooks.delay import HELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onair.server.session import Session

#: Bytes that may wait for a reader beside one event of the largest size.
BACKLOG = 1024 * 1024

SHELVES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long things may take, in seconds."""

    #: Between two sweeps; every session is asked whether it is alive in every tenth.
    tick: float = 1.0
    #: That a reader may be blocked.
    patience: float = 10.0
    #: That a client has for answering a close.
    linger: float = 3.0
    #: That an application is not told yet of who has left: a page that reloads comes back.
    held: float = HELD
    #: That a client of the fallback may be away between two requests.
    absence: float = 5.0
    #: That an answer of the fallback is silent: proxies give up after a minute.
    heartbeat: float = 25.0


@dataclass(slots=True)
class _Blocked:
    """A reader that is behind, since when, and how much waited for it at the sweep before."""

    since: float
    waiting: int | None = None


class Watch:
    """The sessions of a server, and the sweep over them."""

    def __init__(self, timings: Timings, *, on_sweep: Callable[[], bool] = bool) -> None:
        """
        Args:
            timings: How long things may take.
            on_sweep: Called in each sweep; returns whether there shall be another one though nobody is there.
        """
        self.timings = timings
        self._on_sweep = on_sweep
        self._is_awaited = False
        self._shelves: tuple[set[Session], ...] = tuple(set() for _ in range(SHELVES))
        self._next = 0
        self._blocked: dict[Session, _Blocked] = {}
        self._closing: dict[Session, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __iter__(self) -> Iterator[Session]:
        """The open sessions, as they are now."""
        return iter([session for shelf in self._shelves for session in shelf])

    @property
    def is_running(self) -> bool:
        """Whether there is anybody to watch."""
        return self._timer is not None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Keep time in this loop; what another loop left is forgotten with it."""
        self._loop, self._timer = loop, None
        self._blocked.clear()
        self._closing.clear()

    def add(self, session: Session) -> None:
        """A session has opened."""
        self._shelf(session).add(session)
        self._start()

    def leave(self, session: Session) -> None:
        """A session takes part no longer; its transport may still be there."""
        self._shelf(session).discard(session)
        self._blocked.pop(session, None)

    def closing(self, session: Session, seconds: float) -> None:
        """A session's transport has so long to go by itself."""
        self._closing[session] = monotonic() + seconds
        self._start()

    def gone(self, session: Session) -> None:
        """A session's transport has gone."""
        self._closing.pop(session, None)

    def block(self, session: Session) -> None:
        """A session's transport takes no more for now."""
        self._blocked[session] = _Blocked(monotonic())
        self._start()

    def unblock(self, session: Session) -> None:
        """A session's transport has taken nearly all that waited."""
        self._blocked.pop(session, None)

    def _shelf(self, session: Session) -> set[Session]:
        return self._shelves[hash(session) % SHELVES]

    def _start(self) -> None:
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(self.timings.tick, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            self.sweep(monotonic())
        finally:
            if self._is_awaited or self._blocked or self._closing or any(self._shelves):
                self._start()

    def sweep(self, now: float) -> None:
        """Look at one shelf, at all slow readers, and at all that are closing.

        Args:
            now: Seconds of the monotonic clock.
        """
        self._is_awaited = self._on_sweep()
        self._next = (self._next + 1) % SHELVES
        for session in tuple(self._shelves[self._next]):
            session.check(now)
        for session, blocked in tuple(self._blocked.items()):
            self._judge(session, blocked, now)
        for session, deadline in tuple(self._closing.items()):
            if now >= deadline:
                del self._closing[session]
                session.abort()

    def _judge(self, session: Session, blocked: _Blocked, now: float) -> None:
        before, blocked.waiting = blocked.waiting, session.waiting()
        is_growing = before is not None and blocked.waiting >= before
        is_too_much = blocked.waiting > BACKLOG + session.event_limit
        if now - blocked.since >= self.timings.patience or (is_growing and is_too_much):
            session.server.counters.slow_readers[session.app_id] += 1
            session.close(
                OverCapacity("This connection does not read what it is sent"), linger=self.timings.tick
            )
