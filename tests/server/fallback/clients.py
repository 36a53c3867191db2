"""Clients of the fallback that do what pusher-js does, and no more than it allows."""

from __future__ import annotations

import itertools
import json
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any, NamedTuple, TypeVar

from tests.server.clients import PATIENCE, Site

#: How much of one answer pusher-js reads, in UTF-16 code units.
BUFFER = 256 * 1024

_tokens = (f"{number:08}" for number in itertools.count())


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


class SessionClosed(Exception):
    """The server has ended the session."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code


class FallbackClient:
    """One session.

    Args:
        site: The server, or where it is.
        path: What a WebSocket would ask for.
        origin: The page's origin.
    """

    endpoint = ""

    def __init__(
        self, site: Site | Address, path: str = "/pusher/app/key?protocol=7", *, origin: str | None = None
    ) -> None:
        self.site = site
        base, _, query = path.partition("?")
        self.base = f"{base}/7/{next(_tokens)}"
        self.query = query
        self.headers = {"Content-Type": "application/json"} | ({"Origin": origin} if origin else {})
        self.opened = 0
        self.heartbeats = 0
        self._messages: deque[str] = deque()

    def established(self) -> str:
        """Take the first message, and return the socket's id."""
        message = self.receive()
        assert message["event"] == "pusher:connection_established", message
        return str(message["data"]["socket_id"])

    def receive(self) -> dict[str, Any]:
        """The next message; its data decoded where it is a string of JSON."""
        message: dict[str, Any] = json.loads(self.receive_text())
        if isinstance(message.get("data"), str):
            message["data"] = json.loads(message["data"])
        return message

    def receive_text(self) -> str:
        while not self._messages:
            self.read()
        return self._messages.popleft()

    def error(self) -> dict[str, Any]:
        """Take a ``pusher:error``, and return its data."""
        message = self.receive()
        assert message["event"] == "pusher:error", message
        return dict(message["data"])

    def close_code(self) -> int:
        """Read until the server ends the session."""
        try:
            while True:
                self.read()
        except SessionClosed as closed:
            return closed.code

    def send(self, event: str, data: Any = None, **fields: Any) -> None:
        self.send_text(json.dumps({"event": event, "data": {} if data is None else data, **fields}))

    def send_text(self, *texts: str) -> None:
        status, answer = self.send_body(json.dumps(texts).encode())
        assert (status, answer) == (204, "")

    def send_body(self, body: bytes) -> tuple[int, str]:
        response = self.post("xhr_send", body)
        return response.status, response.read().decode()

    def subscribe(self, channel: str, **fields: Any) -> dict[str, Any]:
        """Subscribe, and return the answer."""
        self.send("pusher:subscribe", {"channel": channel, **fields})
        return self.receive()

    def post(self, endpoint: str, body: bytes = b"") -> HTTPResponse:
        """Ask on a connection of its own, and wait for the answer."""
        return self.post_soon(endpoint, body)()

    def post_soon(self, endpoint: str, body: bytes = b"") -> Callable[[], HTTPResponse]:
        """Ask on a connection of its own; what is returned waits for the answer."""
        connection = HTTPConnection(self.site.host, self.site.port, timeout=PATIENCE)
        headers = self.headers | {"Connection": "close"}  # so that the answer owns the socket, and closes it
        connection.request("POST", f"{self.base}/{endpoint}?{self.query}", body, headers)
        return connection.getresponse

    def close(self) -> None:
        """Go, as a page does that is closed."""

    @abstractmethod
    def listen(self) -> None:
        """Ask, if no request is under way."""

    @abstractmethod
    def read(self) -> None:
        """Take the next line."""

    def _take(self, line: str) -> None:
        kind, rest = line[0], line[1:]
        if kind == "o":
            self.opened += 1
        elif kind == "h":
            self.heartbeats += 1
        elif kind == "a":
            self._messages.extend(json.loads(rest))
        else:
            assert kind == "c", line
            raise SessionClosed(*json.loads(rest))


class StreamingClient(FallbackClient):
    """Reads one answer until that is as long as its buffer, then breaks it off and asks again."""

    endpoint = "xhr_streaming"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.answers = 0
        self._answer: HTTPResponse | None = None
        self._length = 0

    def listen(self) -> None:
        self.open()

    def open(self) -> HTTPResponse:
        if self._answer is None:
            self._answer = self.post(self.endpoint)
            assert self._answer.status == 200
            self._length = 0
            self.answers += 1
        return self._answer

    def read(self) -> None:
        line = self.open().readline().decode()
        assert line, "the answer has ended: to pusher-js the connection is broken"
        self._length += len(line.encode("utf-16-le")) // 2
        if self._length > BUFFER:
            self.close()
        self._take(line)

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None


class PollingClient(FallbackClient):
    """Asks again whenever it has been answered, on the same connection."""

    endpoint = "xhr"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connection = HTTPConnection(self.site.host, self.site.port, timeout=PATIENCE)
        self._lines: deque[str] = deque()
        self._has_asked = False

    def listen(self) -> None:
        if not self._has_asked:
            self._connection.request("POST", f"{self.base}/xhr?{self.query}", b"", self.headers)
            self._has_asked = True

    def get(self, path: str) -> str:
        """A page of the site, over the connection of the session."""
        self._connection.request("GET", path)
        return self._connection.getresponse().read().decode()

    def read(self) -> None:
        if not self._lines:
            self.listen()
            self._has_asked = False
            answer = self._connection.getresponse()
            assert answer.status == 200
            self._lines.extend(answer.read().decode().removesuffix("\n").split("\n"))
        self._take(self._lines.popleft())

    def close(self) -> None:
        self._connection.close()


AnyClient = TypeVar("AnyClient", bound=FallbackClient)

CLIENTS: dict[str, type[FallbackClient]] = {
    client.endpoint: client for client in (StreamingClient, PollingClient)
}


@contextmanager
def connected(client: AnyClient) -> Iterator[AnyClient]:
    try:
        yield client
    finally:
        client.close()
