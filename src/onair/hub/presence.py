"""Who is on a presence channel: users, each counted once however many connections they have."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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


class SharedPresence(Presence):
    """The members of a channel on all processes, and which of their connections are here.

    Who comes and goes is said by :meth:`add` and :meth:`remove`; the connections here change nothing of it.
    """

    __slots__ = ()

    def join(self, socket_id: str, member: Member) -> bool:
        """Note a connection. It is no user's first one: others say who is there."""
        user_id = self._users[socket_id] = member.user_id
        self._connections[user_id] = self._connections.get(user_id, 0) + 1
        return False

    def leave(self, socket_id: str) -> str | None:
        """Note that a connection has gone. It is no user's last one: others say who is there."""
        user_id = self._users.pop(socket_id)
        self._connections[user_id] -= 1
        if not self._connections[user_id]:
            del self._connections[user_id]
        return None

    def add(self, member: Member) -> bool:
        """Whether a user is new here, who has come."""
        is_new = member.user_id not in self._members
        if is_new:
            self._members[member.user_id] = member
        return is_new

    def remove(self, user_id: str) -> bool:
        """Whether a user was here, who has gone."""
        return self._members.pop(user_id, None) is not None

    def arrange(self, members: Sequence[Member]) -> None:
        """Put the members into the order of their arrival."""
        self._members = {member.user_id: self._members.get(member.user_id, member) for member in members}
