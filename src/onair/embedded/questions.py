"""What the site's other processes ask its code in a process with sockets, and what that says by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    from onair.server.server import Server

logger = logging.getLogger("onair")

#: Gets the parameters of a question, and returns its answer as JSON.
Answerer = Callable[[Mapping[str, str]], bytes]

#: Returns what this process says of itself to those with which it shares an engine, as values of JSON.
Saying = Callable[[], object]

_answerers: dict[str, Answerer] = {}
_sayings: dict[str, Saying] = {}
_server: ref[Server] | None = None


def add(name: str, answerer: Answerer) -> None:
    """Let this answer the questions of this name from now on, in the thread of the sockets' loop.

    It must not wait. What it raises is logged, and is no answer.
    """
    _answerers[name] = answerer


def say(name: str, saying: Saying) -> None:
    """Let this process say something of itself with each sign of life, by this name.

    It is called in the thread of the sockets' loop, and must not wait. What it raises is logged.
    """
    _sayings[name] = saying


def connect(server: Server) -> None:
    """Let this server, in a process of the site, answer, and say what is to be said of it."""
    global _server
    _server = ref(server)
    for served in server.served.values():
        served.answer, served.about = _answer, _about


def find_server() -> Server | None:
    """Return the server of this process, None where it has none, or has it no more."""
    return None if _server is None else _server()


def _answer(name: str, parameters: Mapping[str, str]) -> bytes | None:
    answerer = _answerers.get(name)
    if answerer is None:
        return None
    try:
        return answerer(parameters)
    except Exception:
        logger.exception("%r could not be answered to another process.", name)
        return None


def _about() -> dict[str, object]:
    said: dict[str, object] = {}
    for name, saying in _sayings.items():
        try:
            said[name] = saying()
        except Exception:
            logger.exception("%r could not be said to other processes.", name)
    return said
