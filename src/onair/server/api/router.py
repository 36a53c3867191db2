"""Which app a path is about, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from onair.engines.node import Later
from onair.protocol.app import App
from onair.protocol.errors import shortened
from onair.server.api import channels, events, handovers, questions, users
from onair.server.api.answers import Answer
from onair.server.api.errors import MethodNotAllowed, NotFound
from onair.server.api.request import Head, Request, read_query
from onair.server.server import ServedApp, Server

#: The largest body where none is wanted, since libraries send ``{}`` with any POST.
SMALL = 64 * 1024


def _small(app: App) -> int:
    return SMALL


class Endpoint(NamedTuple):
    """What answers a method at a path, and the bytes that a request's body may have there."""

    answer: Callable[[ServedApp, Request], Later[Answer]]
    body_limit: Callable[[App], int] = _small


class Resource(NamedTuple):
    """What is at the paths of one pattern, by method."""

    path: re.Pattern[str]
    endpoints: Mapping[str, Endpoint]


def _resource(path: str, **endpoints: Endpoint) -> Resource:
    """A resource; ``{name}`` in its path is one escaped part."""
    return Resource(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), endpoints)


#: Every resource below ``/apps/{id}/``.
RESOURCES = (
    _resource("events", POST=Endpoint(events.publish, events.body_limit)),
    _resource("batch_events", POST=Endpoint(events.publish_batch, events.batch_limit)),
    _resource("channels", GET=Endpoint(channels.occupied)),
    _resource("channels/{channel}", GET=Endpoint(channels.one)),
    _resource("channels/{channel}/users", GET=Endpoint(users.of_channel)),
    _resource("users/{user_id}/terminate_connections", POST=Endpoint(users.terminate)),
    # Our own: between the processes of one site.
    _resource(
        "onair/{name}",
        GET=Endpoint(questions.answer),
        POST=Endpoint(handovers.take, handovers.body_limit),
    ),
    # Deprecated by Pusher in 2012, and still in old libraries.
    _resource("channels/{channel}/events", POST=Endpoint(events.publish_data, events.data_limit)),
    _resource("channels/{channel}/stats", GET=Endpoint(channels.stats)),
)

_OF_AN_APP = re.compile(r".*?/apps/([^/]+)/(.+)")

#: What the official library for Python posts, without the app's id (P 1.7): the key says which app.
_OF_A_KEY = re.compile(r".*?/(users/[^/]+/terminate_connections)")


class Target(NamedTuple):
    """What a request is about: an app of ours, and the path below it; with the head's query, read."""

    head: Head
    served: ServedApp
    path: str
    params: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]


def locate(server: Server, head: Head) -> Target | None:
    """Where ``[/PREFIX]/apps/ID/…`` leads; None where no app of ours is meant."""
    pairs = read_query(head.query)
    params = dict(pairs)
    match = _OF_AN_APP.fullmatch(head.path)
    if match is not None:
        served = server.served.get(match[1])
        return None if served is None else Target(head, served, match[2], params, pairs)
    match = _OF_A_KEY.fullmatch(head.path)
    served = None if match is None else server.served_by_key(params.get("auth_key", ""))
    return None if match is None or served is None else Target(head, served, match[1], params, pairs)


def serves(server: Server, head: Head) -> bool:
    """Whether a request is one of the HTTP API for an app of ours: signed, and not the site's."""
    return head.is_signed and locate(server, head) is not None


def find(target: Target) -> tuple[Endpoint, Mapping[str, str]]:
    """What answers at a target, and the names in its path.

    Raises:
        NotFound: Nothing is there.
        MethodNotAllowed: Something is there, for other methods.
    """
    for resource in RESOURCES:
        match = resource.path.fullmatch(target.path)
        if match is None:
            continue
        endpoint = resource.endpoints.get(target.head.method)
        if endpoint is None:
            raise MethodNotAllowed(target.head.method, target.head.path, resource.endpoints)
        return endpoint, {name: unquote(value) for name, value in match.groupdict().items()}
    raise NotFound(
        f"{shortened(target.path)} is not known: there are events, batch_events, channels, channels/NAME, "
        "channels/NAME/users and users/ID/terminate_connections"
    )
