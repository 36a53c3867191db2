"""What a process without sockets shares through PostgreSQL: it asks, and waits no longer than it is told."""

from __future__ import annotations

import os
import select
from collections.abc import Sequence
from time import monotonic
from typing import Any, TypeVar, cast

import psycopg

from onair.engines.base import Bounds, EngineRefused, Op
from onair.engines.postgres.address import Address
from onair.engines.postgres.calls import DO, DO_FORMATS, Call, answer_of, call_of
from onair.engines.postgres.faults import Late, Refusal, trouble_of
from onair.engines.postgres.greeting import GREETING, ISOLATE, needs_isolation
from onair.engines.postgres.line import Row, rows_of
from onair.engines.postgres.pace import NotifyPace

R = TypeVar("R")


class PostgresClient:
    """A client of one app (:class:`onair.engines.base.Client`). A process that forks has another connection.

    Args:
        address: The database.
        app_id: The app.
        bounds: What the engine keeps.
    """

    def __init__(self, address: Address, app_id: str, bounds: Bounds) -> None:
        self._address = address
        self._app = app_id.encode()
        self._entries = b"%d" % bounds.entries
        self._seconds = b"%d" % bounds.seconds
        self._connection: psycopg.Connection[Any] | None = None
        self._pid = 0
        self._pace = NotifyPace()

    def do(self, op: Op[R], timeout: float) -> R:
        """Do something and return the reply."""
        until = monotonic() + timeout
        call = call_of([op])
        try:
            return cast("R", self._do(op, call, until))
        except (Refusal, Late, EngineRefused, psycopg.Error) as error:
            self.close()
            raise trouble_of(error, self._address) from None

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._pid != os.getpid() and not connection.closed:
            _mute(connection.pgconn.socket)
        connection.pgconn.finish()

    def _do(self, op: Op[R], call: Call, until: float) -> Any:
        self._connect(until)
        notify = self._pace.may_notify(monotonic())
        params = (self._app, call.ops, call.body, self._entries, self._seconds, b"t" if notify else b"f")
        rows = self._ask(until, DO, params, DO_FORMATS)
        text = rows[0][0]
        assert text is not None, "the function returns something"
        answer = answer_of([op], text)
        if notify and answer.wrote:
            self._pace.has_notified(monotonic())
        return answer.replies[0]

    def _connect(self, until: float) -> None:
        """Connect, unless there is a connection that was not ended while nobody used it."""
        if self._connection is not None and self._pid == os.getpid() and _is_silent(self._connection):
            return
        self.close()
        seconds = until - monotonic()
        if seconds <= 0:
            raise Late
        self._pid = os.getpid()
        self._connection = psycopg.connect(**self._address.connecting(seconds))
        if needs_isolation(self._ask(until, GREETING)):
            self._ask(until, ISOLATE)

    def _ask(
        self, until: float, statement: bytes, params: Sequence[bytes] = (), formats: Sequence[int] = ()
    ) -> list[Row]:
        assert self._connection is not None, "it is connected"
        pq = self._connection.pgconn
        pq.send_query_params(statement, params, None, formats or None)
        while pq.flush():
            _wait(pq.socket, until, writing=True)
            pq.consume_input()
        result = None
        while True:
            while pq.is_busy():
                _wait(pq.socket, until)
                pq.consume_input()
            latest = pq.get_result()
            if latest is None:
                break
            result = latest
        if result is None:
            raise psycopg.OperationalError("the connection is lost")
        return rows_of(result)


def _mute(socket: int) -> None:
    """Put nothing in the place of a socket that is the parent's: no goodbye is said in its name."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, socket)
    os.close(nothing)


def _is_silent(connection: psycopg.Connection[Any]) -> bool:
    """Whether nothing has come that nobody asked for: an end, as a rule."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return not poll.poll(0)


def _wait(socket: int, until: float, *, writing: bool = False) -> None:
    poll = select.poll()
    poll.register(socket, select.POLLIN | (select.POLLOUT if writing else 0))
    seconds = until - monotonic()
    if seconds <= 0 or not poll.poll(seconds * 1000):
        raise Late
