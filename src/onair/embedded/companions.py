"""What runs beside the sockets, in the process that holds them: an app registers it when it is ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("onair")

#: Ends what was started; it does not wait for long.
Stop = Callable[[], object]

#: Starts something on a thread of its own, and returns how to end it; None where there is nothing to do.
Start = Callable[[], Stop | None]

_starts: list[Start] = []


def add(start: Start) -> None:
    """Call this where the sockets are served from now on. Twice does no harm."""
    if start not in _starts:
        _starts.append(start)


class Companions:
    """What runs beside the sockets of one server. What fails is logged, and the sockets are served."""

    def __init__(self) -> None:
        # A server may be closed by one thread while another one lets it serve.
        self._lock = threading.Lock()
        self._stops: list[Stop] = []
        self._has_ended = False

    def start(self) -> None:
        """Start all that is registered; nothing once it has been ended."""
        with self._lock:
            if not self._has_ended:
                self._start()

    def stop(self) -> None:
        """End it, for good. Twice does no harm."""
        with self._lock:
            self._has_ended = True
            while self._stops:
                stop = self._stops.pop()
                try:
                    stop()
                except Exception:
                    logger.exception("%r failed beside the sockets.", stop)

    def _start(self) -> None:
        for start in _starts:
            try:
                stop = start()
            except Exception:
                logger.exception("%r could not be started beside the sockets.", start)
                continue
            if stop is not None:
                self._stops.append(stop)
