"""A live page as a browser has it: loaded, exchanged, subscribed, and told of patches."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import connect

from tests.http_client import request
from tests.server.clients import Client

DATA = re.compile(r'<script type="application/json" id="onair-live">(.*?)</script>')


@dataclass
class Page:
    """One page in one browser.

    ``host`` is the address that the browser knows, where something stands between it and the site.
    """

    url: str
    socket_url: str
    cookies: dict[str, str] = field(default_factory=dict)
    host: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    early: deque[dict[str, Any]] = field(default_factory=deque)

    def load(self, path: str) -> str:
        self.path = path
        response = request("GET", f"{self.url}{path}", headers=self._headers())
        assert response.status == 200, (response.status, response.headers, response.data[:500])
        self.html = response.data.decode()
        found = DATA.search(self.html)
        assert found is not None, self.html
        self.data = json.loads(found[1])
        self.versions = {region: told["v"] for region, told in self.data["regions"].items()}
        return self.html

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Origin": f"http://{self.host}", "Host": self.host} if self.host else {"Origin": self.url}
        return headers | {"Cookie": cookie} if cookie else headers

    @contextmanager
    def connected(self) -> Iterator[Page]:
        with connect(f"{self.socket_url}?protocol=7", origin=self.url) as connection:
            self.client = Client(connection)
            self.socket_id = self.client.established()
            yield self

    def exchange(self) -> dict[str, Any]:
        body = {"token": self.data["token"], "socket_id": self.socket_id, "regions": self.versions}
        response = request("POST", f"{self.url}{self.data['url']}", json=body, headers=self._headers())
        answer: dict[str, Any] = response.json()
        assert response.status == 200, answer
        return answer["regions"]

    def listen(self) -> Page:
        """Exchange the token, and join the channels."""
        self.channels = {}
        for region, answer in self.exchange().items():
            assert "channel" in answer, answer
            self.channels[region] = answer["channel"]
            self.client.send("pusher:subscribe", {"channel": answer["channel"], "auth": answer["auth"]})
            while (message := self.client.receive())["event"] == "onair:patch":
                self.early.append(message["data"])  # of a region that it follows already
            assert message["event"] == "pusher_internal:subscription_succeeded", message
        return self

    def patch(self) -> dict[str, Any]:
        """The next patch."""
        if self.early:
            return self.early.popleft()
        message = self.client.receive()
        assert message["event"] == "onair:patch", message
        return message["data"]
