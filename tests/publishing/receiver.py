"""A small real HTTP server that takes events as the Pusher HTTP API does, and verifies every signature."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from onair.protocol.app import App, Credential
from onair.protocol.signing import verify_body, verify_request
from tests.http_server import running

PATIENCE = 10.0

APP = App("42", (Credential("a-key", "a-secret"),))


@dataclass
class Request:
    """One request, after its signature was found right."""

    path: str
    body: Any
    connection: int

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.body.get("batch", [self.body]))


@dataclass
class Receiver:
    """What arrived, in its order; and what to answer."""

    port: int
    requests: Queue[Request] = field(default_factory=Queue)
    #: Chooses the status of the answer; nothing is answered, and the connection closed, for 0.
    answer: Callable[[Request], int] = lambda request: 200
    #: Further headers of every answer.
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://a-key:a-secret@127.0.0.1:{self.port}/apps/42"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self) -> Request:
        return self.requests.get(timeout=PATIENCE)

    def events(self, number: int) -> list[dict[str, Any]]:
        """Wait for so many events, and return them."""
        events: list[dict[str, Any]] = []
        while len(events) < number:
            events += self.next().events
        return events


@contextmanager
def receiving(path: str = "", host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    """Run a receiver.

    Args:
        path: what its addresses begin with.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            url = urlsplit(self.path)
            params = dict(parse_qsl(url.query))
            verify_request(APP, "POST", url.path, params, now=int(time.time()))
            verify_body(params, body)
            assert url.path.startswith(path)
            request = Request(url.path.removeprefix(path), json.loads(body), self.client_address[1])
            status = receiver.answer(request)
            receiver.requests.put(request)
            if not status:
                self.close_connection = True
                return
            answer = b"{}" if status == 200 else b"not today"
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    receiver = Receiver(server.server_address[1])
    with running(server):
        yield receiver
