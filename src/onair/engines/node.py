"""One process's share of one app: what sessions and the HTTP API ask, whatever stands behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from onair.engines.base import State
from onair.hub import Hub, Listener
from onair.protocol.connection import ClientEvent
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from onair.protocol.user import User

T = TypeVar("T")
U = TypeVar("U")

#: What is known at once, or when the engine has answered; it fails with EngineDown or EngineRefused.
Later: TypeAlias = T | asyncio.Future[T]


class Node(Protocol):
    """What a server does with one app's channels. Only in its loop.

    What sessions ask never fails: they are told what comes of it by what they are written.
    """

    @property
    def hub(self) -> Hub:
        """The channels and listeners of this process."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have the app as well."""

    @property
    def is_connected(self) -> bool:
        """Whether what is shared can be reached, as far as is known."""

    def subscribe(
        self, listener: Listener, channel: str, member: Member | None = None, resume: Resume | None = None
    ) -> None:
        """Let a listener join a channel, and tell it so (:meth:`onair.hub.Hub.subscribe`)."""

    def unsubscribe(self, listener: Listener, channel: str) -> None:
        """Take a listener out of a channel."""

    def disconnect(self, listener: Listener, channels: Iterable[str]) -> None:
        """A listener has gone: take it out of its channels, and sign it out."""

    def client_event(self, listener: Listener, event: ClientEvent) -> None:
        """Send a client's event to the channel's other subscribers."""

    def sign_in(self, listener: Listener, user: User) -> None:
        """A listener is this user from now on."""

    def publish(self, publications: Sequence[Publication]) -> Later[None]:
        """Publish. Done when nothing of it can be lost any more by the end of this process."""

    def terminate(self, user_id: str) -> Later[None]:
        """Close every connection that is signed in as a user."""

    def occupied(self, prefix: str) -> Later[tuple[str, ...]]:
        """The channels that have subscribers, and whose names begin so."""

    def states(self, channels: Sequence[str]) -> Later[tuple[State, ...]]:
        """What is known of some channels, in their order."""

    def members(self, channel: str) -> Later[tuple[Member, ...]]:
        """Who is on a presence channel, in the order of arrival."""

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run in this loop from now on."""

    async def close(self) -> None:
        """Say that this node is gone, and let go of everything. The sockets are closed before."""


def then(found: Later[T], use: Callable[[T], Later[U]]) -> Later[U]:
    """Use what was found, now or when it is there; using it may take some time again."""
    if not isinstance(found, asyncio.Future):
        return use(found)
    result: asyncio.Future[U] = found.get_loop().create_future()

    def is_there(answered: asyncio.Future[T]) -> None:
        if result.cancelled():
            return
        try:
            used = use(answered.result())
        except BaseException as error:
            result.set_exception(error)
        else:
            settle(result, used)

    found.add_done_callback(is_there)
    return result


def settle(result: asyncio.Future[U], found: Later[U]) -> None:
    """Let a future have what was found, now or when it is there."""
    if not isinstance(found, asyncio.Future):
        result.set_result(found)
        return

    def is_there(answered: asyncio.Future[U]) -> None:
        if result.cancelled():
            return
        error = answered.exception()
        if error is None:
            result.set_result(answered.result())
        else:
            result.set_exception(error)

    found.add_done_callback(is_there)
