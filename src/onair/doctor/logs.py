"""What the log says meanwhile: much is told to nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said_by(name: str) -> Iterator[list[str]]:
    """Collect the warnings and errors of a logger, and of those below it, each text once."""
    said: list[str] = []
    logger, handler = logging.getLogger(name), _Collector(said)
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


class _Collector(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        if (message := record.getMessage()) not in self._said:
            self._said.append(message)
