"""What happens on the channels, as Django signals in the process that holds the sockets."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import close_old_connections, connections

from onair import signals
from onair.webhooks.endpoint import size_of
from onair.webhooks.worker import Worker

if TYPE_CHECKING:
    from onair.protocol.notices import Notice
    from onair.server.server import Server

logger = logging.getLogger("onair")


class Signaller(Worker[tuple["Notice", datetime]]):
    """Sends an app's notices as signals, one after the other: a receiver may take its time, and the database.

    Nothing of it runs while no receiver is connected.
    """

    def __init__(self, app_id: str) -> None:
        super().__init__("onair-signals")
        self._app_id = app_id
        self._dropped = 0

    def wants(self, name: str) -> bool:
        """Whether the signal of this name has a receiver, now."""
        return signals.SIGNALS[name].has_listeners()

    def put(self, notice: Notice) -> None:
        """Send a notice soon."""
        self._leave((notice, datetime.now(UTC)), size_of(notice))

    def _run(self) -> None:
        try:
            super()._run()
        finally:
            connections.close_all()  # those of this thread

    def _work(self) -> None:
        self._send(self._inbox.take())
        if self._inbox.dropped > self._dropped:
            logger.error(
                "%d signals were dropped: their receivers are slower than what happens on the channels.",
                self._inbox.dropped - self._dropped,
            )
            self._dropped = self._inbox.dropped

    def _drain(self) -> None:
        self._send(self._inbox.take(0))

    def _send(self, items: list[tuple[Notice, datetime]]) -> None:
        close_old_connections()
        for number, (notice, time) in enumerate(items):
            if self._seconds_left <= 0:
                logger.error("The server stopped before %d signals were sent.", len(items) - number)
                break
            try:
                signals.send(notice, app_id=self._app_id, time=time)
            except Exception:  # Django cannot log every kind of receiver that raises
                logger.exception("The signal of %r could not be sent.", notice)
        close_old_connections()


def connect(server: Server) -> None:
    """Let this server, in a process of the site, send the signals."""
    for served in server.served.values():
        served.tell(Signaller(served.app.id))
