"""A page in a browser, as far as the server sees it: loaded, exchanged, subscribed."""

from __future__ import annotations

import http.client
import json
import re
from typing import Any

from benchmarks.client import Client

PATCH = b"onair:patch"

_DATA = re.compile(r'<script type="application/json" id="onair-live">(.*?)</script>')


class Site:
    """The site in another process, asked over one connection that is kept."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, session: str = "") -> bytes:
        """Ask for a page."""
        self.begin(path, session)
        return self.end()

    def begin(self, path: str, session: str = "") -> None:
        """Ask for a page; :meth:`end` reads the answer."""
        self._connection.request("GET", path, headers=self._headers(session))

    def end(self) -> bytes:
        """Raises ConnectionError where the answer is no page."""
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ConnectionError(f"{response.status}: {body[:500]!r}")
        return body

    def json(self, path: str) -> dict[str, Any]:
        """Ask for JSON."""
        answer: dict[str, Any] = json.loads(self.get(path))
        return answer

    def post(self, path: str, content: object, session: str) -> dict[str, Any]:
        """Post JSON, as onair.js does."""
        headers = self._headers(session) | {
            "Content-Type": "application/json",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        self._connection.request("POST", path, json.dumps(content), headers)
        answer: dict[str, Any] = json.loads(self.end())
        return answer

    def close(self) -> None:
        self._connection.close()

    def _headers(self, session: str) -> dict[str, str]:
        return {"Cookie": f"sessionid={session}"} if session else {}


def follow(site: Site, path: str, key: str, session: str = "") -> Client:
    """Load a live page, and subscribe to its region. Returns the socket to which its patches come.

    Args:
        key: the key of the site's app.
    """
    found = _DATA.search(site.get(path, session).decode())
    if found is None:
        raise ConnectionError(f"{path} is no live page")
    data = json.loads(found[1])
    client = Client(site.port)
    client.send_upgrade(f"/app/{key}?protocol=7")
    client.read_upgrade()
    socket_id = json.loads(_message(client.read_frame())["data"])["socket_id"]
    asked = {
        "token": data["token"],
        "socket_id": socket_id,
        "regions": {region: told["v"] for region, told in data["regions"].items()},
    }
    for answer in site.post(data["url"], asked, session)["regions"].values():
        wanted = {"event": "pusher:subscribe", "data": {name: answer[name] for name in ("channel", "auth")}}
        client.send_text(json.dumps(wanted).encode())
        frame = client.read_frame()
        if b"subscription_succeeded" not in frame:
            raise ConnectionError(f"a page was not admitted to its channel: {frame!r}")
    return client


def read_patch(client: Client) -> bytes:
    """Read until a patch comes, and return its frame."""
    while PATCH not in (frame := client.read_frame()):
        pass
    return frame


def _message(frame: bytes) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(frame[frame.index(b"{") :])
    return message
