"""The reader of one database's outbox: woken or at its next look, it tells what was written."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from onair.changes import interest
from onair.changes.change import Commit
from onair.changes.triggers import installing, models
from onair.changes.triggers.errors import TriggerError
from onair.outbox.entries import Decoder
from onair.outbox.postgres import PostgresSource
from onair.outbox.source import Source
from onair.outbox.sqlite import SQLiteSource

logger = logging.getLogger("onair.outbox")

_SOURCES: dict[str, Callable[[BaseDatabaseWrapper], Source]] = {
    "postgresql": PostgresSource,
    "sqlite": SQLiteSource,
}


@dataclass(frozen=True, slots=True)
class Times:
    """How long things take, in seconds.

    ``looks`` are the pauses between looks after something was found: a commit that did not notify may be
    about to be visible. ``idle`` is the longest pause. ``back_off`` has the pauses between tries to connect.
    ``turn`` is between two looks whether another process still tells, ``standing_by`` between two looks
    whether there is an outbox now. Entries are deleted at ``age``, a look for them comes every ``clean``.
    """

    looks: tuple[float, ...] = (0.005, 0.02, 0.05)
    idle: float = 0.25
    back_off: tuple[float, ...] = (0.1, 0.5, 1, 2, 5, 10)
    turn: float = 1
    standing_by: float = 5
    age: float = 600
    clean: float = 60


class Reader:
    """Tells what triggers write down in one database, from when it starts until it is stopped.

    Args:
        using: the database's alias.
        alone: whether only one process may tell; the others stand by. It is so where all of them publish to
            one server, or share what they publish to.
        times: how long things take.
        deliver: who is told; by default the listeners.
        say_place: is told until where all was delivered, so that the next one to tell goes on there
            (:meth:`others_are_at`). None: who stands by reads what it does not tell.
    """

    def __init__(
        self,
        using: str,
        *,
        alone: bool = False,
        times: Times | None = None,
        deliver: Callable[[Commit], object] = interest.deliver,
        say_place: Callable[[str, str], object] | None = None,
    ) -> None:
        self.using = using
        #: Set as soon as what is written from now on will be told.
        self.is_following = Event()
        self._is_alone = alone
        self._times = times or Times()
        self._deliver = deliver
        self._say_place = say_place
        self._place_of_others: str | None = None
        self._stop = Event()
        self._failures = 0
        self._said_missing = False

    @staticmethod
    def can_read(connection: BaseDatabaseWrapper) -> bool:
        """Whether there can be an outbox that another connection sees."""
        return connection.vendor in _SOURCES and not (
            connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
        )

    def stop(self) -> None:
        """Let :meth:`run` return soon. From any thread."""
        self._stop.set()

    def others_are_at(self, place: str) -> None:
        """Another process has told all until here. From any thread."""
        if not self.is_following.is_set():  # the last word of the one before
            self._place_of_others = place

    def run(self) -> None:
        """Read until :meth:`stop`. Whatever happens to the database, it goes on when that is back."""
        connection = connections[self.using]
        _say_unseen(connection)
        source = _SOURCES[connection.vendor](connection)
        decoder = Decoder(connection)
        while not self._stop.is_set():
            try:
                self._follow(source, decoder)
            except Exception as error:  # the thread outlives every database error, of the driver's own too
                self._say_lost(error)
            finally:
                self.is_following.clear()
                _close(source)
            self._stop.wait(self._pause())
        connections.close_all()  # those of this thread

    def _follow(self, source: Source, decoder: Decoder) -> None:
        if not source.open():
            self._say_missing()
            return
        if self._is_alone and not self._wait_for_turn(source):
            return
        self._say_back()
        self.is_following.set()
        pauses = iter(self._times.looks)
        cleaned = monotonic()
        while not self._stop.is_set():
            if self._tell(source, decoder):
                pauses = iter(self._times.looks)
            if monotonic() - cleaned > self._times.clean:
                cleaned = monotonic()
                source.clean(self._times.age)
            pause = next(pauses, None)
            if pause is not None:
                self._stop.wait(pause)
            elif source.wait(self._times.idle, self._stop):
                pauses = iter(self._times.looks)

    def _tell(self, source: Source, decoder: Decoder) -> bool:
        """Deliver what is new; whether something was."""
        found = False
        for entries in source.read():
            found = True
            commit = decoder.commit(entries)
            if commit:
                close_old_connections()
                self._deliver(commit)
        if found and self._say_place is not None:
            self._say_place(self.using, source.place)
        return found

    def _wait_for_turn(self, source: Source) -> bool:
        said = False
        while not source.claim():
            if not said:
                logger.info("Another process tells of %r: this one stands by.", self.using)
                said = True
            if self._say_place is None:
                for _ in source.read():
                    """The other one tells it. What comes after may be told by both, if it ends just then."""
            if self._stop.wait(self._times.turn):
                return False
        place, self._place_of_others = self._place_of_others, None
        if place is not None:
            source.go_on_from(place)
        return True

    def _pause(self) -> float:
        if not self._failures:
            return self._times.standing_by
        return self._times.back_off[min(self._failures, len(self._times.back_off)) - 1]

    def _say_lost(self, error: Exception) -> None:
        self._failures += 1
        if self._failures == 1 and not self._stop.is_set():
            is_expected = isinstance(error, DatabaseError | InterfaceError | sqlite3.Error) or _is_drivers(
                error
            )
            logger.error(
                "The outbox of %r cannot be read: %s What triggers write is told when it can be read again.",
                self.using,
                error,
                exc_info=None if is_expected else error,
            )

    def _say_back(self) -> None:
        if self._failures:
            logger.warning("The outbox of %r is read again.", self.using)
        self._failures = 0

    def _say_missing(self) -> None:
        self._failures = 0
        if not self._said_missing:
            self._said_missing = True
            logger.info(
                'The database %r has no outbox. If it is to have triggers, run "manage.py migrate '
                'onair_outbox --database %s".',
                self.using,
                self.using,
            )


def _say_unseen(connection: BaseDatabaseWrapper) -> None:
    """Say of each table that the settings name and that has no triggers here: nothing else tells of it."""
    try:
        unseen = installing.problems(connection, list(models.tables(models.named(), connection.alias)))
    except TriggerError as error:
        logger.warning('%s Until then nothing is told of the models in ONAIR["TRIGGERS"].', error)
    except Exception:  # the reader says itself that the database does not answer
        return
    else:
        for problem in unseen:
            logger.warning(
                "In the database %r, %s: what is written to it is not told, or not all of it. Run "
                '"manage.py onair triggers install --database %s".',
                connection.alias,
                problem,
                connection.alias,
            )
    finally:
        connection.close()


def _is_drivers(error: Exception) -> bool:
    """Whether psycopg raised it; it is not imported where it is not used."""
    return type(error).__module__.partition(".")[0] == "psycopg"


def _close(source: Source) -> None:
    try:
        source.close()
    except Exception:
        logger.debug("A connection that was lost could not be closed.", exc_info=True)
