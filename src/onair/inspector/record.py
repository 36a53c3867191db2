"""What one process says of itself to the inspector: plain values, and their JSON. Pure.

What a process cannot know is None, and shown as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import msgspec

#: Of each list a process tells so many at most, and how many there are in all.
MOST_SHOWN = 200


class Stage(Enum):
    """How far an event has come."""

    PUBLISHED = "published"
    COMMITTED = "committed"
    SENT = "sent"
    DELIVERED = "delivered"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an event's path.

    Args:
        at: when, in seconds since 1970.
        count: of how many sockets it was delivered to.
        why: the reason, where it went no further.
        channel: the channel that it is about, where an event has several.
    """

    stage: Stage
    at: float
    count: int | None = None
    why: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class EventTrace:
    """What one process has seen of an event; the data is not in it.

    Args:
        id: the process's, and the event's number there.
        digest: of the name and the data, by which two processes' views of one event are joined. Empty where
            the data is encrypted on its way.
        from_client: whether a browser has sent it to the others (a client event).
        size: of its data, in bytes.
        data: what it carries, where somebody has asked for it.
    """

    id: str
    name: str
    channels: tuple[str, ...]
    digest: str
    size: int
    steps: tuple[Step, ...]
    from_client: bool = False
    data: str | None = None

    @property
    def is_arrival(self) -> bool:
        """Whether this is what sockets got of it, and not what a publisher did."""
        return self.steps[0].count is not None


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection. ``user`` is who has signed in there; ``waiting`` are bytes that it has not read yet."""

    socket_id: str
    transport: str
    user: str | None
    channels: tuple[str, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel: how many of the process's connections listen, and the ids of who is on it."""

    name: str
    prefix: str
    subscriptions: int
    members: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ReadingView:
    """One table that a region follows, in words."""

    table: str
    rows: str
    columns: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class RegionView:
    """One live region, for one audience.

    Args:
        viewers: the connections that listen to it.
        renderings: how often it was rendered again, and the ``seconds`` that the last of them took, with all
            of its page.
        size: of its HTML, in bytes.
    """

    channel: str
    address: str
    id: str
    place: str
    audience: str | None
    viewers: int
    renderings: int
    seconds: float | None
    size: int | None
    failures: int
    readings: tuple[ReadingView, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publishing:
    """What became of the events that a process has published (:class:`onair.publishing.stats.Stats`)."""

    sent: int
    failed: int
    dropped: int
    expired: int
    waiting: int
    circuit: str


@dataclass(frozen=True, slots=True)
class Sockets:
    """What a process that holds sockets says of them; lists are cut at :data:`MOST_SHOWN`.

    Args:
        connection_count: all of them.
        channel_count: all that somebody listens to, but those of users and of live regions.
        delivered: messages written to sockets since the process began.
        slow_readers: connections that were closed since they did not read.
        rates: messages delivered in each of the last seconds that were watched, the newest last.
    """

    connection_count: int
    connections: tuple[ConnectionView, ...]
    channel_count: int
    channels: tuple[ChannelView, ...]
    published: int
    delivered: int
    slow_readers: int
    region_count: int
    regions: tuple[RegionView, ...]
    rates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessView:
    """A process of the site.

    Args:
        id: tells it from others, for as long as it lives.
        at: when it said this, in seconds since 1970.
        watched_since: since when it follows events; None where it does not.
        sockets: None where it holds none.
    """

    id: str
    host: str
    pid: int
    at: float
    watched_since: float | None
    publishing: Publishing
    sockets: Sockets | None = None
    events: tuple[EventTrace, ...] = field(default=())

    @property
    def live_key(self) -> str:
        """What tells it from others in a live list."""
        return self.id


_decoder = msgspec.json.Decoder(ProcessView)


def encode(view: ProcessView) -> bytes:
    """Return what a process says as JSON."""
    return msgspec.json.encode(view)


def decode(text: bytes) -> ProcessView:
    """Read it.

    Raises:
        ValueError: another version of the package has written it, or something else.
    """
    return _decoder.decode(text)
