"""A session under an ASGI server that keeps the transport to itself: messages wait in an outbox."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from onair.protocol import frames
from onair.server.server import Server
from onair.server.session import UNSUPPORTED_DATA, Session
from onair.server.types import Event, Receive, Send

logger = logging.getLogger("onair.server")

#: Bytes in the outbox from which its reader counts as behind, and at which it has caught up.
HIGH_WATER = 64 * 1024
LOW_WATER = 16 * 1024

#: What ASGI servers raise when they are given something for a client that has gone.
GONE = (OSError, RuntimeError)


class OutboxSession(Session):
    """One WebSocket of ASGI after it was accepted.

    ``send`` of ASGI waits for a client that does not read, so one task sends what the others put into the
    outbox.
    """

    __slots__ = ("_caught_up", "_close_code", "_news", "_outbox", "_sender", "_waiting")

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.write = self._put
        self._outbox: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._close_code: tuple[int, str] | None = None
        self._sender: asyncio.Task[None] | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        """Carry messages until one side has closed."""
        self._sender = asyncio.create_task(self._send_all(send))
        reader = asyncio.create_task(self._receive_all(receive))
        tasks = (self._sender, reader)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.lost()
            for task in tasks:
                task.cancel()
            _log_unexpected(await asyncio.gather(*tasks, return_exceptions=True))

    def waiting(self) -> int:
        return self._waiting

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    def _shut(self, code: int, reason: str) -> None:
        self._close_code = code, reason.encode()[: frames.MAX_CONTROL_BYTES - 2].decode(errors="ignore")
        self._news.set()

    def _put(self, wire: bytes) -> None:
        self._outbox.append(wire)
        self._waiting += len(wire)
        self._news.set()
        if self._waiting > HIGH_WATER and self._caught_up.is_set() and self.is_open:
            self._caught_up.clear()
            self.server.watch.block(self)

    async def _send_all(self, send: Send) -> None:
        while True:
            while self._outbox:
                await self._send_one(send, self._outbox.popleft())
            if self._close_code is not None:
                code, reason = self._close_code
                await send({"type": "websocket.close", "code": code, "reason": reason})
                return
            self._news.clear()
            await self._news.wait()

    async def _send_one(self, send: Send, wire: bytes) -> None:
        for text in frames.texts(wire):
            await send({"type": "websocket.send", "text": text})
        self._waiting -= len(wire)
        if self._waiting <= LOW_WATER and not self._caught_up.is_set():
            self._caught_up.set()
            self.server.watch.unblock(self)

    async def _receive_all(self, receive: Receive) -> None:
        while (event := await receive())["type"] == "websocket.receive":
            if self.is_open:
                self._take(event)
            await self._caught_up.wait()  # who reads nothing is not heard: answers would wait

    def _take(self, event: Event) -> None:
        text = event.get("text")
        if text is None:
            self.shut(UNSUPPORTED_DATA, "Messages are text")
            return
        self.receive(text.encode())


def _log_unexpected(results: Iterable[BaseException | None]) -> None:
    """Log what ended the tasks, unless it was their end or the client's."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, GONE):
            logger.error("An unexpected error ends a socket", exc_info=result)
