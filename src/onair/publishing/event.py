"""An event as its publisher gives it, and as it travels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from onair import encryption
from onair.exceptions import BadEvent, EventTooLarge
from onair.protocol import names
from onair.protocol.errors import ProtocolError
from onair.protocol.names import kind_of
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
    """An event on its way: checked, and its data as JSON text. ``size`` is what travels of it, in bytes.

    Where a channel is ``encrypted``, the text is not yet: hosted Pusher's library encrypts by itself.
    """

    channels: tuple[str, ...]
    name: str
    text: str
    size: int
    socket_id: str | None = None
    client: str | Callable[..., Any] | None = None
    encrypted: bool = False

    @property
    def data(self) -> Any:
        """The value that subscribers get: the data after its way through JSON."""
        return json.loads(self.text)

    @property
    def wire_text(self) -> str:
        """What a server gets as the data. An encrypted event has been split by then."""
        return encryption.seal(self.channels[0], self.text) if self.encrypted else self.text

    def split(self) -> list[Outgoing]:
        """Return the event for each encrypted channel, which has a key of its own, and for all others."""
        if len(self.channels) == 1 or not self.encrypted:
            return [self]
        plain = tuple(channel for channel in self.channels if not kind_of(channel).encrypted)
        sealed = (channel for channel in self.channels if kind_of(channel).encrypted)
        parts = [replace(self, channels=(channel,)) for channel in sealed]
        return [replace(self, channels=plain, encrypted=False), *parts] if plain else parts

    def event(self) -> Event:
        """Return the event again, with the data that subscribers get."""
        return Event(self.channels, self.name, self.data, self.socket_id, self.client)

    def publication(self) -> Publication:
        """Return the event as the server takes it."""
        return Publication(self.channels, self.name, self.wire_text, self.socket_id)


def prepare(event: Event, *, limit: int) -> Outgoing:
    """Check the event and serialise its data.

    Args:
        limit: the largest data, in bytes.

    Raises:
        BadEvent: a name is not acceptable, there are too many channels, or the data is not serialisable.
        ConfigurationError: a channel is encrypted, and what encrypts is not installed or has no good key.
        EventTooLarge: the data is larger than the limit.
    """
    channels = check_channels(event.channels)
    check_name(event.name)
    text, size = encode(event.data)
    encrypted = any(kind_of(channel).encrypted for channel in channels)
    if encrypted:
        encryption.check()
        size = encryption.sealed_size(size)
    if size > limit:
        raise EventTooLarge(
            f"The event {event.name!r} on {_shown(channels)} has {size:,} bytes of data and was dropped: "
            f'the limit is {limit:,} (ONAIR["MAX_EVENT_SIZE"]; hosted Pusher takes 10,240). '
            "Send less, for example an id by which the browser fetches the rest."
        )
    return Outgoing(channels, event.name, text, size, event.socket_id, event.client, encrypted)


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
        check_channel(channel)
    return unique


def check_channel(channel: object) -> None:
    """Check the name of a channel that an event is to go to.

    Raises:
        BadEvent: it is no channel's name.
    """
    try:
        names.check_target(channel)  # type: ignore[arg-type] # what is no string raises one of the latter
    except (ProtocolError, AttributeError, TypeError):
        raise BadEvent(
            f"{channel!r} is not a channel's name: it has 1 to {names.MAX_NAME_LENGTH} letters, digits "
            f"and characters of _-=@,.; and nothing else. To one user: {names.SERVER_TO_USER_PREFIX}ID."
        ) from None


def check_name(name: object) -> None:
    """Check an event's name.

    Raises:
        BadEvent: it cannot be one.
    """
    if not isinstance(name, str):
        raise BadEvent(f"{name!r} is not an event's name: it is a string, like 'message'.")
    try:
        names.check_event(name)
    except ProtocolError as error:
        raise BadEvent(f"{error}.") from None


def _shown(channels: tuple[str, ...]) -> str:
    first, *others = channels
    return f"{first} and {len(others)} more" if others else first
