"""The server inside an ASGI site.

In ``asgi.py``, instead of Django's function of the same name::

    from onair.asgi import get_asgi_application

    application = get_asgi_application()

Under uvicorn, ``uvicorn project.asgi:application --ws onair.asgi:WebSocketProtocol`` is the fast road for
the sockets; without it, and under Daphne, Hypercorn or Granian, they work as well. Without an engine run one
worker: the channels live in its memory, and further ones refuse sockets with a message that names
``ONAIR_URL``. With one (``ONAIR_URL=redis://…``) run as many as you like.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from onair.embedded import process
from onair.embedded.application import LiveApplication

if TYPE_CHECKING:
    from onair.embedded.process import ProcessServer
    from onair.server.types import ASGIApp


def get_asgi_application() -> LiveApplication:
    """Return Django's ASGI application with the sockets beside it."""
    from django.core.asgi import get_asgi_application as get_django_application

    return wrap(cast("ASGIApp", get_django_application()))


def wrap(app: ASGIApp) -> LiveApplication:
    """Return any ASGI application (a router of Channels, Starlette …) with the sockets beside it."""
    return LiveApplication(app)


def WebSocketProtocol(*args: Any, **kwargs: Any) -> asyncio.Protocol:  # noqa: N802 (uvicorn takes it for a class)
    """Make uvicorn's protocol object for a WebSocket: ours for this site's sockets, uvicorn's own for others.

    uvicorn imports this before the settings are known, and calls it when they are.
    """
    from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

    server = process.current()
    protocol = AutoWebSocketsProtocol if server is None else _protocol_class(server)
    assert protocol is not None  # django-onair requires one of the libraries that uvicorn looks for
    return protocol(*args, **kwargs)


@lru_cache(maxsize=1)
def _protocol_class(server: ProcessServer) -> Any:
    from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

    from onair.server.websocket import websocket_class

    base: Any = websocket_class(server.server, AutoWebSocketsProtocol)

    class AnnouncingProtocol(base):  # type: ignore[misc]  # a class that is known at run time
        """Announces the address, too: the first connections after a restart are sockets that come back."""

        __slots__ = ()

        def connection_made(self, transport: asyncio.Transport) -> None:
            if not server.has_address:
                _announce(server, transport)
            super().connection_made(transport)

    return AnnouncingProtocol


def _announce(server: ProcessServer, transport: asyncio.Transport) -> None:
    """Announce where the server of this connection listens, if it is a port without TLS."""
    name = transport.get_extra_info("sockname")
    if isinstance(name, tuple) and transport.get_extra_info("sslcontext") is None:
        server.announce(*name[:2])
