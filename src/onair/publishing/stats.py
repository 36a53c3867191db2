"""Counters of what became of this process's events."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from threading import RLock


@dataclass(frozen=True, slots=True)
class Counters:
    """Events since the process started.

    ``sent``: handed to a server. ``failed``: refused, or reached none. ``dropped``: given up before: too
    many were waiting, there was no server, or the data was too large.
    """

    sent: int = 0
    failed: int = 0
    dropped: int = 0


# Reentrant: a signal's handler may publish while its thread is in here.
_lock = RLock()
_counters = Counters()


def read() -> Counters:
    """Return the counters as they are now."""
    return _counters


def add(*, sent: int = 0, failed: int = 0, dropped: int = 0) -> None:
    """Count events."""
    global _counters
    with _lock:
        now = _counters
        _counters = replace(
            now, sent=now.sent + sent, failed=now.failed + failed, dropped=now.dropped + dropped
        )


def _reset() -> None:
    global _lock, _counters
    _lock, _counters = RLock(), Counters()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)
