"""A browser without a screen: a session, the pages' tags, and a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from websockets.sync.client import ClientConnection, connect

PATIENCE = 30.0

_LIVE = re.compile(r'<script type="application/json" id="onair-live">(.*?)</script>')

Tag = dict[str, str]


class _Tags(HTMLParser):
    """Collects the data attributes of every element that has some."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tag] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        data = {name: value or "" for name, value in attributes if name.startswith("data-")}
        if data:
            self.found.append(data)


class Socket:
    """A connection of the Pusher protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.id = self.wait_for("pusher:connection_established")["socket_id"]

    def send(self, event: str, **data: Any) -> None:
        self._connection.send(json.dumps({"event": event, "data": data}))

    def wait_for(self, event: str) -> Any:
        """Return the data of the next event of this name; what comes before is passed over."""
        while True:
            message = json.loads(self._connection.recv(timeout=PATIENCE))
            assert "error" not in message["event"], message
            if message["event"] == event:
                return json.loads(message["data"])


def tags_of(page: str) -> list[Tag]:
    """Return the data attributes in a page's HTML."""
    reader = _Tags()
    reader.feed(page)
    return reader.found


class Visitor:
    """Somebody who has logged in."""

    def __init__(self, site: str, name: str, home: str = "/1/") -> None:
        self._site = site
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))
        self.get("/login/")
        self.post(f"/login/?next={home}", username=name, password=name)

    def get(self, path: str) -> str:
        return self._open(Request(self._site + path))

    def post(self, path: str, **fields: str) -> str:
        """Send a form, and return the page that comes after it."""
        form = urlencode(fields | {"csrfmiddlewaretoken": self._csrf_token()}).encode()
        return self._open(Request(self._site + path, form))

    def tags(self, path: str) -> list[Tag]:
        """Return the data attributes of a page."""
        return tags_of(self.get(path))

    @contextmanager
    def socket(self, tags: list[Tag]) -> Iterator[Socket]:
        """Connect as the page with these tags does."""
        key = next(tag["data-onair-key"] for tag in tags if "data-onair-key" in tag)
        address = f"ws://{urlsplit(self._site).netloc}/app/{key}?protocol=7"
        with connect(address, origin=self._site) as connection:  # type: ignore[arg-type]  # a NewType of str
            yield Socket(connection)

    def join(self, socket: Socket, tags: list[Tag], channel: str, grant: str | None = None) -> Any:
        """Subscribe as the page with these tags does, and return the data of the success."""
        endpoint = next(tag["data-onair-auth"] for tag in tags if "data-onair-auth" in tag)
        asked = {"socket_id": socket.id, "channels": [{"name": channel, "grant": grant}]}
        answer = self._ask(endpoint, asked)["channels"][channel]
        assert "auth" in answer, answer
        socket.send("pusher:subscribe", channel=channel, **answer)
        return socket.wait_for("pusher_internal:subscription_succeeded")

    def follow(self, socket: Socket, page: str) -> set[str]:
        """Listen to the regions of a live page, as its script does. Return their channels."""
        found = _LIVE.search(page)
        assert found, page
        told = json.loads(found[1])
        regions = {region: about["v"] for region, about in told["regions"].items()}
        asked = {"token": told["token"], "socket_id": socket.id, "regions": regions}
        answers = self._ask(told["url"], asked)["regions"].values()
        for answer in answers:
            assert "auth" in answer, answer
            socket.send("pusher:subscribe", **answer)
            socket.wait_for("pusher_internal:subscription_succeeded")
        return {answer["channel"] for answer in answers}

    def _ask(self, endpoint: str, asked: dict[str, Any]) -> Any:
        """Post JSON to one of the site's endpoints."""
        request = Request(
            self._site + endpoint, json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        request.add_header("X-CSRFToken", self._csrf_token())
        return json.loads(self._open(request))

    def _csrf_token(self) -> str:
        return next(cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken")

    def _open(self, request: Request) -> str:
        with self._opener.open(request, timeout=PATIENCE) as response:
            return str(response.read().decode())
