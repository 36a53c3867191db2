"""What the log says meanwhile: much is told to nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said_by(name: str, level: int = logging.WARNING) -> Iterator[list[str]]:
    """Collect what a logger, and those below it, say of this level or a higher one, each text once."""
    said: list[str] = []
    logger, handler = logging.getLogger(name), _Collector(said, level)
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


class _Collector(logging.Handler):
    def __init__(self, said: list[str], level: int) -> None:
        super().__init__(level)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        if (message := record.getMessage()) not in self._said:
            self._said.append(message)
