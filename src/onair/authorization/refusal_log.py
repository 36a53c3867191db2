"""The log of refusals: each is told once, since strangers choose what is refused, and how often."""

from __future__ import annotations

import logging
from collections.abc import Hashable

logger = logging.getLogger("onair.authorization")


class RefusalLog:
    """Writes to the logger ``onair.authorization``, each subject once, and up to ``limit`` subjects.

    The subjects are kept for the life of the process; a flood of names fills neither log nor memory.
    """

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self._told: set[Hashable] = set()

    def warning(self, subject: Hashable, message: str, *args: object) -> None:
        """Log what a site has not yet decided."""
        self._tell(logging.WARNING, subject, message, args)

    def error(self, subject: Hashable, message: str, *args: object) -> None:
        """Log what is a mistake of the site."""
        self._tell(logging.ERROR, subject, message, args)

    def _tell(self, level: int, subject: Hashable, message: str, args: tuple[object, ...]) -> None:
        if subject in self._told or len(self._told) > self._limit:
            return
        self._told.add(subject)
        if len(self._told) > self._limit:
            logger.warning("More than %d kinds of refusal: no more are logged.", self._limit)
        else:
            logger.log(level, message, *args)
