"""What the tests of the server speak with: a server in a thread, and clients of two kinds."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import urllib3
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from onair.protocol import signing
from onair.protocol.app import App
from onair.protocol.publication import Publication
from onair.server.run import Runner
from onair.server.server import Server
from onair.server.session import Session

T = TypeVar("T")

#: Seconds after which a test gives up waiting.
PATIENCE = 10

SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that happens in another thread, and fail when it does not."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        threading.Event().wait(0.005)


class Client:
    """A client of the Pusher protocol, over a whole WebSocket library."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def receive(self) -> dict[str, Any]:
        """The next message; its data decoded where it is a string of JSON."""
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=PATIENCE))
        if isinstance(message.get("data"), str):
            message["data"] = json.loads(message["data"])
        return message

    def send(self, event: str, data: Any = None, **fields: Any) -> None:
        self.send_text(json.dumps({"event": event, "data": {} if data is None else data, **fields}))

    def send_text(self, text: str | bytes) -> None:
        self.connection.send(text)

    def established(self) -> str:
        """Take the first message, and return the socket's id."""
        message = self.receive()
        assert message["event"] == "pusher:connection_established", message
        return str(message["data"]["socket_id"])

    def subscribe(self, channel: str, **fields: Any) -> dict[str, Any]:
        """Subscribe, and return the answer."""
        self.send("pusher:subscribe", {"channel": channel, **fields})
        return self.receive()

    def sign_in(self, app: App, socket_id: str, user_id: str) -> dict[str, Any]:
        """Sign in, and return the answer."""
        user_data = json.dumps({"id": user_id})
        auth = signing.sign_user(app.credentials[0], socket_id, user_data)
        self.send("pusher:signin", {"auth": auth, "user_data": user_data})
        return self.receive()

    def join(self, app: App, socket_id: str, channel: str, user_id: str) -> dict[str, Any]:
        """Subscribe to a presence channel as a user, and return the answer."""
        channel_data = json.dumps({"user_id": user_id})
        auth = signing.sign_channel(app.credentials[0], socket_id, channel, channel_data)
        return self.subscribe(channel, auth=auth, channel_data=channel_data)

    def close_code(self) -> int:
        """Wait until the server closes, and return the code that it gave."""
        return self.end()[1]

    def end(self) -> tuple[list[str], int]:
        """Wait until the server closes. Return the names of the events until then, and the close code."""
        events: list[str] = []
        try:
            while True:
                events.append(self.receive()["event"])
        except ConnectionClosed as closed:
            return events, closed.rcvd.code if closed.rcvd is not None else 1006

    def error(self) -> dict[str, Any]:
        """Take a ``pusher:error``, and return its data."""
        message = self.receive()
        assert message["event"] == "pusher:error", message
        return dict(message["data"])


