"""An event as its publisher gives it, and as it travels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from onair.exceptions import BadEvent, EventTooLarge
from onair.protocol import names
from onair.protocol.errors import ProtocolError
from onair.protocol.publication import MAX_CHANNELS, Publication
from onair.publishing.encoding import encode


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody publishes.

    ``data`` is any value that ``DjangoJSONEncoder`` takes. ``socket_id`` is the socket that does not get the
    event. ``client`` is used for hosted Pusher in place of ``pusher.Pusher``: a class, or the dotted name of
    one, which is looked up when the event is sent.
    """

    channels: tuple[str, ...]
    name: str
    data: Any = None
    socket_id: str | None = None
    client: str | Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way: checked, and its data as JSON text. ``size`` is that text's, in bytes."""

    channels: tuple[str, ...]
    name: str
    text: str
    size: int
    socket_id: str | None = None
    client: str | Callable[..., Any] | None = None

    @property
    def data(self) -> Any:
        """The value that subscribers get: the data after its way through JSON."""
        return json.loads(self.text)

    def event(self) -> Event:
        """Return the event again, with the data that subscribers get."""
        return Event(self.channels, self.name, self.data, self.socket_id, self.client)

    def publication(self) -> Publication:
        """Return the event as the server takes it."""
        return Publication(self.channels, self.name, self.text, self.socket_id)


def prepare(event: Event, *, limit: int) -> Outgoing:
    """Check the event and serialise its data.

    Args:
        limit: the largest data, in bytes.

    Raises:
        BadEvent: a name is not acceptable, there are too many channels, or the data is not serialisable.
        EventTooLarge: the data is larger than the limit.
    """
    channels = check_channels(event.channels)
    _check_name(event.name)
    text, size = encode(event.data)
    if size > limit:
        raise EventTooLarge(
            f"The event {event.name!r} on {_shown(channels)} has {size:,} bytes of data and was dropped: "
            f'the limit is {limit:,} (ONAIR["MAX_EVENT_SIZE"]; hosted Pusher takes 10,240). '
            "Send less, for example an id by which the browser fetches the rest."
        )
    return Outgoing(channels, event.name, text, size, event.socket_id, event.client)


def check_channels(channels: Iterable[str]) -> tuple[str, ...]:
    """Return the channels' names, each once.

    Raises:
        BadEvent: there are too many, or one is no channel's name.
    """
    unique = tuple(dict.fromkeys(channels))
    if len(unique) > MAX_CHANNELS:
        raise BadEvent(
            f"An event goes to at most {MAX_CHANNELS} channels, not {len(unique)}. Publish it several "
            "times, or on a channel that all of its readers share."
        )
    for channel in unique:
        _check_channel(channel)
    return unique


def _check_channel(channel: object) -> None:
    try:
        names.check_channel(channel)  # type: ignore[arg-type] # what is not a string raises TypeError
    except (ProtocolError, TypeError):
        raise BadEvent(
            f"{channel!r} is not a channel's name: it has 1 to {names.MAX_NAME_LENGTH} letters, digits "
            "and characters of _-=@,.; and nothing else."
        ) from None


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise BadEvent(f"{name!r} is not an event's name: it is a string, like 'message'.")
    try:
        names.check_event(name)
    except ProtocolError as error:
        raise BadEvent(f"{error}.") from None


def _shown(channels: tuple[str, ...]) -> str:
    first, *others = channels
    return f"{first} and {len(others)} more" if others else first
