"""The readers beside the sockets: one thread for each database that may have an outbox."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

from onair import conf, testrun
from onair.outbox.reader import Reader

#: Seconds that the end of the sockets waits for a reader.
_JOIN = 0.05


def start() -> Callable[[], None] | None:
    """Read the outboxes of this site from now on; return how to end it.

    In tests nobody reads: what the ORM writes is seen there without triggers.
    """
    if testrun.is_set_up() or not conf.settings.TRIGGERS:
        return None
    readers = readers_of_all()
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
    """Return a reader for each database. Where all processes publish to one server, one of them tells."""
    alone = not conf.is_embedded()
    return [
        Reader(connection.alias, alone=alone)
        for connection in connections.all()
        if Reader.can_read(connection)
    ]
