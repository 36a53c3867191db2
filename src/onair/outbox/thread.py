"""The readers beside the sockets: one thread for each database that may have an outbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

from django.db import connections

from onair import conf, testrun
from onair.embedded import handovers
from onair.outbox.reader import Reader
from onair.publishing import dispatch

#: What is said between processes: until where a database's outbox was told.
TOLD = "told"

#: Seconds that the end of the sockets waits for a reader.
_JOIN = 0.05


def start() -> Callable[[], None] | None:
    """Read the outboxes of this site from now on; return how to end it.

    In tests nobody reads: what the ORM writes is seen there without triggers.
    """
    if testrun.is_set_up() or not conf.settings.TRIGGERS:
        return None
    readers = readers_of_all()
    handovers.add(TOLD, lambda line: _hear(readers, line))
    threads = [
        threading.Thread(target=reader.run, name=f"onair-outbox-{reader.using}", daemon=True)
        for reader in readers
    ]
    for thread in threads:
        thread.start()

    def stop() -> None:
        for reader in readers:
            reader.stop()
        for thread in threads:
            thread.join(_JOIN)

    return stop


def readers_of_all() -> list[Reader]:
    """Return a reader for each database. Where all processes publish to one place, one of them tells."""
    is_shared = conf.engine() is not None
    return [
        Reader(
            connection.alias,
            alone=is_shared or not conf.is_embedded(),
            say_place=_say if is_shared else None,
        )
        for connection in connections.all()
        if Reader.can_read(connection)
    ]


def _say(using: str, place: str) -> None:
    dispatch.hand_over(TOLD, json.dumps([using, place]).encode())


def _hear(readers: Sequence[Reader], line: bytes) -> None:
    using, place = json.loads(line)
    for reader in readers:
        if reader.using == using:
            reader.others_are_at(place)
