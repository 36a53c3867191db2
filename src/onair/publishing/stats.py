"""What became of this process's events, in numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import RLock

from onair.publishing.circuit import State


@dataclass(frozen=True, slots=True)
class Stats:
    """Events, and calls among them.

    Since the process started: ``sent``: handed to a server. ``failed``: refused, or given up after the last
    try. ``dropped``: given up before: too many were waiting, there was no server, or the data was too large.
    ``expired``: waited too long for a server that was down. ``retried``: requests that failed and were made
    again.

    Now: ``waiting`` and ``waiting_bytes``: on the queue. ``circuit``: ``closed`` where the server answers,
    ``open`` where it is down, ``half-open`` while it is tried.
    """

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    expired: int = 0
    retried: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    circuit: State = State.CLOSED


#: Completes the counters with what is now.
Gauge = Callable[[Stats], Stats]

# Reentrant: a signal's handler may publish while its thread is in here.
_lock = RLock()
_counters = Stats()
_gauge: Gauge | None = None


def read() -> Stats:
    """Return the numbers as they are now."""
    return _counters if _gauge is None else _gauge(_counters)


def measure(gauge: Gauge) -> None:
    """Ask this from now on for what is now; the last one counts."""
    global _gauge
    _gauge = gauge


def add(*, sent: int = 0, failed: int = 0, dropped: int = 0, expired: int = 0, retried: int = 0) -> None:
    """Count events."""
    global _counters
    with _lock:
        now = _counters
        _counters = replace(
            now,
            sent=now.sent + sent,
            failed=now.failed + failed,
            dropped=now.dropped + dropped,
            expired=now.expired + expired,
            retried=now.retried + retried,
        )


def _reset() -> None:
    global _lock, _counters, _gauge
    _lock, _counters, _gauge = RLock(), Stats(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)
