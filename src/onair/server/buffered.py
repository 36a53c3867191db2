"""A session whose messages wait in an outbox until its transport takes them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from onair.protocol import frames
from onair.server.server import Server
from onair.server.session import Session

logger = logging.getLogger("onair.server")

#: Bytes in the outbox from which its reader counts as behind, and at which it has caught up.
HIGH_WATER = 64 * 1024
LOW_WATER = 16 * 1024

#: What ASGI servers raise when they are given something for a client that has gone.
GONE = (OSError, RuntimeError)


class BufferedSession(Session):
    """Keeps what is written, and says when its reader is behind.

    A subclass waits for ``_news``, takes frames out of ``_outbox``, and says by :meth:`_passed_on` how much
    has reached the transport. ``_farewell`` is the close code and its reason, to be sent behind the rest.
    """

    __slots__ = ("_caught_up", "_farewell", "_news", "_outbox", "_waiting")

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.write = self._put
        self._outbox: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._farewell: tuple[int, str] | None = None

    def waiting(self) -> int:
        return self._waiting

    def _shut(self, code: int, reason: str) -> None:
        self._farewell = code, reason.encode()[: frames.MAX_CONTROL_BYTES - 2].decode(errors="ignore")
        self._news.set()

    def _put(self, wire: bytes) -> None:
        self._outbox.append(wire)
        self._waiting += len(wire)
        self._news.set()
        if self._waiting > HIGH_WATER and self._caught_up.is_set() and self.is_open:
            self._caught_up.clear()
            self.server.watch.block(self)

    def _passed_on(self, size: int) -> None:
        """The transport has taken so many bytes of what waited."""
        self._waiting -= size
        if self._waiting <= LOW_WATER and not self._caught_up.is_set():
            self._caught_up.set()
            self.server.watch.unblock(self)


async def first_of(*tasks: asyncio.Task[None]) -> None:
    """Wait until one task has ended, and end the others. An error that is none of the client's is logged."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        _log_unexpected(await asyncio.gather(*tasks, return_exceptions=True))


def _log_unexpected(results: Iterable[BaseException | None]) -> None:
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, GONE):
            logger.error("An unexpected error ends a socket", exc_info=result)
