"""The addresses of the fallback: ``[/PREFIX]/app/KEY/SERVER/SESSION/ENDPOINT``.

The client takes both numbers of its session at random: ``SERVER`` has up to three digits, for proxies that
choose a process by it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: What a path has behind the key, as a regular expression.
SESSION = "/[0-9]{1,3}/[A-Za-z0-9_-]{1,64}"
ENDPOINTS = "xhr_streaming|xhr_send|xhr"

METHODS = ("POST", "OPTIONS")

_PATH = re.compile(f"((.*/app/[^/]+){SESSION})/({ENDPOINTS})")


class FallbackPath(NamedTuple):
    """A path in its parts; ``socket`` is what a WebSocket of the same app would ask for."""

    session: str
    socket: str
    endpoint: str


def split(path: str) -> FallbackPath | None:
    """The parts of a path of the fallback; None for another path."""
    match = _PATH.fullmatch(path)
    return None if match is None else FallbackPath(*match.groups())
