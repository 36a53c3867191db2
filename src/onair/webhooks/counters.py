"""Counters of what became of an app's webhooks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counters:
    """Since the server started.

    ``sent``: events in requests that were answered with 2xx. ``failed``: events that were given up after five
    minutes, or when the server stopped. ``dropped``: events that found no room in the queue. ``retried``:
    requests after the first for the same events. An event counts once for each webhook.
    """

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    retried: int = 0

    def __add__(self, other: Counters) -> Counters:
        return Counters(
            self.sent + other.sent,
            self.failed + other.failed,
            self.dropped + other.dropped,
            self.retried + other.retried,
        )
