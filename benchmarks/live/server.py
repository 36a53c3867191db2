"""The site under uvicorn, its sockets beside it. Usage: -m benchmarks.live.server DATABASE MODELS PORT

DATABASE is JSON, as in the settings; MODELS are those whose writes triggers tell, with commas between them.
"""

from __future__ import annotations

import json
import socket
import sys

import uvicorn

from benchmarks.live import site

#: Connections that wait for the site to come up.
BACKLOG = 128


def main() -> None:
    database, models, port = sys.argv[1:]
    site.set_up({"default": json.loads(database)}, [model for model in models.split(",") if model])
    site.fill()
    from onair.asgi import get_asgi_application

    application = get_asgi_application()
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", int(port)))
        listening.listen(BACKLOG)
        config = uvicorn.Config(
            application, ws="onair.asgi:WebSocketProtocol", log_level="warning", access_log=False
        )
        print("ready", flush=True)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
