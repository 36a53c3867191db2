"""The signed-in users of all nodes, who are told of each other's coming and going.

A user who has signed in somewhere is a member of a channel of its own, which the nodes follow that hold
somebody who watches it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from onair.engines import entries
from onair.engines.base import Changes, Entry, Join, Leave, Snapshot
from onair.engines.shared.answers import answer_of
from onair.hub import Listener
from onair.protocol.member import Member
from onair.protocol.user import User

if TYPE_CHECKING:
    from onair.engines.shared.log import Log
    from onair.engines.shared.node import SharedNode


class SharedUsers:
    """Signs users in for a node."""

    def __init__(self, node: SharedNode) -> None:
        self._node = node
        self._watched: dict[str, _Watched] = {}  # by user id
        self._arrivals: dict[str, tuple[Listener, User]] = {}  # by socket id
        self._gone: set[str] = set()  # users who are not here any more, until the engine has heard it

    def sign_in(self, listener: Listener, user: User) -> None:
        """Sign a listener in as soon as it is known who of its watchlist is online."""
        self._arrivals[listener.socket_id] = (listener, user)
        for watched in user.watchlist:
            if watched not in self._watched:
                self._watch(watched)
        self.settle()

    def sign_out(self, listener: Listener) -> None:
        """Whoever this listener was, it has gone from the hub, or goes now."""
        self._arrivals.pop(listener.socket_id, None)
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

    def settle(self) -> None:
        """Sign in those whose watchlist is known."""
        for socket_id, (listener, user) in tuple(self._arrivals.items()):
            if all(self._watched[watched].log.is_open for watched in user.watchlist):
                del self._arrivals[socket_id]
                self._sign_in(listener, user)

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

    def _watch(self, user_id: str) -> None:
        watched = self._watched[user_id] = _Watched(user_id, self._node, self)
        watched.log = self._node.logs.follow(_channel(user_id), watched)

    def _unwatch(self, user_ids: Sequence[str]) -> None:
        for user_id in user_ids:
            self._release(user_id)

    def _release(self, user_id: str) -> bool:
        """Follow a user no more whom nobody here watches. Return whether that is so now.

        One who is here is followed still: a node that follows a channel no more has nobody there.
        """
        users = self._node.hub.users
        is_wanted = any(user_id in user.watchlist for _, user in self._arrivals.values())
        if is_wanted or users.is_watched(user_id) or users.is_here(user_id):
            return False
        if self._watched.pop(user_id, None) is None:
            return False
        users.forget(user_id)
        self._node.logs.unfollow(_channel(user_id))
        return True


class _Watched:
    """A user whom somebody here watches."""

    __slots__ = ("_node", "_user_id", "_users", "log")

    log: Log

    def __init__(self, user_id: str, node: SharedNode, users: SharedUsers) -> None:
        self._user_id = user_id
        self._node = node
        self._users = users

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
        self._users.settle()

    def _take(self, *, is_online: bool) -> None:
        if is_online:
            self._node.hub.users.came(self._user_id)
        else:
            self._node.hub.users.went(self._user_id)


def _channel(user_id: str) -> str:
    return entries.USER_PREFIX + user_id
