"""A session under an ASGI server that keeps the WebSocket to itself."""

from __future__ import annotations

import asyncio

from onair.protocol import frames
from onair.server.buffered import BufferedSession, first_of
from onair.server.server import Server
from onair.server.session import UNSUPPORTED_DATA
from onair.server.types import Event, Receive, Send


class OutboxSession(BufferedSession):
    """One WebSocket of ASGI after it was accepted.

    ``send`` of ASGI waits for a client that does not read, so one task sends what the others put into the
    outbox.
    """

    __slots__ = ("_sender",)

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._sender: asyncio.Task[None] | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        """Carry messages until one side has closed."""
        self._sender = asyncio.create_task(self._send_all(send))
        try:
            await first_of(self._sender, asyncio.create_task(self._receive_all(receive)))
        finally:
            self.lost()

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    async def _send_all(self, send: Send) -> None:
        while True:
            while self._outbox:
                await self._send_one(send, self._outbox.popleft())
            if self._farewell is not None:
                code, reason = self._farewell
                await send({"type": "websocket.close", "code": code, "reason": reason})
                return
            self._news.clear()
            await self._news.wait()

    async def _send_one(self, send: Send, wire: bytes) -> None:
        for text in frames.texts(wire):
            await send({"type": "websocket.send", "text": text})
        self._passed_on(len(wire))

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
