"""An ASGI site that has sockets of its own: they echo."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

from onair.asgi import wrap

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
pages = get_asgi_application()


async def site(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        await pages(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


application = wrap(site)
