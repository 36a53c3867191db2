"""Django Channels under Daphne: one group, in memory or in Redis.

Usage: channels_server.py [LAYER REDIS_URL] PORT, where LAYER is a class of channels_redis, by its module.
"""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings

#: More than the benchmark ever has under way: what is above it is dropped.
CAPACITY = 100_000

*layer, port = sys.argv[1:]
config = {"hosts": [layer[1]]} if layer else {}
if not layer or "pubsub" not in layer[0]:  # which has none
    config["capacity"] = CAPACITY

settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["daphne"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": layer[0] if layer else "channels.layers.InMemoryChannelLayer",
            "CONFIG": config,
        }
    },
)

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from daphne.endpoints import build_endpoint_description_strings  # noqa: E402
from daphne.server import Server  # noqa: E402

GROUP = "news"


class Subscriber(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.send(text_data="subscribed")

    async def event(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


async def publish(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await get_channel_layer().group_send(GROUP, {"type": "event", "text": body.decode()})
    headers = [(b"content-length", b"2"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


Server(
    application=ProtocolTypeRouter({"websocket": Subscriber.as_asgi(), "http": publish}),
    endpoints=build_endpoint_description_strings(host="127.0.0.1", port=int(port)),
    signal_handlers=True,
    ping_interval=3600,  # no ping within a measurement: the client counts bytes
    ready_callable=lambda: print("ready", flush=True),
).run()
