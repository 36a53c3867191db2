"""The outbox of SQLite. Its writers come one after the other, so that entries are in the order of commits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from onair.changes.triggers.table import OUTBOX
from onair.engines.private_folder import private_folder
from onair.engines.process_lock import LockedBy, ProcessLock, process_lock
from onair.outbox.entries import Entry

#: Seconds between two looks at whether somebody has written; a look takes about two microseconds.
POLL = 0.02

_LAST = "SELECT seq FROM sqlite_sequence WHERE name = %s"
_NEXT = f'SELECT id, label, op, old, new FROM "{OUTBOX}" WHERE id > %s ORDER BY id'  # noqa: S608  # a constant
_CLEAN = f'DELETE FROM "{OUTBOX}" WHERE id <= %s'  # noqa: S608  # a constant


class SQLiteSource:
    """The outbox of an SQLite database in a file.

    Args:
        connection: Django's connection; another one is made like it.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._django = connection.copy()
        self._last: int | None = None
        self._version: int | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._lock: ProcessLock | None = None

    def open(self) -> bool:
        self._django.connect()
        # Text that is no UTF-8 shall not end the reading.
        self._django.connection.text_factory = lambda text: text.decode(errors="replace")
        if self._one("SELECT 1 FROM sqlite_master WHERE name = %s", OUTBOX) is None:
            self._django.close()
            return False
        if self._last is None:
            self._last = self._one(_LAST, OUTBOX) or 0
        return True

    def close(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()  # or nobody could tell any more, this process included, until it ends
        self._django.close()

    def claim(self) -> bool:
        if self._lock is None:
            name = sha256(str(Path(self._django.settings_dict["NAME"]).resolve()).encode()).hexdigest()[:16]
            lock = process_lock(private_folder() / f"outbox-{name}.lock")
            with suppress(LockedBy):
                lock.acquire()
                self._lock = lock
        return self._lock is not None

    def read(self) -> Iterator[Sequence[Entry]]:
        with self._django.cursor() as cursor:
            cursor.execute(_NEXT, [self._last])
            rows = cursor.fetchall()
        if rows:
            yield [Entry(*row[1:]) for row in rows]
            self._last = rows[-1][0]

    @property
    def place(self) -> str:
        return str(self._last)

    def go_on_from(self, place: str) -> None:
        self._last = int(place)

    def wait(self, seconds: float, stop: Event) -> bool:
        end = time.monotonic() + seconds
        while not stop.wait(POLL) and time.monotonic() < end:
            version = self._one("PRAGMA data_version")
            if version != self._version:
                self._version = version
                return True
        return False

    def clean(self, age: float) -> None:
        now = time.monotonic()
        old = None
        while self._marks and self._marks[0][0] <= now - age:
            _, old = self._marks.popleft()
        if old is not None:
            with self._django.cursor() as cursor:
                cursor.execute(_CLEAN, [old])
        assert self._last is not None, "it is open"
        self._marks.append((now, self._last))

    def _one(self, sql: str, *params: Any) -> Any:
        with self._django.cursor() as cursor:
            row = cursor.execute(sql, params).fetchone()
        return None if row is None else row[0]
