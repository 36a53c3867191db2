"""What a server process shares with others through Redis: one connection for commands, one that hears."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from onair.engines.base import Beat, Beaten, EngineDown, Op, Sink
from onair.engines.connecting import Attempts, Trouble, fail
from onair.engines.redis.address import Address, Place
from onair.engines.redis.connection import Connection, Feed
from onair.engines.redis.dialling import dial, locate
from onair.engines.redis.errors import trouble_of
from onair.engines.redis.listening import Listenings
from onair.engines.redis.scripts import scripts
from onair.engines.redis.wire import Keys, entry_of, reply_of

logger = logging.getLogger("onair.engines.redis")

R = TypeVar("R")
C = TypeVar("C", bound=Connection)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, and how often.

    Args:
        connect: For a connection to be made and prepared; and for each sentinel.
        look: Between two looks at whether Redis is silent.
        looks: After so many looks at its silence, all of them while it is asked, it is given up.
        soonest: Between the first attempts to connect.
        latest: Between later attempts.
        closing: For what was asked before the engine is closed.
    """

    connect: float = 15.0
    look: float = 3.0
    looks: int = 5
    soonest: float = 0.1
    latest: float = 2.0
    closing: float = 1.0


DEFAULT = Times()


class RedisEngine:
    """The engine of one app in one process (:class:`onair.engines.base.Engine`)."""

    _loop: asyncio.AbstractEventLoop
    _sink: Sink
    _task: asyncio.Task[None]

    def __init__(self, address: Address, keys: Keys, times: Times) -> None:
        self._address = address
        self._keys = keys
        self._times = times
        self._listenings = Listenings(keys.voice.encode())
        self._opened: list[Connection] = []
        self._commands: Connection | None = None  # while it can be used
        self._reason = EngineDown("Redis is not connected yet")
        self._attempts = Attempts(logger, times.soonest, times.latest)
        self._beats: dict[str, int] = {}  # how often each of our nodes has beaten, as far as was answered

    def start(self, sink: Sink) -> None:
        """Connect, and keep connected."""
        self._loop = asyncio.get_running_loop()
        self._sink = sink
        self._task = self._loop.create_task(self._keep_connected())

    def do(self, op: Op[R]) -> asyncio.Future[R]:
        """Do something; what is asked in one turn of the loop goes out together."""
        future: asyncio.Future[R] = self._loop.create_future()
        if self._commands is None:
            fail(future, self._reason)
        else:
            self._commands.ask(self._keys.of_op(op), partial(self._answer, self._commands, future, op))
        return future

    def listen(self, channel: str) -> asyncio.Future[None]:
        """Get the entries of a channel's log from now on."""
        return self._listenings.add(channel)

    def unlisten(self, channel: str) -> None:
        """Get the entries of a channel no more."""
        self._listenings.remove(channel)

    async def close(self) -> None:
        """Let go of everything."""
        if self._commands is not None:
            with suppress(Exception):
                async with asyncio.timeout(self._times.closing):
                    await self._commands.request("PING")  # which is answered after all that was asked
        self._task.cancel()
        await asyncio.wait([self._task])
        self._reason = EngineDown("The engine is closed")
        self._listenings.close(self._reason)

    async def _keep_connected(self) -> None:
        while True:
            lost: asyncio.Future[Trouble] = self._loop.create_future()
            try:
                await self._connect(lost)
                trouble = await self._watch(lost)
            except Exception as error:
                trouble = trouble_of(error, self._address)
            finally:
                self._hang_up(EngineDown("The engine is closed"))
            self._reason = EngineDown(str(trouble))
            pause = self._attempts.failed(trouble)
            self._sink.disconnected(self._reason)
            await asyncio.sleep(pause)

    async def _connect(self, lost: asyncio.Future[Trouble]) -> None:
        place = await locate(self._address, self._times.connect)
        gone = partial(self._lost, lost, place)
        commands = await self._dial(place, lambda: Connection(gone))
        feed = await self._dial(place, lambda: Feed(gone, self._heard))
        try:
            async with asyncio.timeout(self._times.connect):
                for script in scripts().values():
                    commands.ask(("SCRIPT", "LOAD", script.text), commands.check)
                beats = (part for beat in self._beats.items() for part in beat)
                epoch = await commands.request(*self._keys.call("epoch", (secrets.token_hex(8), *beats)))
                await self._listenings.attach(feed)
        except Exception as error:
            raise trouble_of(error, place) from None
        self._commands = commands
        logger.info("Connected to Redis at %s.", place)
        self._sink.connected(epoch.decode())

    async def _dial(self, place: Place, make: Callable[[], C]) -> C:
        connection = await dial(place, self._address, self._times.connect, make)
        self._opened.append(connection)
        return connection

    async def _watch(self, lost: asyncio.Future[Trouble]) -> Trouble:
        while True:
            await asyncio.wait([lost], timeout=self._times.look)
            if lost.done():
                return lost.result()
            self._attempts.succeeded(
                f"Redis at {self._address}"
            )  # one that refuses what is asked is not back
            for connection in tuple(self._opened):
                if connection.look() >= self._times.looks:
                    connection.end(TimeoutError())

    def _lost(self, lost: asyncio.Future[Trouble], place: Place, error: Exception) -> None:
        """One connection is gone: the other one is of no use by itself."""
        if not lost.done():
            trouble = trouble_of(error, place)
            lost.set_result(trouble)
            self._hang_up(EngineDown(str(trouble)))

    def _hang_up(self, reason: EngineDown) -> None:
        self._commands = None
        self._reason = reason
        self._listenings.detach()
        opened, self._opened = self._opened, []
        for connection in opened:
            connection.end(reason)

    def _answer(self, connection: Connection, future: asyncio.Future[R], op: Op[R], reply: Any) -> None:
        if not isinstance(reply, Exception):
            result = reply_of(op, reply)
            if isinstance(op, Beat) and isinstance(result, Beaten):
                self._beats[op.node] = result.nodes[op.node]
            if not future.done():
                future.set_result(result)
            return
        # What was not done would be missing for ever: those who use the engine say all again when it is back.
        connection.end(reply)
        fail(future, self._reason)

    def _heard(self, messages: dict[bytes, list[bytes]]) -> None:
        if self._commands is None:
            return  # what is not in a snapshot that is asked for later cannot have been heard yet
        for name, payloads in messages.items():
            channel = self._listenings.channel_of(name)
            if channel is not None:
                self._sink.received(channel, [entry_of(payload) for payload in payloads])
