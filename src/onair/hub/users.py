"""Who has signed in, on which connections, and who watches whom."""

from __future__ import annotations

from collections.abc import Collection

from onair.hub.listener import Listener
from onair.protocol.user import User


class Users:
    """The signed-in users of one hub."""

    __slots__ = ("_connections", "_users", "_watchers")

    def __init__(self) -> None:
        self._users: dict[str, User] = {}  # by socket id
        self._connections: dict[str, dict[str, Listener]] = {}  # by user id and socket id
        self._watchers: dict[str, dict[str, Listener]] = {}  # by the watched user's id and socket id

    def sign_in(self, listener: Listener, user: User) -> bool:
        """Whether this is the user's first connection. Signing in again renews the watchlist."""
        self._unwatch(listener.socket_id)
        self._users[listener.socket_id] = user
        for watched in user.watchlist:
            self._watchers.setdefault(watched, {})[listener.socket_id] = listener
        connections = self._connections.setdefault(user.id, {})
        is_first = not connections
        connections[listener.socket_id] = listener
        return is_first

    def sign_out(self, listener: Listener) -> str | None:
        """The user's id if that was the last connection, else None: also where nobody had signed in."""
        self._unwatch(listener.socket_id)
        user = self._users.pop(listener.socket_id, None)
        if user is None:
            return None
        connections = self._connections[user.id]
        del connections[listener.socket_id]
        if connections:
            return None
        del self._connections[user.id]
        return user.id

    def is_online(self, user_id: str) -> bool:
        """Whether the user has a connection."""
        return user_id in self._connections

    def connections(self, user_id: str) -> Collection[Listener]:
        """The connections that are signed in as this user."""
        return self._connections.get(user_id, {}).values()

    def watchers(self, user_id: str) -> Collection[Listener]:
        """The connections that are told when this user comes and goes."""
        return self._watchers.get(user_id, {}).values()

    def _unwatch(self, socket_id: str) -> None:
        user = self._users.get(socket_id)
        for watched in () if user is None else user.watchlist:
            watchers = self._watchers[watched]
            del watchers[socket_id]
            if not watchers:
                del self._watchers[watched]
