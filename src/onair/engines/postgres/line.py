"""One connection to PostgreSQL in an event loop: a question at a time, and to be woken between them.

psycopg connects; questions go through its wrapper of libpq, which neither prepares nor begins anything, so
that they pass through poolers; and none of them waits longer than it may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import psycopg
from psycopg import pq

from onair.engines.postgres.address import Address
from onair.engines.postgres.faults import Late, Refusal

Row = tuple[bytes | None, ...]

_GOOD = {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}


def rows_of(result: pq.abc.PGresult) -> list[Row]:
    """Return the rows of a result.

    Raises:
        Refusal: It is an error.
    """
    if result.status not in _GOOD:
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        text = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message
        raise Refusal(state, text.decode(errors="replace"))
    return [
        tuple(result.get_value(row, column) for column in range(result.nfields))
        for row in range(result.ntuples)
    ]


class Line:
    """A connection of its own, used by one task.

    Args:
        connection: As psycopg has made it.
        patience: Seconds that the database may take to answer.
    """

    def __init__(self, connection: psycopg.AsyncConnection[object], patience: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._pq = connection.pgconn
        self._socket = self._pq.socket
        self._patience = patience
        self._waiting: asyncio.Future[None] | None = None
        self._is_resting = False
        self._is_woken = False

    @classmethod
    async def to(cls, address: Address, connect: float, patience: float) -> Line:
        """Connect, in so many seconds.

        Raises:
            psycopg.Error
            Late
        """
        try:
            async with asyncio.timeout(connect):
                found = await psycopg.AsyncConnection.connect(**address.connecting(connect))
        except TimeoutError:
            raise Late from None
        return cls(found, patience)

    async def ask(
        self,
        statement: bytes,
        params: Sequence[bytes | None] = (),
        formats: Sequence[int] = (),
        result_format: int = 0,
    ) -> list[Row]:
        """Have a statement done, in a transaction of its own.

        Args:
            statement: With ``$1``, ``$2`` for the parameters.
            formats: Of the parameters: 0 is text, 1 is binary.
            result_format: Of all values of the rows.

        Raises:
            Refusal: The database answers with an error.
            psycopg.OperationalError: The connection is lost.
            Late
        """
        until = self._loop.time() + self._patience
        self._pq.send_query_params(statement, params, None, formats or [0] * len(params), result_format)
        while self._pq.flush():
            await self._ready(until, writing=True)
            self._pq.consume_input()
        result = None
        while True:
            while self._pq.is_busy():
                await self._ready(until)
                self._pq.consume_input()
            latest = self._pq.get_result()
            if latest is None:
                break
            result = latest
        if result is None:
            raise psycopg.OperationalError("the connection is lost")
        return rows_of(result)

    def notifications(self) -> list[bytes]:
        """Return what was said to this connection and not read yet: the payloads."""
        self._pq.consume_input()
        found = []
        while (notification := self._pq.notifies()) is not None:
            found.append(notification.extra)
        return found

    async def rest(self, seconds: float) -> bool:
        """Wait until something comes, or :meth:`wake` is called; False where the seconds are over."""
        if self._is_woken:
            self._is_woken = False
            return True
        self._is_resting = True
        try:
            await self._ready(self._loop.time() + seconds)
        except Late:
            return False
        finally:
            self._is_resting = self._is_woken = False
        return True

    def wake(self) -> None:
        """End the rest, or the next one."""
        self._is_woken = True
        if self._is_resting and self._waiting is not None:
            _settle(self._waiting)

    def close(self) -> None:
        """Let go of the connection, at once; who waits for it is told."""
        if self._waiting is not None:
            self._forget()
            if not self._waiting.done():
                self._waiting.set_exception(psycopg.OperationalError("the connection is closed"))
        self._pq.finish()

    async def _ready(self, until: float, *, writing: bool = False) -> None:
        waiting = self._waiting = self._loop.create_future()
        settle = partial(_settle, waiting)
        timer = self._loop.call_at(until, partial(_give_up, waiting))
        self._loop.add_reader(self._socket, settle)
        if writing:
            self._loop.add_writer(self._socket, settle)
        try:
            await waiting
        finally:
            timer.cancel()
            if self._waiting is waiting:
                self._forget()
                self._waiting = None

    def _forget(self) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)


def _settle(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _give_up(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_exception(Late())
