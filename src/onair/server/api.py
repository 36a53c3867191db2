"""The HTTP API: ``POST /apps/{id}/events`` and ``/apps/{id}/batch_events``, signed with a secret of the app.

Publishers in other processes use it, and every server library of Pusher. Success is ``{}`` exactly, which
libraries insist on; a refusal is one line of text that says what to do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl

import msgspec

from onair.protocol import signing
from onair.protocol.app import App
from onair.protocol.errors import BadMessage, InvalidRequestSignature, ProtocolError
from onair.protocol.messages import read
from onair.protocol.names import check_channel, check_event, check_socket_id
from onair.protocol.publication import MAX_CHANNELS, Publication
from onair.server.bodies import BodyTooLarge, ClientGone, read_body
from onair.server.server import Server
from onair.server.types import Receive, Scope, Send

#: Hosted Pusher takes 10; our own publisher sends what has gathered in its queue.
MAX_BATCH = 1_000

#: The largest body of a batch, in bytes.
MAX_BATCH_BODY = 32 * 1024 * 1024

#: JSON writes one byte of data with up to six (``\\u0007``), and data may be a string within a string.
_ESCAPED = 6
_ENVELOPE = 64 * 1024

_PATH = re.compile(r".*?/apps/([^/]+)/(.+)")


class RequestRefused(Exception):
    """A request that is not carried out, with the HTTP status and the text of the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class _Event(msgspec.Struct):
    name: str
    data: msgspec.Raw
    channels: list[str] = []
    channel: str | None = None
    socket_id: str | None = None


class _Batch(msgspec.Struct):
    batch: list[_Event]


_event = msgspec.json.Decoder(_Event)
_batch = msgspec.json.Decoder(_Batch)
_text = msgspec.json.Decoder(str)


def app_id_of(path: str) -> str | None:
    """The app id in ``[/PREFIX]/apps/ID/…``, or None for another path."""
    match = _PATH.fullmatch(path)
    return None if match is None else match[1]


async def answer(server: Server, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of ASGI to the HTTP API."""
    try:
        await _carry_out(server, scope, receive)
    except ClientGone:
        return
    except RequestRefused as refusal:
        await _respond(send, refusal.status, b"text/plain; charset=utf-8", f"{refusal.text}\n".encode())
    else:
        await _respond(send, 200, b"application/json", b"{}")


async def _respond(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _carry_out(server: Server, scope: Scope, receive: Receive) -> None:
    path = _signed_path(scope)
    match = _PATH.fullmatch(path)
    served = server.served.get(match[1]) if match is not None else None
    if match is None or served is None:
        raise RequestRefused(404, f"No app is served at {path}: check the app id")
    endpoint = _ENDPOINTS.get(match[2])
    if endpoint is None:
        raise RequestRefused(404, f"{match[2]!r} is not known: POST to events or batch_events")
    if scope["method"] != "POST":
        raise RequestRefused(405, f"{scope['method']} is not known here: POST to {path}")
    if server.refusal is not None:  # nobody would hear it
        raise RequestRefused(503, server.refusal.message)
    publications_in, body_limit = endpoint
    params = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    try:
        # Before the body is read: many of them, held back before their end, would fill the memory.
        signing.verify_request(served.app, "POST", path, params, now=int(time.time()))
        body = await read_body(scope, receive, body_limit(served.app))
        signing.verify_body(params, body)
        publications = publications_in(served.app, body)
    except InvalidRequestSignature as error:
        raise RequestRefused(401, error.message) from None
    except ProtocolError as error:
        raise RequestRefused(400, error.message) from None
    except BodyTooLarge as error:
        raise RequestRefused(413, f"{error}: send fewer or smaller events") from None
    served.publish(publications)


def _signed_path(scope: Scope) -> str:
    """The path as the client sees it, which is what it signed: with what a proxy cut off (``root_path``)."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path if path.startswith(root) else root + path


def _events_body_limit(app: App) -> int:
    return _ESCAPED * app.limits.event_bytes + _ENVELOPE


def _batch_body_limit(app: App) -> int:
    return max(MAX_BATCH_BODY, _events_body_limit(app))


def _event_in(app: App, body: bytes) -> Sequence[Publication]:
    return (_publication(app, read(_utf8(body), _event)),)


def _batch_in(app: App, body: bytes) -> Sequence[Publication]:
    events = read(_utf8(body), _batch).batch
    if len(events) > MAX_BATCH:
        raise BadMessage(f"The batch has {len(events):,} events, and {MAX_BATCH:,} are allowed: send two")
    return [_publication(app, event) for event in events]


def _utf8(body: bytes) -> str:
    """The body as text: the decoder does not look into values that it passes on."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage(f"The body is not UTF-8: {error}") from None


def _publication(app: App, event: _Event) -> Publication:
    """What an event of the API publishes, once all of it was checked."""
    channels = _channels(event)
    check_event(event.name)
    if event.socket_id is not None:
        check_socket_id(event.socket_id)
    return Publication(channels, event.name, _data(app, event), event.socket_id)


def _channels(event: _Event) -> tuple[str, ...]:
    channels = tuple(event.channels) or (() if event.channel is None else (event.channel,))
    if not 1 <= len(channels) <= MAX_CHANNELS:
        raise BadMessage(
            f"The event has {len(channels)} channels: name 1 to {MAX_CHANNELS} in channels, or one in channel"
        )
    for channel in channels:
        check_channel(channel)
    return channels


def _data(app: App, event: _Event) -> str:
    """The data as JSON text: a string's content as it is, another value's JSON."""
    raw = bytes(event.data)
    data = read(raw, _text) if raw.startswith(b'"') else raw.decode()
    size, limit = len(data.encode()), app.limits.event_bytes
    if size > limit:
        raise RequestRefused(
            413,
            f"The data of event {event.name!r} has {size:,} bytes, and {limit:,} are allowed: "
            "publish less (an id, which the page fetches), or raise ONAIR['MAX_EVENT_SIZE'] at the server",
        )
    return data


_ENDPOINTS: Mapping[str, tuple[Callable[[App, bytes], Sequence[Publication]], Callable[[App], int]]] = {
    "events": (_event_in, _events_body_limit),
    "batch_events": (_batch_in, _batch_body_limit),
}
