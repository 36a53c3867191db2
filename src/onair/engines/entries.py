"""What the entries of a channel's log say, as bytes. Pure.

The first byte says what kind it is. Engines write :data:`OPENED`, :data:`ADDED`, :data:`REMOVED` and
:data:`COUNTED` by themselves, so these are plain enough for Lua and SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from onair.protocol.errors import BadMessage
from onair.protocol.member import Member

#: The channel that every node follows: what is said to all. No client can name it.
EVERYBODY = "#everybody"

#: By this name the site's code hears that something that was handed over to it never came.
MISSED = "missed"

#: What is before the id of a user: the channel on which signed-in users are present. No client can name it.
USER_PREFIX = "#user-"

OPENED = b"o"  # the log begins
EVENT = b"e"  # an event for the channel's listeners
WHISPER = b"w"  # the same of a client: it is not kept for who comes back
ADDED = b"a"  # a user has come: its id, a NUL, and its user_info as JSON, which may be missing
REMOVED = b"r"  # a user has gone: its id
COUNTED = b"c"  # the number of connections, in decimal digits
HANDED = b"h"  # something for the site's code in each node
TERMINATED = b"t"  # the connections of a user, by its id, are to be closed


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way to the listeners of one channel; ``exclude`` is the socket that does not get it."""

    name: str
    data: str
    exclude: str | None = None
    user_id: str | None = None

    def encode(self, kind: bytes = EVENT) -> bytes:
        """The body of an entry. Raises BadMessage where a text has lone surrogates."""
        try:
            return kind + msgspec.msgpack.encode((self.name, self.data, self.exclude, self.user_id))
        except UnicodeEncodeError as error:
            raise BadMessage(f"The event is not text: {error}") from None


@dataclass(frozen=True, slots=True)
class Handed:
    """A line for the site's code, the name that says what it is, and the node that need not hear it."""

    name: str
    line: bytes
    origin: str = ""

    def encode(self) -> bytes:
        """The body of an entry."""
        return HANDED + msgspec.msgpack.encode((self.name, self.line, self.origin))


def is_own(channel: str) -> bool:
    """Whether a channel is the nodes' own: no client can name it, and no application hears of it."""
    return channel == EVERYBODY or channel.startswith(USER_PREFIX)


_event = msgspec.msgpack.Decoder(tuple[str, str, str | None, str | None])
_handed = msgspec.msgpack.Decoder(tuple[str, bytes, str])


def event_of(body: bytes) -> Event:
    """Read a body of :data:`EVENT` or :data:`WHISPER`."""
    return Event(*_event.decode(memoryview(body)[1:]))


def handed_of(body: bytes) -> Handed:
    """Read a body of :data:`HANDED`."""
    return Handed(*_handed.decode(memoryview(body)[1:]))


def member_of(body: bytes) -> Member:
    """Read a body of :data:`ADDED`."""
    user_id, _, info = body[1:].partition(b"\0")
    return Member(user_id.decode(), info or None)


def text_of(body: bytes) -> str:
    """Read a body of :data:`REMOVED`, :data:`COUNTED` or :data:`TERMINATED`."""
    return body[1:].decode()
