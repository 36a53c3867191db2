"""A session that outlives its requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from onair.protocol import frames
from onair.protocol import messages as protocol_messages
from onair.protocol.errors import BadMessage
from onair.server.buffered import BufferedSession, first_of
from onair.server.fallback import lines
from onair.server.fallback.away import Away
from onair.server.fallback.response import Response
from onair.server.server import Server
from onair.server.types import Receive, Send

#: Bytes from the outbox that are put into one line.
LINE_SIZE = 128 * 1024

#: What a line of messages is made from when the client asked for a sign of life: no message.
_NOTHING = b""


class FallbackSession(BufferedSession):
    """One client over requests that follow each other.

    What waits between two requests is in the outbox. A request whose client breaks it off ends the session,
    as it does for pusher-js; one that had its share leaves it for the next.

    Args:
        server: The server.
        away: Those that wait for their next request.
        on_end: Called when no request can find the session any more.
    """

    __slots__ = ("_absence", "_away", "_break_off", "_has_begun", "_has_ended", "_newest", "_on_end", "_turn")

    def __init__(self, server: Server, away: Away, on_end: Callable[[FallbackSession], object]) -> None:
        super().__init__(server)
        self._away = away
        self._on_end = on_end
        self._has_begun = False
        self._has_ended = False
        self._turn = asyncio.Lock()
        self._newest: Response | None = None
        self._break_off: Callable[[], object] | None = None
        self._absence: asyncio.TimerHandle | None = None

    async def attend(
        self, receive: Receive, send: Send, share: int, abort: Callable[[], object] | None = None
    ) -> None:
        """Answer a request for what there is to receive, and return when that has ended.

        An older request that is still under way ends first: its client, or a proxy, has asked again.

        Args:
            receive: ASGI's.
            send: ASGI's.
            share: How long the answer may get, in UTF-16 code units; 0 ends it behind the first lines.
            abort: Breaks the request's connection off, where the server can.
        """
        response = self._newest = Response(send, share)
        self._await_nobody()
        self._news.set()
        try:
            async with self._turn:
                await self._answer(response, receive, abort)
        finally:
            if response is self._newest:
                self._leave_for_next(response)

    async def take(self, body: bytes) -> None:
        """Take what the client sends.

        Raises:
            BadMessage: It cannot be read. The client is told so, too: pusher-js looks at no answer.
        """
        self.heard()
        try:
            texts = lines.read_texts(body)
        except BadMessage as error:
            self.write(frames.text(protocol_messages.error(error)))
            raise
        if not texts:
            self.write(_NOTHING)
        for text in texts:
            await self._caught_up.wait()  # who reads nothing is not heard: answers would wait
            self.receive(text.encode())

    def abort(self) -> None:
        if self._break_off is None:
            self.lost()
        else:
            self._break_off()

    def give_up(self) -> None:
        """The client has not come back in time."""
        self._caught_up.set()
        self.lost()

    def lost(self) -> None:
        super().lost()
        self._await_nobody()
        self._on_end(self)

    def _shut(self, code: int, reason: str) -> None:
        super()._shut(code, reason)
        self._caught_up.set()

    async def _answer(self, response: Response, receive: Receive, abort: Callable[[], object] | None) -> None:
        writer = asyncio.create_task(self._write_to(response))
        self._break_off = abort or writer.cancel
        try:
            await first_of(writer, asyncio.create_task(_until_gone(receive)))
        finally:
            self._break_off = None

    async def _write_to(self, response: Response) -> None:
        await response.begin()
        while not response.is_over:
            if response is not self._newest:
                await response.write(b"", is_last=True)
            elif self._outbox or self._farewell is not None:
                await self._write_lines(response)
            else:
                await self._wait(response)

    async def _write_lines(self, response: Response) -> None:
        """Send what waits, in one block: to its end, where it is long, the client may be gone."""
        wires = list(self._next_wires())
        block = b"" if self._has_begun else lines.OPEN
        self._has_begun = True
        if wires:
            block += lines.messages(text for wire in wires for text in frames.texts(wire))
        if self._farewell is not None and not self._outbox and response.has_room_behind(block):
            block += lines.close(*self._farewell)
            self._has_ended = True
        await response.write(block, is_last=self._has_ended)
        self._passed_on(sum(map(len, wires)))

    def _next_wires(self) -> Iterator[bytes]:
        size = 0
        while self._outbox and size < LINE_SIZE:
            wire = self._outbox.popleft()
            size += len(wire)
            yield wire

    async def _wait(self, response: Response) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(self.server.watch.timings.heartbeat):
                await self._news.wait()
        except TimeoutError:
            await response.write(lines.HEARTBEAT)

    def _leave_for_next(self, response: Response) -> None:
        """After a request: the session ends, or waits for the next one."""
        if self._has_ended or not response.is_over:
            self._caught_up.set()
            self.lost()
        else:
            timings = self.server.watch.timings
            self._absence = asyncio.get_running_loop().call_later(timings.absence, self.give_up)
            self._away.add(self)

    def _await_nobody(self) -> None:
        self._away.discard(self)
        if self._absence is not None:
            self._absence.cancel()
            self._absence = None


async def _until_gone(receive: Receive) -> None:
    """Wait for the end of a request's connection; whatever else comes is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass
