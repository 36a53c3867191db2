"""The servers that are measured: how to start each, how a client subscribes, and what is posted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.subscribers import Conversation, Hear, Say
from onair.protocol.app import Credential
from onair.protocol.signing import signed_query

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"

APP_ID = "1"
CREDENTIAL = Credential(key="benchmark-key", secret="benchmark-secret")
CHANNEL = "news"
EVENT = "article.updated"
TEXT = json.dumps({"headline": "x" * 150, "id": 7})

#: Node may come from PyPI, into the environment that this runs in.
SEARCH_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server to measure.

    Attributes:
        name: In the tables.
        command: What starts it; the port is added. It says ``ready`` when it listens.
        path: Where a WebSocket connects.
        conversation: By which a client subscribes.
        request: One whole HTTP request that publishes.
        last_frame: What is in the last frame that a subscriber gets before any event, when there are so many
            subscribers; None where nothing follows the conversation.
    """

    name: str
    command: Callable[[], Sequence[str]]
    path: str = "/"
    conversation: Conversation
    request: Callable[[], bytes]
    last_frame: Callable[[int], bytes] | None = None


def _post(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def signed_post(channel: str = CHANNEL) -> bytes:
    """Post an event to onair."""
    path = f"/apps/{APP_ID}/events"
    body = json.dumps({"name": EVENT, "channel": channel, "data": TEXT}).encode()
    query = signed_query(CREDENTIAL, "POST", path, body, timestamp=int(time.time()))
    return _post(path + "?" + "&".join(f"{name}={value}" for name, value in query.items()), body)


def _plain_post() -> bytes:
    """Post what the server sends on as it is: as many bytes as the protocol's own event."""
    return _post("/", json.dumps({"event": EVENT, "channel": CHANNEL, "data": TEXT}).encode())


def _python(script: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, str(HERE / script), *arguments]


def _node(script: str) -> Callable[[], list[str]]:
    return lambda: [_real_node(), str(HERE / script)]


@cache
def _real_node() -> str:
    """Node itself: what PyPI's package puts in the path is Python, which starts it and waits."""
    command = [found("node"), "-p", "process.execPath"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _c(source: str) -> Callable[[], list[str]]:
    return lambda: [str(BUILD / Path(source).stem)]


def found(program: str) -> str:
    """Where a program is. Raises FileNotFoundError where it is not."""
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise FileNotFoundError(f"{program} is not installed")
    return path


def _subscribe_message() -> bytes:
    return json.dumps({"event": "pusher:subscribe", "data": {"channel": CHANNEL}}).encode()


_HELLO = (Say(b"subscribe"), Hear(b"subscribed"))

C_SOURCE = "epoll_server.c"

PEERS = (
    Peer(
        name="onair",
        command=_python("onair_server.py", APP_ID, CREDENTIAL.key, CREDENTIAL.secret),
        path=f"/app/{CREDENTIAL.key}?protocol=7",
        conversation=(
            Hear(b"pusher:connection_established"),
            Say(_subscribe_message()),
            Hear(b"pusher_internal:subscription_succeeded"),
        ),
        request=signed_post,
        last_frame=lambda count: rb"{\"subscription_count\":%d}" % count,
    ),
    Peer(
        name="Channels",
        command=_python("channels_server.py"),
        conversation=_HELLO,
        request=_plain_post,
    ),
    Peer(
        name="ws",
        command=_node("ws_server.mjs"),
        conversation=_HELLO,
        request=_plain_post,
    ),
    Peer(
        name="socket.io",
        command=_node("socketio_server.mjs"),
        path="/socket.io/?EIO=4&transport=websocket",
        conversation=(
            Hear(b'0{"sid"'),
            Say(b"40"),
            Hear(b'40{"sid"'),
            Say(b'42["subscribe"]'),
            Hear(b'42["subscribed"]'),
        ),
        request=_plain_post,
    ),
    Peer(
        name="uWebSockets",
        command=_python("uwebsockets_server.py"),
        conversation=_HELLO,
        request=_plain_post,
    ),
    Peer(
        name="C",
        command=_c(C_SOURCE),
        conversation=_HELLO,
        request=_plain_post,
    ),
)
