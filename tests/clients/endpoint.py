"""The application's half of the protocol over real HTTP: it authorises, and takes webhooks.

It signs with the official Python library, so that nothing of ours is on the application's side.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pusher import Pusher

from tests.server.clients import PATIENCE

#: Base 64 of the 32 bytes that the keys of encrypted channels are made from; of Pusher's documents.
MASTER_KEY = "nxzvbGF+f8FGhk/jOaZvgMle1tqxzF/VfUZLBLhhaH0="


class Received(NamedTuple):
    """A request as it came; the names of its headers in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode()))


class Refused(Exception):
    """The application does not want this user there."""


class Endpoint(ThreadingHTTPServer):
    """Authorises every user for every channel, but for some words in a channel's name or the user's id.

    "forbidden" is refused, "missigned" gets a wrong signature, and "unsaid" no member for a presence channel.
    """

    daemon_threads = True

    def __init__(self, library: Pusher, key: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.library = library
        self.key = key
        self.failures: list[str] = []
        self.statuses: list[int] = []  # what the next webhooks are answered, and then with 200
        self.received: list[Received] = []
        self.arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        self.failures.append(traceback.format_exc())

    def take(self, request: Received) -> None:
        with self.arrived:
            self.received.append(request)
            self.arrived.notify_all()

    def webhooks(self, number: int) -> list[Received]:
        """Wait for so many webhooks, and return them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self._webhooks()) >= number, PATIENCE), self._webhooks()
            return self._webhooks()

    def _webhooks(self) -> list[Received]:
        return [request for request in self.received if request.path == "/webhook"]

    def status(self, request: Received) -> int:
        return self.statuses.pop(0) if request.path == "/webhook" and self.statuses else 200

    def answer(self, request: Received) -> Any:
        """What is answered.

        Raises:
            Refused: The application says no.
        """
        match request.path:
            case "/pusher/auth":
                return self._authorize(request.form)
            case "/pusher/user-auth":
                return self._authenticate(request.form)
        return {}

    def _authorize(self, form: Mapping[str, str]) -> Any:
        channel = form["channel_name"]
        if "forbidden" in channel:
            raise Refused
        if "missigned" in channel:
            return {"auth": f"{self.key}:00"}
        member = None
        if channel.startswith("presence-") and "unsaid" not in channel:
            member = {"user_id": form["user"], "user_info": {"name": f"User {form['user']}"}}
        answer = self.library.authenticate(channel, form["socket_id"], member)
        # The library gives bytes, which are not JSON.
        if secret := answer.get("shared_secret"):
            answer["shared_secret"] = secret.decode()
        return answer

    def _authenticate(self, form: Mapping[str, str]) -> Any:
        if form["user"] == "forbidden":
            raise Refused
        user = {"id": form["user"], "user_info": {"name": f"User {form['user']}"}}
        if watchlist := form.get("watchlist"):
            user["watchlist"] = watchlist.split(",")
        answer = self.library.authenticate_user(form["socket_id"], user)
        return answer if form["user"] != "missigned" else answer | {"auth": f"{self.key}:00"}


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.path, headers, self.rfile.read(int(headers.get("content-length", 0))))
        try:
            status, body = self.server.status(request), json.dumps(self.server.answer(request)).encode()
        except Refused:
            status, body = 403, b"no"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.server.take(request)
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def endpoint(library: Pusher, key: str) -> Iterator[Endpoint]:
    """Serve an application that signs with this library; at the end nothing may have failed."""
    server = Endpoint(library, key)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="endpoint")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert server.failures == []
