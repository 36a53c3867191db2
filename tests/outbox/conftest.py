from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from django.db import connections
from django.db.models import Model
from pytest_django import Settings

from onair.changes.change import Commit
from onair.changes.triggers import installing
from onair.changes.triggers.table import tables_of
from onair.outbox.reader import Reader, Times
from tests.site.depot.models import Crate, Slot
from tests.site.news.models import Report

#: Seconds that a test waits for what it expects.
PATIENCE = 20

#: A reader that finds by itself what nobody notified it of, but not so soon that a test could not tell.
TIMES = Times(back_off=(0.01,), turn=0.05, standing_by=0.05)


class Told:
    """What a reader has told."""

    def __init__(self) -> None:
        self._commits: Queue[Commit] = Queue()
        self.tell = self._commits.put

    def next(self) -> Commit:
        """Return the next commit, when it comes."""
        return self._commits.get(timeout=PATIENCE)

    def rows(self, count: int) -> list[tuple[str, str, object]]:
        """Return the next rows, so many of them, each as its model's name, what happened, and its key."""
        found: list[tuple[str, str, object]] = []
        while len(found) < count:
            found += [(row.model.__name__, row.kind.value, row.key) for row in self.next().rows]
        return found

    @property
    def is_empty(self) -> bool:
        return self._commits.empty()


@contextmanager
def reading(using: str, *, alone: bool = False, times: Times = TIMES) -> Iterator[Told]:
    """Run a reader in a thread, from where it begins to follow."""
    told = Told()
    reader = Reader(using, alone=alone, times=times, deliver=told.tell)
    with running(reader):
        if not alone:
            assert reader.is_following.wait(PATIENCE)
        yield told


@contextmanager
def running(reader: Reader) -> Iterator[None]:
    """Run a reader in a thread."""
    thread = threading.Thread(target=reader.run)
    thread.start()
    try:
        yield
    finally:
        reader.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def named(settings: Settings) -> None:
    settings.ONAIR = {"TRIGGERS": ["depot.Crate", "depot.Slot", "depot.Stamp", "news.Report"]}


@pytest.fixture
def triggers(database: str) -> Iterator[Callable[..., None]]:
    """Give models their triggers until the test has ended."""
    installed: list[type[Model]] = []
    connection = connections[database]

    def install(*models: type[Model]) -> None:
        installed.extend(models)
        installing.install(connection, [table for model in models for table in tables_of(model)])

    yield install
    installing.remove(connection, [table for model in installed for table in tables_of(model)])


@pytest.fixture
def told(database: str, triggers: Callable[..., None]) -> Iterator[Told]:
    """What is told of the depot and of the reports while the test runs."""
    triggers(Crate, Slot, Report)
    with reading(database) as told:
        yield told


@pytest.fixture
def stamps(database: str) -> Iterator[None]:
    """Make the table of stamps, as another program would."""
    with connections[database].cursor() as cursor:
        serial = "serial" if connections[database].vendor == "postgresql" else "integer"
        cursor.execute(
            f"CREATE TABLE depot_stamp (id {serial} PRIMARY KEY, crate_id integer NOT NULL "
            'REFERENCES "Depot Crates\' table" ON DELETE CASCADE)'
        )
    yield
    with connections[database].cursor() as cursor:
        cursor.execute("DROP TABLE depot_stamp")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, for as long as a test waits."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.005)
