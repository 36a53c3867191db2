"""One simulated reader: what a browser does with a live page, without the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from urllib3 import PoolManager
from websockets.asyncio.client import ClientConnection, connect

DATA = re.compile(r'<script type="application/json" id="onair-live">(.*?)</script>')
KEY = re.compile(r'data-onair-key="([^"]+)"')


@dataclass(frozen=True)
class Loaded:
    """A page as it was loaded: what its script is told, and the key of the site's server."""

    url: str
    key: str
    data: dict[str, Any]

    @property
    def socket_url(self) -> str:
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return f"{scheme}://{parts.netloc}/app/{self.key}?protocol=7&client=crowd&version=1"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def load(http: PoolManager, url: str) -> Loaded:
    """Load a live page, as anybody may who has not signed in."""
    text = http.request("GET", url).data.decode()
    data, key = DATA.search(text), KEY.search(text)
    if data is None or key is None:
        raise ValueError(f"{url} is no live page.")
    return Loaded(url, key[1], json.loads(data[1]))


def exchange(http: PoolManager, page: Loaded, socket_id: str) -> list[dict[str, str]]:
    """Exchange the page's token for its channels, each with its signature."""
    versions = {region: told["v"] for region, told in page.data["regions"].items()}
    asked = {"token": page.data["token"], "socket_id": socket_id, "regions": versions}
    url = urljoin(page.url, page.data["url"])
    answer = http.request("POST", url, json=asked, headers={"Origin": page.origin})
    return [told for told in answer.json()["regions"].values() if "channel" in told]


async def connected(page: Loaded) -> tuple[ClientConnection, str]:
    """Open the page's socket, and return it with its id."""
    socket = await connect(page.socket_url, origin=page.origin, compression=None, open_timeout=30)
    established = json.loads(await socket.recv())
    return socket, json.loads(established["data"])["socket_id"]


async def subscribe(socket: ClientConnection, channels: list[dict[str, str]]) -> None:
    """Subscribe to the regions' channels, and wait until they are joined."""
    for told in channels:
        await socket.send(json.dumps({"event": "pusher:subscribe", "data": told}))
        while json.loads(await socket.recv())["event"] != "pusher_internal:subscription_succeeded":
            """Whatever else comes first is not for a reader that has not joined yet."""


async def read(socket: ClientConnection, patched: Callable[[], None]) -> None:
    """Tell of each patch, until the socket closes."""
    async for text in socket:
        message = json.loads(text)
        if message["event"] == "pusher:ping":
            await socket.send('{"event": "pusher:pong", "data": {}}')
        elif message["event"] == "onair:patch":
            patched()
