"""uWebSockets through socketify: one topic, published by the library. Usage: uwebsockets_server.py PORT"""

from __future__ import annotations

import sys
from typing import Any

from socketify import App, AppListenOptions, OpCode

TOPIC = "news"
IDLE_SECONDS = 960  # the most that the library takes


def subscribe(socket: Any, message: Any, opcode: Any) -> None:
    socket.subscribe(TOPIC)
    socket.send("subscribed", OpCode.TEXT)


def publish(response: Any, request: Any) -> None:
    body = b""

    def take(_: Any, chunk: bytes | None, is_last: bool) -> None:
        nonlocal body
        body += chunk or b""
        if is_last:
            app.publish(TOPIC, body, OpCode.TEXT)
            response.write_header("content-type", "application/json")
            response.end("{}")

    response.on_data(take)


app = App()
app.ws("/", {"message": subscribe, "idle_timeout": IDLE_SECONDS, "max_backpressure": 1024 * 1024})
app.post("/", publish)
app.listen(
    AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), lambda config: print("ready", flush=True)
)
# The library's own loop asks asyncio and libuv in turns, and never sleeps while anything goes on, which would
# count against it. Nothing here needs asyncio.
app.loop.uv_loop.run()
