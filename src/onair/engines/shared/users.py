"""The signed-in users of all nodes, who are told of each other's coming and going.

A user who has signed in somewhere is a member of a channel of its own, which the nodes follow that hold
somebody who watches it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from onair.engines import entries
from onair.engines.base import Changes, Entry, Join, Leave, Snapshot
from onair.engines.shared.answers import answer_of
from onair.hub import Listener
from onair.protocol.member import Member
from onair.protocol.names import is_user_id
from onair.protocol.user import User

if TYPE_CHECKING:
    from onair.engines.shared.log import Log
    from onair.engines.shared.node import SharedNode


@dataclass(slots=True, eq=False)
class _Arrival:
    """A listener that signs in, and whom it watches of whom nothing is known yet."""

    listener: Listener
    user: User
    awaited: set[str] = field(default_factory=set)


class SharedUsers:
    """Signs users in for a node."""

    def __init__(self, node: SharedNode) -> None:
        self._node = node
        self._watched: dict[str, _Watched] = {}  # by user id
        self._arrivals: dict[str, _Arrival] = {}  # by socket id
        self._gone: set[str] = set()  # users who are not here any more, until the engine has heard it

    def sign_in(self, listener: Listener, user: User) -> None:
        """Sign a listener in as soon as it is known who of its watchlist is online."""
        before = self._arrivals.get(listener.socket_id)
        arrival = self._arrivals[listener.socket_id] = _Arrival(listener, user)
        for user_id in filter(is_user_id, user.watchlist):  # no others can ever be online
            watched = self._watched.get(user_id) or self._watch(user_id)
            watched.arrivals[arrival] = None
            if not watched.log.is_open:
                arrival.awaited.add(user_id)
        if before is not None:
            self._drop(before)
        self._settle(arrival)

    def sign_out(self, listener: Listener) -> None:
        """Whoever this listener was, it has gone from the hub, or goes now."""
        arrival = self._arrivals.pop(listener.socket_id, None)
        if arrival is not None:
            self._drop(arrival)
        user = self._node.hub.users.user_of(listener)
        if user is None:
            return
        self._node.hub.users.sign_out(listener)
        self._unwatch(user.watchlist)
        if not self._node.hub.users.is_here(user.id) and not self._release(user.id):
            self._gone.add(user.id)
            self._say_gone(user.id)

    def say_again(self) -> None:
        """Say who is here, and who is not any more: the engine may not know it."""
        for user_id in tuple(self._gone):
            self._say_gone(user_id)
        for user_id in self._node.hub.users.here():
            self._node.engine.do(Join(_channel(user_id), self._node.id, Member(user_id)))

    def known(self, user_id: str) -> None:
        """It is known whether a user is online: sign in those who have waited for that."""
        for arrival in tuple(self._watched[user_id].arrivals):
            arrival.awaited.discard(user_id)
            self._settle(arrival)

    def _settle(self, arrival: _Arrival) -> None:
        if not arrival.awaited:
            del self._arrivals[arrival.listener.socket_id]
            self._sign_in(arrival.listener, arrival.user)
            self._drop(arrival)

    def _drop(self, arrival: _Arrival) -> None:
        """A listener waits no more to be signed in."""
        for user_id in arrival.user.watchlist:
            if user_id in self._watched:
                self._watched[user_id].arrivals.pop(arrival, None)
                self._release(user_id)

    def _sign_in(self, listener: Listener, user: User) -> None:
        users = self._node.hub.users
        before = users.user_of(listener)
        is_first = not users.is_here(user.id)
        self._node.hub.sign_in(listener, user)
        if is_first:
            self._gone.discard(user.id)
            self._node.engine.do(Join(_channel(user.id), self._node.id, Member(user.id)))
        if before is not None:
            self._unwatch(before.watchlist)

    def _say_gone(self, user_id: str) -> None:
        reply = self._node.engine.do(Leave(_channel(user_id), self._node.id, user_id))
        reply.add_done_callback(partial(self._is_gone, user_id))

    def _is_gone(self, user_id: str, reply: asyncio.Future[bool]) -> None:
        if answer_of(reply) is not None and not self._node.hub.users.is_here(user_id):
            self._gone.discard(user_id)

    def _watch(self, user_id: str) -> _Watched:
        watched = self._watched[user_id] = _Watched(user_id, self._node, self)
        watched.log = self._node.logs.follow(_channel(user_id), watched)
        return watched

    def _unwatch(self, user_ids: Sequence[str]) -> None:
        for user_id in user_ids:
            self._release(user_id)

    def _release(self, user_id: str) -> bool:
        """Follow a user no more whom nobody here watches. Return whether that is so now.

        One who is here is followed still: a node that follows a channel no more has nobody there.
        """
        users = self._node.hub.users
        watched = self._watched.get(user_id)
        if watched is None or watched.arrivals or users.is_watched(user_id) or users.is_here(user_id):
            return False
        del self._watched[user_id]
        users.forget(user_id)
        self._node.logs.unfollow(_channel(user_id))
        return True


class _Watched:
    """A user whom somebody here watches."""

    __slots__ = ("_node", "_user_id", "_users", "arrivals", "log")

    log: Log

    def __init__(self, user_id: str, node: SharedNode, users: SharedUsers) -> None:
        self._user_id = user_id
        self._node = node
        self._users = users
        self.arrivals: dict[_Arrival, None] = {}  # who watches it and is not signed in yet

    def share(self) -> tuple[int, tuple[Member, ...]]:
        is_here = self._node.hub.users.is_here(self._user_id)
        return 1, (Member(self._user_id),) if is_here else ()

    def opened(self, snapshot: Snapshot) -> None:
        self._take(is_online=bool(snapshot.members))

    def apply(self, entry: Entry) -> None:
        kind = entry.body[:1]
        if kind in {entries.ADDED, entries.REMOVED}:
            self._take(is_online=kind == entries.ADDED)

    def missed(self, snapshot: Snapshot) -> None:
        self._take(is_online=bool(snapshot.members))

    def knows(self, members: Sequence[Member], snapshot: Snapshot) -> None:
        """Nothing waits for that."""

    def changed(self, changes: Changes) -> None:
        """Applications are not told of it."""

    def advanced(self) -> None:
        if self.log.is_open:
            self._users.known(self._user_id)

    def _take(self, *, is_online: bool) -> None:
        if is_online:
            self._node.hub.users.came(self._user_id)
        else:
            self._node.hub.users.went(self._user_id)


def _channel(user_id: str) -> str:
    return entries.USER_PREFIX + user_id
