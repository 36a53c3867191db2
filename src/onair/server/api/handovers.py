"""``POST onair/NAME``: what the site's other processes hand over to its code in the server's process."""

from __future__ import annotations

from onair.protocol.app import App
from onair.protocol.errors import shortened
from onair.server.api.answers import DONE, Answer
from onair.server.api.errors import NotFound
from onair.server.api.request import Request
from onair.server.server import ServedApp

#: The largest body. What our own processes hand over is far below.
MAX_BODY = 4 * 1024 * 1024


def body_limit(app: App) -> int:
    return MAX_BODY


def take(served: ServedApp, request: Request) -> Answer:
    """Leave the body to the code that takes what has this name; it does its work later, in their order.

    Raises:
        NotFound: This server takes nothing of this name.
        HandedTooMuch: What was handed over before waits.
    """
    name = request.names["name"]
    if served.take is None or not served.take(name, request.body):
        raise NotFound(
            f"Nothing called {shortened(name)} can be handed over here: live pages need a server that is "
            "a process of their site, of the same version (runserver, manage.py onair serve, onair.asgi)"
        )
    return DONE
