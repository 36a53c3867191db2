"""What a server says of itself over HTTP: to load balancers, supervisors and Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from onair.server.server import Server
from onair.server.types import ASGIApp, Receive, Scope, Send

TEXT = "text/plain; charset=utf-8"


class Page(NamedTuple):
    """An answer to GET."""

    status: int
    text: str
    content_type: str = TEXT


Pages = Mapping[str, Callable[[], Page]]


def status_pages(server: Server) -> Pages:
    """``/healthz``: the loop runs. ``/readyz``: sockets are taken."""
    return {"/healthz": lambda: Page(200, "ok\n"), "/readyz": partial(_readiness, server)}


def _readiness(server: Server) -> Page:
    refusal = server.turns_away
    return Page(200, "ready\n") if refusal is None else Page(503, f"{refusal.message}\n")


class WithPages:
    """Serves pages beside an application.

    Args:
        app: What answers everything else.
        pages: What makes the page of each path, when it is asked for.
    """

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._pages.get(scope["path"]) if scope["type"] == "http" else None
        if page is None:
            await self._app(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"}:
            await _answer(send, page())
        else:
            await _answer(send, Page(405, f"{scope['method']} is not known here: GET it\n"))


async def _answer(send: Send, page: Page) -> None:
    body = page.text.encode()
    headers = [
        (b"content-type", page.content_type.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
