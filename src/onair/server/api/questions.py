"""``GET onair/NAME``: what the site's other processes ask its code in the server's process."""

from __future__ import annotations

from onair.protocol.errors import shortened
from onair.server.api.answers import Answer
from onair.server.api.errors import NotFound
from onair.server.api.request import Request
from onair.server.server import ServedApp


def answer(served: ServedApp, request: Request) -> Answer:
    """Let the code that knows of this name answer, with JSON.

    Raises:
        NotFound: this server knows nothing of it.
    """
    name = request.names["name"]
    found = None if served.answer is None else served.answer(name, request.params)
    if found is None:
        raise NotFound(
            f"Nothing called {shortened(name)} can be asked here: the server has to be a process of its "
            "site, of the same version (runserver, manage.py onair serve, onair.asgi)"
        )
    return Answer(200, found)