class RawClient:
    """A client that writes what bytes it likes."""

    def __init__(self, sock: socket.socket, request: bytes) -> None:
        self.sock = sock
        self._received = bytearray()
        sock.settimeout(PATIENCE)
        sock.sendall(request)
        self.response = self._until(b"\r\n\r\n")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, wire: bytes) -> None:
        self.sock.sendall(wire)

    def read_frame(self) -> tuple[int, bytes]:
        """The opcode and the payload of the next frame."""
        first, length = self._take(2)
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(length)

    def read_message(self) -> dict[str, Any]:
        opcode, payload = self.read_frame()
        assert opcode == Opcode.TEXT, (opcode, payload)
        return dict(json.loads(payload))

    @property
    def unread(self) -> bytes:
        """What has come with what was read."""
        return bytes(self._received)

    def close_code(self) -> int:
        """Read until a close frame, and return its code; 1006 where the connection ends without."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == Opcode.CLOSE:
                    return int.from_bytes(payload[:2]) if payload else 1005
        except (EOFError, ConnectionError):
            return 1006

    def is_at_end(self) -> bool:
        """Whether the server has closed in an orderly way."""
        return not self._received and self.sock.recv(1) == b""

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._received:
            self._fill()
        end = self._received.index(mark) + len(mark)
        return self._cut(end)

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._fill()
        return self._cut(count)

    def _cut(self, count: int) -> bytes:
        cut = bytes(self._received[:count])
        del self._received[:count]
        return cut

    def _fill(self) -> None:
        data = self.sock.recv(1 << 20)
        if not data:
            raise EOFError
        self._received += data


def client_frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, mask: bool = True, rsv: int = 0
) -> bytes:
    """A frame as a client sends it, or as it should not."""
    wire = bytearray(Frame(Opcode.TEXT, payload).serialize(mask=mask))
    wire[0] = (0x80 if fin else 0) | rsv << 4 | opcode
    return bytes(wire)


def text_frame(event: str, data: Any = None, **fields: Any) -> bytes:
    message = json.dumps({"event": event, "data": {} if data is None else data, **fields})
    return client_frame(Opcode.TEXT, message.encode())


def signed_path(
    app: App,
    endpoint: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    params: Mapping[str, str] | None = None,
    prefix: str = "",
    key: int = 0,
    age: int = 0,
    **query: str,
) -> str:
    """Path and query of a signed request.

    Args:
        params: Parameters of the query, which are signed.
        key: Which of the app's credentials signs.
        age: Seconds since the request was signed.
        query: Parameters to overwrite after signing.
    """
    path = f"{prefix}/apps/{app.id}/{endpoint}"
    timestamp = int(time.time()) - age
    signed = signing.signed_query(
        app.credentials[key], method, path, body, timestamp=timestamp, params=params
    )
    return f"{path}?{urlencode(signed | query)}"


class Site:
    """A server that runs, and the ways to it."""

    def __init__(self, server: Server, runner: Runner, address: tuple[str, int]) -> None:
        self.server = server
        self.runner = runner
        self.host, self.port = address
        self.http = urllib3.PoolManager(retries=False, timeout=PATIENCE)

    @property
    def app(self) -> App:
        return next(iter(self.server.served.values())).app

    def connect(
        self, path: str = "/app/key?protocol=7", **options: Any
    ) -> AbstractContextManager[ClientConnection]:
        defaults: dict[str, Any] = {"proxy": None, "close_timeout": PATIENCE}
        return cast(
            "AbstractContextManager[ClientConnection]",
            connect(f"ws://{self.host}:{self.port}{path}", **{**defaults, **options}),
        )

    def raw(
        self,
        path: str = "/app/key?protocol=7",
        *,
        buffer: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawClient:
        """A raw client after its handshake.

        Args:
            buffer: Bytes that the client's kernel keeps for it, few for a reader that is to be slow.
        """
        sock = socket.socket()
        if buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.connect((self.host, self.port))
        fields = {
            "Host": f"{self.host}:{self.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        }
        fields |= headers or {}
        lines = [
            f"GET {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in fields.items() if value),
            "",
            "",
        ]
        return RawClient(sock, "\r\n".join(lines).encode())

    def subscribed_raw(self, channel: str, *, buffer: int | None = None) -> RawClient:
        client = self.raw(buffer=buffer)
        client.send(text_frame("pusher:subscribe", {"channel": channel}))
        assert client.read_message()["event"] == "pusher:connection_established"
        assert client.read_message()["event"] == "pusher_internal:subscription_succeeded"
        return client

    def publish(self, channel: str, event: str, data: Any = None, *, exclude: str | None = None) -> None:
        """Publish as another thread of the process does."""
        publication = Publication((channel,), event, json.dumps(data), exclude)
        self.server.publish_soon(self.app.id, [publication])

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function in the server's loop, and return what it returns."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)

        self.server.loop.call_soon_threadsafe(run)
        return future.result(PATIENCE)

    def pass_time(self, seconds: float) -> None:
        """Ask every session what it makes of so many seconds having passed."""
        now = time.monotonic() + seconds
        for session in self.sessions():
            self.call(session.check, now)

    def sessions(self) -> list[Session]:
        return self.call(lambda: list(self.server.watch))

    def connections(self) -> int:
        return self.call(self.server.connections)

    def members(self, channel: str) -> int:
        return self.call(self.server.served[self.app.id].hub.subscription_count, channel)

    def post(
        self, endpoint: str, body: Any, *, app: App | None = None, prefix: str = "", **options: Any
    ) -> tuple[int, str]:
        """Status and text of a request to the HTTP API, with the options of :func:`signed_path`."""
        payload = (
            body
            if isinstance(body, bytes)
            else (body if isinstance(body, str) else json.dumps(body)).encode()
        )
        path = signed_path(app or self.app, endpoint, payload, prefix=prefix, **options)
        return self.request("POST", path, payload)

    def get(self, endpoint: str, **params: str) -> tuple[int, str]:
        """Status and text of a signed GET with these parameters."""
        return self.request("GET", signed_path(self.app, endpoint, method="GET", params=params))

    def request(self, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
        response = self.http.request(method, f"http://{self.host}:{self.port}{path}", body=body)
        return response.status, response.data.decode()
