"""One connection to Redis in an event loop: what is asked in one turn of the loop goes out in one write."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import hiredis

from onair.engines.redis.address import Command
from onair.engines.redis.resp import NOT_YET, new_reader, pack

#: Gets the reply; an exception where Redis answers with an error, or the connection was lost.
Answer = Callable[[Any], object]


class Lost(Exception):
    """The connection is no more."""


class Connection(asyncio.Protocol):
    """Commands out, replies in, in the same order.

    Args:
        lost: Is called once, when the connection is gone, before those who wait are told.
    """

    def __init__(self, lost: Callable[[Exception], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._lost = lost
        self._reader = new_reader()
        self._waiting: deque[Answer] = deque()
        self._unsent: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._has_heard = True
        self._looks = 0
        self._is_over = False

    def ask(self, command: Command, answer: Answer) -> None:
        """Send a command at the end of this turn of the loop; the answer gets the reply."""
        if self._is_over:
            answer(Lost())
            return
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._waiting.append(answer)
        self._unsent.append(pack(command))

    def request(self, *command: str | bytes | int) -> asyncio.Future[Any]:
        """Send a command; the future has the reply, and raises the error."""
        future = self._loop.create_future()
        self.ask(command, partial(_settle, future))
        return future

    def check(self, reply: Any) -> None:
        """Close, if this reply is an error; an answer for what has no other."""
        if isinstance(reply, Exception):
            self.end(reply)

    def look(self) -> int:
        """Return how many looks in a row have found that something is waited for and nothing came.

        Looks are counted, and not seconds: in those of which this process itself was stopped, nothing
        could come.
        """
        self._looks = 0 if self._has_heard or not self._waiting else self._looks + 1
        self._has_heard = False
        if not self._waiting:
            self.ask(("PING",), self.check)
        return self._looks

    def end(self, reason: Exception) -> None:
        """Close at once, and tell those who wait."""
        if self._is_over:
            return
        self._is_over = True
        if self._transport is not None:
            self._transport.abort()
        self._lost(reason)
        while self._waiting:
            self._waiting.popleft()(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none of asyncio's classes
        if self._is_over:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self._has_heard = True
        self._reader.feed(data)
        try:
            self._drain()
        except hiredis.ProtocolError as error:
            self.end(error)

    def connection_lost(self, error: Exception | None) -> None:
        self.end(error or Lost("it has closed the connection"))

    def _drain(self) -> None:
        gets, waiting = self._reader.gets, self._waiting
        while (reply := gets()) is not NOT_YET:
            if not waiting:
                # What Redis says before it closes, such as that it has too many clients.
                self.end(reply if isinstance(reply, Exception) else Lost("it says what nobody asked for"))
                return
            waiting.popleft()(reply)

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is not None and not self._is_over:
            self._transport.write(b"".join(unsent))


class Feed(Connection):
    """A connection that hears what is published.

    Args:
        heard: Gets what arrived in one read, by the names of the channels.
    """

    def __init__(
        self, lost: Callable[[Exception], object], heard: Callable[[dict[bytes, list[bytes]]], object]
    ) -> None:
        super().__init__(lost)
        self._heard = heard

    def _drain(self) -> None:
        gets, waiting = self._reader.gets, self._waiting
        messages: dict[bytes, list[bytes]] = {}
        while (reply := gets()) is not NOT_YET:
            if type(reply) is list and reply[0] == b"message":
                _, channel, payload = reply
                messages.setdefault(channel, []).append(payload)
            elif waiting:
                waiting.popleft()(reply)
            else:
                self.end(reply if isinstance(reply, Exception) else Lost("it says what nobody asked for"))
                return
        if messages:
            self._heard(messages)


def _settle(future: asyncio.Future[Any], reply: Any) -> None:
    if future.done():
        return
    if isinstance(reply, Exception):
        future.set_exception(reply)
        future.exception()  # those who do not wait for it need not hear of it
    else:
        future.set_result(reply)
