"""A thread that passes on what the server's loop leaves it."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from time import monotonic
from typing import Generic

from onair.webhooks.inbox import Inbox, Item

logger = logging.getLogger("onair.webhooks")


class Worker(ABC, Generic[Item]):
    """Has an inbox, and a thread that starts with the first item, in the process that serves.

    The thread is a daemon: what it has not passed on when the process ends is lost, unless :meth:`end` and
    :meth:`join` give it time.

    Args:
        name: The thread's.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._inbox: Inbox[Item] = Inbox()
        self._deadline = float("inf")
        self._thread: threading.Thread | None = None

    def end(self, deadline: float) -> None:
        """Pass on what waits until ``time.monotonic()`` reaches the deadline, and give up the rest."""
        self._deadline = deadline
        self._inbox.close()

    def join(self) -> None:
        """Wait for the end, or for its deadline."""
        if self._thread is not None:
            self._thread.join(max(self._seconds_left, 0))
        elif self._inbox:
            self._drain()  # an interpreter that ends starts no thread

    @property
    def _seconds_left(self) -> float:
        return self._deadline - monotonic()

    def _leave(self, item: Item, size: int) -> None:
        """Leave an item of so many bytes to the thread. Neither waits nor raises."""
        self._inbox.put(item, size)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter ends, or the system has no more threads now
            return
        self._thread = thread

    def _run(self) -> None:
        while not self._inbox.is_closed:
            try:
                self._work()
            except Exception:  # what comes later shall find its thread
                logger.exception("Notices were lost by an error of django-onair.")
        self._drain()

    @abstractmethod
    def _work(self) -> None:
        """Wait for something to do, at most until the inbox closes, and do it."""

    @abstractmethod
    def _drain(self) -> None:
        """Pass on what is there, as long as there is time."""
