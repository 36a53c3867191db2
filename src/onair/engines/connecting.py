"""What engines have in common that connect by themselves, and again for ever."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

from onair.engines.base import EngineDown, EngineRefused

Trouble = EngineDown | EngineRefused


class Attempts:
    """When it is tried again, and what is said of it.

    Args:
        logger: Where it is said.
        soonest: Seconds between the first attempts.
        latest: Seconds between later ones.
    """

    def __init__(self, logger: logging.Logger, soonest: float, latest: float) -> None:
        self._logger = logger
        self._soonest = self._pause = soonest
        self._latest = latest
        self._complaint = ""

    def failed(self, trouble: Trouble) -> float:
        """Say why, once for each reason, and return the seconds until the next attempt."""
        if str(trouble) != self._complaint:
            self._complaint = str(trouble)
            level = logging.ERROR if isinstance(trouble, EngineRefused) else logging.WARNING
            self._logger.log(level, "%s. It is tried again by itself.", trouble)
        pause = self._pause
        self._pause = min(2 * pause, self._latest)
        return pause * random.uniform(0.5, 1)  # noqa: S311  # so that not all processes come at once

    def succeeded(self, what: str) -> None:
        """Say that this is back, where something else was said before."""
        self._pause = self._soonest
        if self._complaint:
            self._complaint = ""
            self._logger.warning("%s is back.", what)


def fail(future: asyncio.Future[Any], reason: EngineDown) -> None:
    """Let a future raise; if nobody waits for it, nobody is told."""
    if not future.done():
        future.set_exception(EngineDown(*reason.args))  # each has its own traceback
        future.exception()
