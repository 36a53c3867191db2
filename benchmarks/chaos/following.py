"""One channel of a page: where it is, and what has come, as js/src/place.js and js/src/channels.js do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from benchmarks.chaos.ledger import GAP, Mark

#: The event that publishers send; its data is a :class:`Mark`.
EVENT = "news"

PRESENCE = "presence-"

_SUCCEEDED = "pusher_internal:subscription_succeeded"

_mark = msgspec.json.Decoder(tuple[int, int])


class Message(msgspec.Struct):
    """What the server sends."""

    event: str
    data: Any = None
    channel: str = ""
    position: str | None = None


@dataclass(slots=True)
class Place:
    """Where a channel is in what is published on it."""

    position: str | None = None
    socket_id: str | None = None

    @property
    def request(self) -> dict[str, str | None]:
        if self.position is None:
            return {}
        return {"position": self.position, "socket_id": self.socket_id}

    def see(self, position: str | None) -> None:
        self.position = self.position if position is None else position

    def welcome(self, position: str | None, socket_id: str) -> bool:
        """The channel is joined. Return whether nobody knows what was missed."""
        known = self.position is not None and position is not None
        returns = self.socket_id is not None and self.socket_id != socket_id
        self.position, self.socket_id = position, socket_id
        return returns and not known


@dataclass(slots=True)
class Following:
    """One channel of a page."""

    channel: str
    place: Place = field(default_factory=Place)
    seen: list[Mark | None] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    is_joined: bool = False

    @property
    def has_members(self) -> bool:
        return self.channel.startswith(PRESENCE)

    def take(self, message: Message, socket_id: str) -> None:
        """Take a message of the channel.

        Args:
            socket_id: Of the page's connection.
        """
        if message.event == _SUCCEEDED:
            self._welcome(message, socket_id)
            return
        self.place.see(message.position)
        handle = _HANDLERS.get(message.event)
        if handle is not None:
            handle(self, message)

    def _welcome(self, message: Message, socket_id: str) -> None:
        self.is_joined = True
        if self.place.welcome(message.position, socket_id):
            self.seen.append(GAP)
        if self.has_members:
            self.members = set(json.loads(message.data)["presence"]["ids"])

    def _happened(self, message: Message) -> None:
        self.seen.append(Mark(*_mark.decode(message.data)))

    def _gap(self, message: Message) -> None:
        self.seen.append(GAP)

    def _add(self, message: Message) -> None:
        self.members.add(json.loads(message.data)["user_id"])

    def _remove(self, message: Message) -> None:
        self.members.discard(json.loads(message.data)["user_id"])


_HANDLERS: dict[str, Callable[[Following, Message], None]] = {
    EVENT: Following._happened,
    "onair:gap": Following._gap,
    "pusher_internal:member_added": Following._add,
    "pusher_internal:member_removed": Following._remove,
}
