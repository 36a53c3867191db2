"""What the site's other processes ask its code in the process of the sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onair.server.server import Server

logger = logging.getLogger("onair")

#: Gets the parameters of a question, and returns its answer as JSON.
Answerer = Callable[[Mapping[str, str]], bytes]

_answerers: dict[str, Answerer] = {}


def add(name: str, answerer: Answerer) -> None:
    """Let this answer the questions of this name from now on, in the thread of the sockets' loop.

    It must not wait. What it raises is logged, and is no answer.
    """
    _answerers[name] = answerer


def connect(server: Server) -> None:
    """Let this server, in a process of the site, answer."""
    for served in server.served.values():
        served.answer = _answer


def _answer(name: str, parameters: Mapping[str, str]) -> bytes | None:
    answerer = _answerers.get(name)
    if answerer is None:
        return None
    try:
        return answerer(parameters)
    except Exception:
        logger.exception("%r could not be answered to another process.", name)
        return None
