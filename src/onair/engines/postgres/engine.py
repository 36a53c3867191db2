"""What a server process shares with others through PostgreSQL: one connection that asks, one that hears."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg

from onair.engines.base import Bounds, EngineDown, EngineRefused, Op, Sink
from onair.engines.connecting import Attempts, fail
from onair.engines.postgres.address import Address
from onair.engines.postgres.calls import DO, DO_FORMATS, Sweep, answer_of, call_of, weight_of
from onair.engines.postgres.faults import Late, Refusal, trouble_of
from onair.engines.postgres.greeting import GREETING, ISOLATE, needs_isolation
from onair.engines.postgres.installing import make_tables
from onair.engines.postgres.line import Line
from onair.engines.postgres.pace import NotifyPace, Times
from onair.engines.postgres.reader import EpochChanged, Reader

logger = logging.getLogger("onair.engines.postgres")

R = TypeVar("R")

#: What one call holds at most, so that others have their turn: ops, and bytes, roughly.
MOST_OPS = 500
MOST_BYTES = 4 * 1024 * 1024


class _Asked(NamedTuple):
    """An op, and who waits for its reply."""

    op: Op[Any]
    future: asyncio.Future[Any]


class PostgresEngine:
    """The engine of one app in one process (:class:`onair.engines.base.Engine`).

    Args:
        address: The database.
        app_id: The app.
        bounds: What is kept.
        times: How long things take.
        makes_tables: Whether it makes the tables where they are missing.
    """

    def __init__(
        self,
        address: Address,
        app_id: str,
        bounds: Bounds,
        times: Times | None = None,
        *,
        makes_tables: bool = False,
    ) -> None:
        self._address = address
        self._makes_tables = makes_tables
        self._app = app_id.encode()
        self._entries = b"%d" % bounds.entries
        self._seconds = b"%d" % bounds.seconds
        self._times = times or Times()
        self._reader = Reader(app_id, self._times)
        self._pace = NotifyPace()
        self._asked: deque[_Asked] = deque()
        self._doing: Sequence[_Asked] = ()
        self._commands: Line | None = None  # while it can be used
        self._reason = EngineDown("PostgreSQL is not connected yet")
        self._attempts = Attempts(logger, self._times.soonest, self._times.latest)

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
            self._asked.append(_Asked(op, future))
            self._commands.wake()
        return future

    def listen(self, channel: str) -> asyncio.Future[None]:
        """Get the entries of a channel's log from now on."""
        return self._reader.listen(channel)

    def unlisten(self, channel: str) -> None:
        """Get the entries of a channel no more."""
        self._reader.unlisten(channel)

    async def close(self) -> None:
        """Let go of everything."""
        unanswered = [asked.future for asked in (*self._doing, *self._asked)]
        if unanswered:
            await asyncio.wait(unanswered, timeout=self._times.closing)
        self._task.cancel()
        await asyncio.wait([self._task])
        self._give_up(EngineDown("The engine is closed"))

    async def _keep_connected(self) -> None:
        is_away = False
        while True:
            lines: list[Line] = []
            try:
                epoch = await self._connect(lines)
                self._attempts.succeeded(f"PostgreSQL at {self._address}")
                is_away = False
                self._sink.connected(epoch)
                await self._serve(*lines)
            except (OSError, psycopg.Error, Refusal, Late, EpochChanged, EngineRefused) as error:
                trouble = trouble_of(error, self._address)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                logger.exception("The engine stumbles over an error of its own, and connects again")
                trouble = trouble_of(error, self._address)
            finally:
                self._commands = None
                for line in lines:
                    line.close()
            pause = self._attempts.failed(trouble)
            reason = EngineDown(str(trouble))
            self._give_up(reason)
            if not is_away:
                is_away = True
                self._sink.disconnected(reason)
            await asyncio.sleep(pause)

    async def _connect(self, lines: list[Line]) -> str:
        if self._makes_tables:
            await make_tables(self._address, self._times.connect)
        for _ in range(2):
            line = await Line.to(self._address, self._times.connect, self._times.patience)
            lines.append(line)
            if needs_isolation(await line.ask(GREETING)):
                await line.ask(ISOLATE)
        commands, hearing = lines
        epoch = await self._reader.begin(hearing, commands, self._address)
        self._commands = commands
        return epoch

    async def _serve(self, commands: Line, hearing: Line) -> None:
        tasks = [
            self._loop.create_task(self._answer(commands)),
            self._loop.create_task(self._reader.follow(self._sink)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._commands = None
            for task in tasks:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
        raise next(error for error in found if isinstance(error, Exception))

    async def _answer(self, line: Line) -> None:
        """Do what is asked, as much as there is at a time, in its order."""
        sweep_at = self._loop.time() + random.uniform(0, self._times.sweep)  # noqa: S311  # no secret
        while True:
            if not self._asked and await line.rest(max(0.0, sweep_at - self._loop.time())):
                line.notifications()  # that the connection is lost, for there are none
            now = self._loop.time()
            if now >= sweep_at:
                sweep_at = now + self._times.sweep
                self._sweep()
            batch = self._next_batch()
            if batch:
                await self._do(line, batch)

    def _sweep(self) -> None:
        """Have what is over deleted, some of it at a time."""

        def again(future: asyncio.Future[bool]) -> None:
            if not future.cancelled() and future.exception() is None and future.result():
                self._sweep()

        self.do(Sweep()).add_done_callback(again)

    def _next_batch(self) -> list[_Asked]:
        batch: list[_Asked] = []
        weight = 0
        while self._asked and len(batch) < MOST_OPS and weight < MOST_BYTES:
            batch.append(self._asked.popleft())
            weight += weight_of(batch[-1].op)
        return batch

    async def _do(self, line: Line, batch: Sequence[_Asked]) -> None:
        self._doing = batch
        ops = [asked.op for asked in batch]
        notify = self._pace.may_notify(self._loop.time())
        call = call_of(ops)
        params = (self._app, call.ops, call.body, self._entries, self._seconds, b"t" if notify else b"f")
        rows = await line.ask(DO, params, DO_FORMATS)  # where it fails, all are told that the line is lost
        answer = answer_of(ops, rows[0][0] or b"")
        if answer.wrote:
            self._reader.wake()
            if notify:
                self._pace.has_notified(self._loop.time())
        for asked, reply in zip(batch, answer.replies, strict=True):
            if not asked.future.done():
                asked.future.set_result(reply)

    def _give_up(self, reason: EngineDown) -> None:
        """Tell all who wait for something."""
        self._commands, self._reason = None, reason
        for asked in (*self._doing, *self._asked):
            fail(asked.future, reason)
        self._doing = ()
        self._asked.clear()
