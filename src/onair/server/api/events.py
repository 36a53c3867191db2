"""``POST events`` and ``POST batch_events``: what a program publishes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from onair.engines.base import State
from onair.engines.node import Later, then
from onair.protocol.app import App
from onair.protocol.errors import BadMessage
from onair.protocol.messages import read
from onair.protocol.names import check_event, check_socket_id, check_target
from onair.protocol.publication import MAX_CHANNELS, Publication
from onair.server.api import attributes
from onair.server.api.answers import ACCEPTED, DONE, Answer, found
from onair.server.api.errors import EventTooLarge
from onair.server.api.request import Request
from onair.server.server import ServedApp

#: Hosted Pusher takes 10; our own publisher sends what has gathered in its queue.
MAX_BATCH = 1_000

#: The largest body of a batch, in bytes.
MAX_BATCH_BODY = 32 * 1024 * 1024

#: JSON writes one byte of data with up to six (``\\u0007``), and data may be a string within a string.
_ESCAPED = 6
_ENVELOPE = 64 * 1024


class _Event(msgspec.Struct):
    name: str
    data: msgspec.Raw
    channels: list[str] = []
    channel: str | None = None
    socket_id: str | None = None
    info: str | None = None


class _Batch(msgspec.Struct):
    batch: list[_Event]


_event = msgspec.json.Decoder(_Event)
_batch = msgspec.json.Decoder(_Batch)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode

#: The parameters of an event that may be in the query as well (docs: rest-api).
_SINGLE = ("name", "data", "channel", "socket_id", "info")
_SEVERAL = "channels[]"


def body_limit(app: App) -> int:
    return _ESCAPED * app.limits.event_bytes + _ENVELOPE


def batch_limit(app: App) -> int:
    return max(MAX_BATCH_BODY, body_limit(app))


def data_limit(app: App) -> int:
    return app.limits.event_bytes


def publish(served: ServedApp, request: Request) -> Later[Answer]:
    """Publish one event on up to 100 channels, or to users (``#server-to-user-ID``)."""
    event = read(_utf8(_with_query(request)), _event)
    names = attributes.asked(event.info, attributes.COUNTS)
    publication = _publication(served.app, event)
    published = served.publish((publication,))
    if not names:
        return then(published, _done)
    channels = tuple(dict.fromkeys(publication.channels))

    def described(_: None) -> Later[Answer]:
        return then(
            attributes.of_all(served.node, channels, names),
            lambda each: found({"channels": dict(zip(channels, each, strict=True))}),
        )

    return then(published, described)


def publish_batch(served: ServedApp, request: Request) -> Later[Answer]:
    """Publish several events, all or none."""
    events = read(_utf8(request.body), _batch).batch
    if len(events) > MAX_BATCH:
        raise BadMessage(f"The batch has {len(events):,} events, and {MAX_BATCH:,} are allowed: send two")
    asked = [attributes.asked(event.info, attributes.COUNTS) for event in events]
    publications = [_publication(served.app, event) for event in events]
    published = served.publish(publications)
    if not any(asked):
        return then(published, _done)
    channels = [publication.channels[0] for publication in publications]

    def answer(states: Sequence[State]) -> Answer:
        described = zip(states, channels, asked, strict=True)
        return found({"batch": [attributes.of(state, channel, names) for state, channel, names in described]})

    return then(published, lambda _: then(served.node.states(channels), answer))


def publish_data(served: ServedApp, request: Request) -> Later[Answer]:
    """Publish the body, the older form: the event's name and the excluded socket are in the query."""
    name, socket_id = request.params.get("name", ""), request.params.get("socket_id")
    data = _utf8(request.body)
    event = _checked(served.app, (request.names["channel"],), name, data, socket_id)
    return then(served.publish((event,)), lambda _: ACCEPTED)


def _done(_: None) -> Answer:
    return DONE


def _with_query(request: Request) -> bytes:
    """The body, with those parameters that are in the query instead."""
    given = {name: _encode(request.params[name]) for name in _SINGLE if name in request.params}
    if _SEVERAL in request.params:
        given["channels"] = _encode([value for name, value in request.pairs if name == _SEVERAL])
    if not given:
        return request.body
    fields = read(_utf8(request.body), _fields) if request.body else {}
    return _encode({name: msgspec.Raw(value) for name, value in given.items()} | fields)


def _utf8(body: bytes) -> str:
    """The body as text: the decoder does not look into values that it passes on."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage(f"The body is not UTF-8: {error}") from None


def _publication(app: App, event: _Event) -> Publication:
    """What an event of the API publishes, once all of it was checked."""
    channels = tuple(event.channels) or (() if event.channel is None else (event.channel,))
    raw = bytes(event.data)
    data = read(raw, _text) if raw.startswith(b'"') else raw.decode()
    return _checked(app, channels, event.name, data, event.socket_id)


def _checked(app: App, channels: tuple[str, ...], name: str, data: str, socket_id: str | None) -> Publication:
    """An event, its ``data`` as JSON text. Raises what is wrong with it."""
    if not 1 <= len(channels) <= MAX_CHANNELS:
        raise BadMessage(
            f"The event has {len(channels)} channels: name 1 to {MAX_CHANNELS} in channels, or one in channel"
        )
    for channel in channels:
        check_target(channel)
    check_event(name)
    if socket_id is not None:
        check_socket_id(socket_id)
    size = len(data) if data.isascii() else len(data.encode())
    if size > app.limits.event_bytes:
        raise EventTooLarge(name, size, app.limits.event_bytes)
    return Publication(channels, name, data, socket_id)
