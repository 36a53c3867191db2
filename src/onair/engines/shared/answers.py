"""What an engine has answered, in a callback, where nobody can catch an exception."""

from __future__ import annotations

import asyncio
import logging
from typing import TypeVar

from onair.engines.base import EngineDown, EngineRefused

logger = logging.getLogger("onair.server")

R = TypeVar("R")


def answer_of(reply: asyncio.Future[R]) -> R | None:
    """The answer; None where there is none. That the engine is away, it says itself; the rest is logged."""
    if reply.cancelled():
        return None
    error = reply.exception()
    if error is None:
        return reply.result()
    if isinstance(error, EngineRefused):
        logger.error("The engine refuses what it is asked: %s", error)
    elif not isinstance(error, EngineDown):
        logger.error("An unexpected error ends what the engine was asked", exc_info=error)
    return None


def is_down(reply: asyncio.Future[R]) -> bool:
    """Whether there is no answer because the engine is away."""
    return not reply.cancelled() and isinstance(reply.exception(), EngineDown)
