"""The site's pages on a connection that the loop has, answered as ``runserver`` itself would."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from asgiref.wsgi import WsgiToAsgi

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from onair.server.types import ASGIApp, Event, Receive, Scope, Send


class ClientGone(Exception):
    """The client has gone before its request was complete: there is nobody to answer."""


def pages(site: WSGIApplication) -> ASGIApp:
    """Return the site as an ASGI application."""
    wsgi: ASGIApp = WsgiToAsgi(partial(_answer, site))  # type: ignore[no-untyped-call]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def page() -> None:
            await wsgi(_without_ambiguous(scope), partial(_read, receive), send)

        with suppress(ClientGone):
            # A connection's later requests inherit the context of its first one, and asgiref keeps the thread
            # of a page in it: the second page would be given to a thread that has ended.
            await asyncio.create_task(page(), context=contextvars.Context())

    return answer


def _without_ambiguous(scope: Scope) -> Scope:
    """Drop headers with an underscore, which WSGI cannot tell from those with a hyphen (CVE-2015-0219)."""
    return {**scope, "headers": [header for header in scope["headers"] if b"_" not in header[0]]}


async def _read(receive: Receive) -> Event:
    event = await receive()
    if event["type"] == "http.disconnect":
        raise ClientGone
    return event


def _answer(site: WSGIApplication, environ: Any, start_response: Any) -> Iterator[bytes]:
    """Answer, and close the answer as WSGI servers do: Django ends the request there."""
    response = site(environ, start_response)
    try:
        yield from response
    finally:
        if hasattr(response, "close"):
            response.close()
