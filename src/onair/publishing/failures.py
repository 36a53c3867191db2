"""What goes wrong on the way is logged with its remedy, and never raised."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

logger = logging.getLogger("onair.publishing")

#: At most one line of a kind in this time, in seconds, so that an outage does not flood the log.
INTERVAL = 5.0


@dataclass(slots=True)
class Throttle:
    """Lets one of a kind through in each interval, and counts the others."""

    interval: float = INTERVAL
    _since: dict[str, float] = field(default_factory=dict)
    _muted: dict[str, int] = field(default_factory=dict)

    def muted(self, kind: str, now: float) -> int | None:
        """Return how many of this kind were held back since the last one, None to hold this one back too."""
        since = self._since.get(kind)
        if since is not None and now - since < self.interval:
            self._muted[kind] = self._muted.get(kind, 0) + 1
            return None
        self._since[kind] = now
        return self._muted.pop(kind, 0)


_throttle = Throttle()
_said: set[str] = set()


def report(kind: str, message: str, *, error: BaseException | None = None) -> None:
    """Log an error, with its traceback where it is given, unless one of this kind was logged just now."""
    muted = _throttle.muted(kind, time.monotonic())
    if muted is None:
        return
    more = f" ({muted:,} more like this since the last line.)" if muted else ""
    logger.error("%s%s", message, more, exc_info=error)


def warn_once(kind: str, message: str) -> None:
    """Log a warning, once in this process for each kind."""
    if kind not in _said:
        _said.add(kind)
        logger.warning("%s", message)
