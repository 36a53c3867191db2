"""Who is on a presence channel: users, each counted once however many connections they have."""

from __future__ import annotations

from collections.abc import Collection

from onair.protocol.member import Member


class Presence:
    """The members of one channel, by user.

    A user's first connection says what the others see of the user, until the last one leaves.
    """

    __slots__ = ("_connections", "_members", "_users")

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}  # by user id, in the order of arrival
        self._connections: dict[str, int] = {}  # how many, by user id
        self._users: dict[str, str] = {}  # user id by socket id

    @property
    def members(self) -> Collection[Member]:
        return self._members.values()

    def join(self, socket_id: str, member: Member) -> bool:
        """Whether this is the user's first connection."""
        user_id = self._users[socket_id] = member.user_id
        self._connections[user_id] = self._connections.get(user_id, 0) + 1
        return self._members.setdefault(user_id, member) is member

    def leave(self, socket_id: str) -> str | None:
        """The user's id if that was the last connection, else None."""
        user_id = self._users.pop(socket_id)
        self._connections[user_id] -= 1
        if self._connections[user_id]:
            return None
        del self._connections[user_id], self._members[user_id]
        return user_id
