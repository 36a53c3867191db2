"""The outbox of PostgreSQL, read without holes.

Ids are given before the commit and in no order of it, so nobody can read "what comes after". Each look has a
snapshot, and reads what is visible now and was not in the snapshot before: by the ids of transactions, which
is exact, has no duplicates, and does not wait for a transaction that takes long.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from threading import Event
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper

from onair.changes.triggers.table import NOTIFICATION, OUTBOX
from onair.outbox.entries import Entry

if TYPE_CHECKING:
    import psycopg

#: What an administrator finds the reader's connection by, in ``pg_stat_activity``.
APPLICATION = "onair outbox"

#: The advisory lock of the process that tells, where only one may.
_CLAIM = int.from_bytes(b"onair.rd")

#: A machine that is gone does not keep the lock: the server finds out within half a minute.
_KEEPALIVES = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"

_REPEATABLE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

#: The transactions in the order of their last entries: one that waited for another's rows comes behind it.
_UNSEEN = f"""
    SELECT xid::text, label, op, old::text, new::text FROM "{OUTBOX}"
    WHERE xid >= pg_snapshot_xmax(%(last)s::pg_snapshot)
    OR xid = ANY(ARRAY(SELECT pg_snapshot_xip(%(last)s::pg_snapshot)))
    ORDER BY max(id) OVER (PARTITION BY xid), id
"""  # noqa: S608  # a constant

_RESTORED = "SELECT pg_snapshot_xmax(%s::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())"

_CLEAN = f"""
    DELETE FROM "{OUTBOX}"
    WHERE xid < pg_snapshot_xmax(%(old)s::pg_snapshot) AND pg_visible_in_snapshot(xid, %(old)s::pg_snapshot)
"""  # noqa: S608  # a constant


class PostgresSource:
    """The outbox of a PostgreSQL database.

    Args:
        connection: Django's connection; another one is made like it.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._django = connection.copy()
        options = self._django.settings_dict["OPTIONS"]
        options.pop("pool", None)  # this one is kept
        options["application_name"] = APPLICATION
        self._django.settings_dict["AUTOCOMMIT"] = True
        self._last: str | None = None
        self._told: set[str] = set()
        self._marks: deque[tuple[float, str]] = deque()

    def open(self) -> bool:
        self._django.connect()
        if self._one("SELECT to_regclass(%s)", [f'"{OUTBOX}"']) is None:
            self._django.close()
            return False
        self._execute(_KEEPALIVES)
        self._execute(f'LISTEN "{NOTIFICATION}"')
        if self._last is None or self._one(_RESTORED, [self._last]):
            # The first time; or another database is in its place, whose transactions are counted anew.
            self._last = self._snapshot()
            self._marks.clear()
            self._told.clear()
        return True

    def close(self) -> None:
        self._django.close()

    def claim(self) -> bool:
        return bool(self._one("SELECT pg_try_advisory_lock(%s)", [_CLAIM]))

    def read(self) -> Iterator[Sequence[Entry]]:
        connection = self._connection
        with connection.transaction():
            connection.execute(_REPEATABLE)
            snapshot = self._snapshot()
            if snapshot == self._last:
                return
            with connection.cursor() as cursor:
                rows = cursor.stream(_UNSEEN, {"last": self._last})
                for xid, transaction in groupby(rows, key=itemgetter(0)):
                    entries = [Entry(*row[1:]) for row in transaction]
                    if xid not in self._told:  # before the connection was lost amidst a reading
                        yield entries
                    self._told.add(xid)
        self._last = snapshot
        self._told.clear()

    @property
    def place(self) -> str:
        return str(self._last)

    def go_on_from(self, place: str) -> None:
        self._last = place

    def wait(self, seconds: float, stop: Event) -> bool:
        return bool(list(self._connection.notifies(timeout=seconds, stop_after=1)))

    def clean(self, age: float) -> None:
        now = time.monotonic()
        old = None
        while self._marks and self._marks[0][0] <= now - age:
            _, old = self._marks.popleft()
        if old is not None:
            self._execute(_CLEAN, {"old": old})
        assert self._last is not None, "it is open"
        self._marks.append((now, self._last))

    @property
    def _connection(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = self._django.connection
        return connection

    def _snapshot(self) -> str:
        return str(self._one("SELECT pg_current_snapshot()::text"))

    def _one(self, sql: str, params: Any = None) -> Any:
        row = self._execute(sql, params).fetchone()
        return None if row is None else row[0]

    def _execute(self, sql: str, params: Any = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(sql, params)
