"""Who has signed in, on which connections, and who watches whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onair.hub.listener import Listener
from onair.protocol import frames, messages
from onair.protocol.user import User


class Users:
    """The signed-in users of one hub, who are told of each other's coming and going."""

    __slots__ = ("_connections", "_users", "_watchers")

    def __init__(self) -> None:
        self._users: dict[str, User] = {}  # by socket id
        self._connections: dict[str, dict[str, Listener]] = {}  # by user id and socket id
        self._watchers: dict[str, dict[str, Listener]] = {}  # by the watched user's id and socket id

    def sign_in(self, listener: Listener, user: User) -> None:
        """``listener`` is this user from now on: tell it so, and who of its watchlist is there.

        The user's watchers are told of the first connection. Signing in again renews the watchlist.
        """
        self._unwatch(listener)
        self._users[listener.socket_id] = user
        connections = self._connections.setdefault(user.id, {})
        is_first = not connections
        connections[listener.socket_id] = listener
        if is_first:
            self._tell_watchers(user.id, "online")
        listener.write(frames.text(messages.signin_success(user.data)))
        if user.watchlist:
            self._watch(listener, user.watchlist)
            listener.write(frames.text(messages.watchlist_events(self._states(user.watchlist))))

    def sign_out(self, listener: Listener) -> None:
        """``listener`` has gone: tell the user's watchers where that was the last connection."""
        self._unwatch(listener)
        user = self._users.pop(listener.socket_id, None)
        if user is None:
            return
        connections = self._connections[user.id]
        del connections[listener.socket_id]
        if not connections:
            del self._connections[user.id]
            self._tell_watchers(user.id, "offline")

    def connections(self, user_id: str) -> Sequence[Listener]:
        """The connections that are signed in as this user."""
        return tuple(self._connections.get(user_id, {}).values())

    def _watch(self, listener: Listener, watchlist: Sequence[str]) -> None:
        for watched in watchlist:
            self._watchers.setdefault(watched, {})[listener.socket_id] = listener

    def _unwatch(self, listener: Listener) -> None:
        user = self._users.get(listener.socket_id)
        for watched in () if user is None else user.watchlist:
            watchers = self._watchers[watched]
            del watchers[listener.socket_id]
            if not watchers:
                del self._watchers[watched]

    def _tell_watchers(self, user_id: str, state: str) -> None:
        watchers = self._watchers.get(user_id)
        if watchers:
            wire = frames.text(messages.watchlist_events({state: [user_id]}))
            for watcher in tuple(watchers.values()):
                watcher.write(wire)

    def _states(self, user_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Who of these users is online, and who is not."""
        states: dict[str, list[str]] = {"online": [], "offline": []}
        for user_id in user_ids:
            states["online" if self._is_online(user_id) else "offline"].append(user_id)
        return states

    def _is_online(self, user_id: str) -> bool:
        return user_id in self._connections


class SharedUsers(Users):
    """The signed-in users of one hub of several: which users are online, others say."""

    __slots__ = ("_online",)

    def __init__(self) -> None:
        super().__init__()
        self._online: set[str] = set()  # of those that are watched here

    def is_watched(self, user_id: str) -> bool:
        """Whether anybody here watches a user."""
        return user_id in self._watchers

    def is_here(self, user_id: str) -> bool:
        """Whether a user has a connection here."""
        return user_id in self._connections

    def here(self) -> Sequence[str]:
        """The users who have connections here."""
        return tuple(self._connections)

    def user_of(self, listener: Listener) -> User | None:
        """As whom a connection is signed in."""
        return self._users.get(listener.socket_id)

    def came(self, user_id: str) -> None:
        """A user who may be watched is online."""
        if user_id not in self._online:
            self._online.add(user_id)
            super()._tell_watchers(user_id, "online")

    def went(self, user_id: str) -> None:
        """A user who may be watched is not online any more."""
        if user_id in self._online:
            self._online.remove(user_id)
            super()._tell_watchers(user_id, "offline")

    def forget(self, user_id: str) -> None:
        """Nobody watches a user any more."""
        self._online.discard(user_id)

    def _tell_watchers(self, user_id: str, state: str) -> None:
        """Others tell them: this hub's first connection of a user need not be the first of all."""

    def _is_online(self, user_id: str) -> bool:
        return user_id in self._online
