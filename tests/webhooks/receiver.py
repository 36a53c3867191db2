"""A real HTTP server that takes webhooks, and has the official library verify each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pusher

from onair.protocol.app import App, Credential, Webhook
from tests.http_server import running

PATIENCE = 10.0

APP = App("42", (Credential("a-key", "a-secret"), Credential("old-key", "old-secret")))

_library = pusher.Pusher(app_id=APP.id, key=APP.key, secret=APP.secret)


@dataclass
class Request:
    """One request, after the library has found its signature right, and the status of its answer."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    connection: int
    status: int = 0

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body)["events"])


@dataclass
class Receiver:
    """What arrived, in its order; and what to answer."""

    port: int
    requests: Queue[Request] = field(default_factory=Queue)
    #: Chooses the status of the answer; nothing is answered, and the connection closed, for 0.
    answer: Callable[[Request], int] = lambda request: 200
    #: The body of every answer, and what its head says of it beside the length.
    text: bytes = b"not today"
    fields: Mapping[str, str] = field(default_factory=lambda: {"Location": "/elsewhere"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=t"

    def app(self, **options: Any) -> App:
        """The app with a webhook of these options."""
        return App(APP.id, APP.credentials, webhooks=(Webhook(url=self.url, **options),))

    def next(self) -> Request:
        return self.requests.get(timeout=PATIENCE)

    def events(self, number: int) -> list[dict[str, Any]]:
        """Wait for so many events, and return them."""
        events: list[dict[str, Any]] = []
        while len(events) < number:
            events += self.next().events
        return events


def answers(*statuses: int) -> Callable[[Request], int]:
    """Answer with these, and then with 200."""
    left = list(statuses)
    return lambda request: left.pop(0) if left else 200


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """Run a receiver."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key, signature = self.headers["X-Pusher-Key"], self.headers["X-Pusher-Signature"]
            assert _library.validate_webhook(key, signature, body.decode()) == json.loads(body)
            request = Request(self.path, body, self.headers, self.client_address[1])
            status = request.status = receiver.answer(request)
            receiver.requests.put(request)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(receiver.text)), **receiver.fields}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # who posts need not read all of it
                self.wfile.write(receiver.text)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver = Receiver(server.server_address[1])
    with running(server):
        yield receiver
