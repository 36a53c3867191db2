"""What the server processes of an app share, and how: the contract of the engines.

Each channel that a process follows has a **log**: what happens on it, in one order for all processes. An
entry has a number, and the number of the one before it, so that whoever reads the log knows when something is
missing. Beside the logs an engine keeps who is there: for each channel the members and the number of
connections, each with the **node** that has them. A node is one process's share of one app. What a node says
of itself it *sets*: said twice, it is the same. So a node that has lost the engine says everything again, and
what had become of its last words does not matter.

Nobody is ever asked and waited for: every question is answered from what is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from onair.protocol.member import Member

R = TypeVar("R")


class EngineDown(Exception):
    """The engine cannot be reached now. The message says why, and what to do.

    What was asked may have been done, or not.
    """


class EngineRefused(Exception):
    """The engine was reached, and cannot be used as it is configured. The message has the remedy."""


class Op(Generic[R]):
    """What an engine is asked to do; ``R`` is its reply. Each is done whole, or not at all."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened on a channel (:mod:`onair.engines.entries` reads the body).

    Numbers grow along a channel's log, with holes; ``previous`` is that of the entry before, in the log that
    began with an entry of nothing.
    """

    number: int
    previous: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """The last event of a cache channel: the body of its entry, and the seconds that it is kept for."""

    body: bytes
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What an op has changed for all: only the node that did it is told, and tells the application."""

    occupied: bool = False
    vacated: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel as it is at one moment.

    ``number`` is that of its log's last entry. ``entries`` are those after the number that was asked for,
    None where not all of them are known any more. ``members`` are in the order of their arrival.
    """

    number: int
    entries: tuple[Entry, ...] | None
    members: tuple[Member, ...]
    kept: Kept | None
    count: int
    changes: Changes = Changes()


@dataclass(frozen=True, slots=True)
class Append:
    """Write to a channel's log. A channel that nobody follows has none, and then nothing is written.

    ``keep`` is how many seconds the body is kept as the channel's last event, whoever follows; 0 keeps none.
    """

    channel: str
    body: bytes
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Publish(Op[None]):
    """Append, all at once.

    A publisher that does not know whether it was heard says the same again: ``number`` is how many entries
    ``publisher`` had appended before these, and those that it has appended already are left out. Without a
    publisher everything is appended.
    """

    appends: tuple[Append, ...]
    publisher: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Follow(Op[Snapshot]):
    """Say what a node has of a channel, all of it, and get the channel as it is then.

    The log begins where there is none. The entries of what this changes are in the snapshot.

    Args:
        count: The node's connections on the channel; at least 1, since it follows.
        members: The users that the node has there.
        after: The number after which entries are wanted; None wants none.
    """

    channel: str
    node: str
    count: int
    members: tuple[Member, ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Unfollow(Op[Changes]):
    """A node has nobody on a channel any more: no connections, and no users.

    The log of one that no node follows is kept for some time.
    """

    channel: str
    node: str


@dataclass(frozen=True, slots=True)
class Count(Op[int]):
    """Set how many connections a node that follows has on a channel. The reply is the number of all nodes.

    With ``tell``, the channel's log gets an entry with it. A node that is about to unfollow has 0.
    """

    channel: str
    node: str
    count: int
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The number of the last entry of the channel's log, 0 without one; and whether the user was nowhere."""

    number: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Join(Op[Joined]):
    """A node has a user on a channel, which it need not follow.

    The first one to have it decides the ``user_info``.
    """

    channel: str
    node: str
    member: Member


@dataclass(frozen=True, slots=True)
class Leave(Op[bool]):
    """A node has a user on a channel no more. The reply says whether no other node has."""

    channel: str
    node: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Since(Op["tuple[Entry, ...] | None"]):
    """The entries of a channel's log after a number; None where not all of them are known any more."""

    channel: str
    after: int


@dataclass(frozen=True, slots=True)
class Beaten:
    """Whether the engine knew the node still, and how often each node has beaten, this one included.

    A node that is not known was taken for dead, or the engine lost what it kept.
    """

    is_known: bool
    nodes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Beat(Op[Beaten]):
    """A node lives. ``info`` is what it says of itself, for people: a JSON object."""

    node: str
    info: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Reap(Op["Mapping[str, Changes]"]):
    """A node is gone: forget it and all that it had. The reply has what that changed, by channel.

    A node says it of itself at its end; the others say it of one that does not beat. Of two that say so, one
    is told the changes.
    """

    node: str


@dataclass(frozen=True, slots=True)
class Lease(Op[bool]):
    """Ask for something that one node does for all, for some seconds. Whether this one has it now."""

    name: str
    node: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Nodes(Op["Mapping[str, bytes]"]):
    """What each node says of itself."""


@dataclass(frozen=True, slots=True)
class Occupied(Op["tuple[str, ...]"]):
    """The channels on which a node has connections, by the beginning of their names. Never a scan of keys."""

    prefix: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a channel in numbers, and its last event."""

    count: int = 0
    users: int = 0
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class States(Op["tuple[State, ...]"]):
    """The states of some channels, in their order."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members(Op["tuple[Member, ...]"]):
    """Who is on a channel, on all nodes, in the order of arrival."""

    channel: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an engine keeps: entries of one log, and seconds after the last node has left it."""

    entries: int
    seconds: int


class Sink(Protocol):
    """What an engine calls, in the loop. None of it may raise, wait, or take long."""

    def connected(self, epoch: str) -> object:
        """The engine can be used, for the first time or again.

        Entries may have been missed meanwhile; from now on every entry of what is listened to arrives.

        Args:
            epoch: Which life of the shared data this is: another one, if the engine has lost it.
        """

    def received(self, channel: str, entries: Sequence[Entry]) -> object:
        """Entries of a channel that is listened to, in the order of its log, each once as a rule."""

    def disconnected(self, reason: EngineDown) -> object:
        """The engine cannot be reached; it tries again by itself, for ever."""


class Engine(Protocol):
    """One process's access to what is shared. Everything is called in one event loop."""

    def start(self, sink: Sink) -> None:
        """Connect, and keep connected. In the running loop; it waits for nothing."""

    def do(self, op: Op[R]) -> asyncio.Future[R]:
        """Do something; what is asked in one turn of the loop goes out together, and is done in that order.

        The future fails with :class:`EngineDown` where the engine was lost before it answered.
        """

    def listen(self, channel: str) -> asyncio.Future[None]:
        """Get the entries of a channel's log from now on.

        Done when it has taken effect: a snapshot that is asked for then misses nothing. While the engine is
        away it takes effect before :meth:`Sink.connected`.
        """

    def unlisten(self, channel: str) -> None:
        """Get the entries of a channel no more."""

    async def close(self) -> None:
        """Let go of everything; what was asked before is done still, if the engine answers in a second."""


class Client(Protocol):
    """Access from a thread of a process that holds no sockets. One thread uses it at a time, and blocks.

    Every call raises :class:`EngineDown` where the engine does not answer within the seconds given, and
    :class:`EngineRefused` where it will not.
    """

    def do(self, op: Op[R], timeout: float) -> R:
        """Do something and return the reply."""

    def close(self) -> None:
        """Let go of the connection."""
