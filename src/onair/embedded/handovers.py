"""What the site's other processes hand over to its code in a process with sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import close_old_connections, connections

from onair.engines.entries import MISSED
from onair.server.api.errors import HandedTooMuch
from onair.webhooks.worker import Worker

if TYPE_CHECKING:
    from onair.server.server import Server

logger = logging.getLogger("onair")

#: Gets one line of what was handed over.
Handler = Callable[[bytes], object]

_handlers: dict[str, Handler] = {}


def add(name: str, handler: Handler) -> None:
    """Give this handler what is handed over by this name, from now on.

    It gets one line after the other, in the order in which a process handed them over, on a thread of its own
    that may use the database. What it raises is logged.
    """
    _handlers[name] = handler


class Receiver(Worker[tuple[str, bytes]]):
    """Takes what is handed over to one app, and gives it to the handlers."""

    def __init__(self) -> None:
        super().__init__("onair-handovers")
        self._has_missed = False

    def take(self, name: str, body: bytes) -> bool:
        """Take what was handed over, and return at once whether there is a handler.

        Raises:
            HandedTooMuch: too much waits.
        """
        if name not in _handlers:
            return False
        if not self._inbox.has_room(len(body)):
            raise HandedTooMuch
        self._leave((name, body), len(body))
        return True

    def miss(self) -> None:
        """Let the handlers know, in the order of what comes, that something never will."""
        if MISSED in _handlers and not self._has_missed:
            self._has_missed = True
            self._leave((MISSED, b"\n"), 1)

    def _run(self) -> None:
        try:
            super()._run()
        finally:
            connections.close_all()  # those of this thread

    def _work(self) -> None:
        self._handle(self._inbox.take())

    def _drain(self) -> None:
        self._handle(self._inbox.take(0))

    def _handle(self, items: list[tuple[str, bytes]]) -> None:
        close_old_connections()
        for name, body in items:
            if name == MISSED:
                self._has_missed = False  # what is missed from now on is to be told again
            for line in body.splitlines():
                _handle(name, line)
        close_old_connections()


def _handle(name: str, line: bytes) -> None:
    try:
        _handlers[name](line)
    except Exception:
        logger.exception("What another process handed over as %r was lost: %.200r", name, line)


def connect(server: Server) -> Callable[[], None]:
    """Let this server, in a process of the site, take what is handed over. Return what ends it."""
    receivers = []
    for served in server.served.values():
        receiver = Receiver()
        served.take, served.missed = receiver.take, receiver.miss
        receivers.append(receiver)

    def end() -> None:
        for receiver in receivers:
            receiver.end(0)

    return end
