"""Our own server, really listening, and a client that has joined a channel."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import connect

from onair.engines.urls import EngineUrl
from onair.protocol.app import App
from onair.protocol.signing import sign_channel
from onair.server.origins import OriginPolicy
from onair.server.run import runner
from onair.server.server import Server
from tests.server.clients import PATIENCE, Client


@dataclass(frozen=True)
class RealServer:
    server: Server
    app: App
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.app.key}:{self.app.secret}@{self.host}:{self.port}/apps/{self.app.id}"

    @contextmanager
    def connected(self) -> Iterator[Client]:
        """Be a client that has joined nothing yet."""
        with connect(f"ws://{self.host}:{self.port}/app/{self.app.key}?protocol=7") as connection:
            yield Client(connection)

    @contextmanager
    def joined(self, channel: str) -> Iterator[Client]:
        with self.connected() as client:
            client.established()
            assert client.subscribe(channel)["event"] == "pusher_internal:subscription_succeeded"
            yield client

    @contextmanager
    def present(self, channel: str, user_id: str, info: object = None) -> Iterator[Client]:
        """Be a user on a presence channel."""
        data = json.dumps({"user_id": user_id} | ({"user_info": info} if info else {}))
        with self.connected() as client:
            socket_id = client.established()
            auth = sign_channel(self.app.credentials[0], socket_id, channel, data)
            assert client.subscribe(channel, auth=auth, channel_data=data)["event"].endswith("succeeded")
            yield client


@contextmanager
def serving(app: App, engine: EngineUrl | None = None) -> Iterator[RealServer]:
    """Run a server of this app in a thread."""
    server = Server([app], origins=OriginPolicy(["*"]), engine=engine)
    bound = threading.Event()
    address: list[Any] = []

    def on_bound(*where: Any) -> None:
        address.extend(where)
        bound.set()

    uvicorn = runner(server, port=0, on_bound=on_bound)
    thread = threading.Thread(target=uvicorn.run)
    thread.start()
    assert bound.wait(PATIENCE)
    try:
        yield RealServer(server, app, *address)
    finally:
        uvicorn.should_exit = True
        thread.join(PATIENCE)
