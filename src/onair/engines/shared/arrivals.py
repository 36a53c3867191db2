"""Who is on its way into a channel, and which users a node has there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from onair.hub import Listener
from onair.protocol.member import Member
from onair.protocol.messages import Resume


@dataclass(slots=True)
class Arrival:
    """A listener that wants to join.

    It may need the events since a number that this node does not know; ``gave_up_on`` is the number since
    which nobody knew them. ``deadline`` is when to stop waiting for a log that is behind what the listener
    has seen elsewhere.
    """

    listener: Listener
    member: Member | None
    resume: Resume | None
    needs_since: int | None = None
    gave_up_on: int | None = None
    deadline: float | None = None


@dataclass(slots=True)
class _Present:
    """A user, by which sockets; and the number of the entry since which all know it, None before."""

    member: Member
    sockets: set[str] = field(default_factory=set)
    since: int | None = None


class Present:
    """The users that a node has on a channel."""

    __slots__ = ("_by_socket", "_users")

    def __init__(self) -> None:
        self._users: dict[str, _Present] = {}
        self._by_socket: dict[str, str] = {}

    def members(self) -> tuple[Member, ...]:
        """The users, each once."""
        return tuple(present.member for present in self._users.values())

    def come(self, socket_id: str, member: Member) -> bool:
        """A user's socket comes. Return whether it is the first one here."""
        present = self._users.get(member.user_id)
        if present is None:
            present = self._users[member.user_id] = _Present(member)
        present.sockets.add(socket_id)
        self._by_socket[socket_id] = member.user_id
        return len(present.sockets) == 1

    def go(self, socket_id: str) -> str | None:
        """A socket goes. Return the user whose last one here it was."""
        user_id = self._by_socket.pop(socket_id, None)
        if user_id is None:
            return None
        sockets = self._users[user_id].sockets
        sockets.discard(socket_id)
        if sockets:
            return None
        del self._users[user_id]
        return user_id

    def known(self, user_ids: Iterable[str], number: int) -> None:
        """All know that these users are here, since an entry of this number at the latest."""
        for user_id in user_ids:
            present = self._users.get(user_id)
            if present is not None and present.since is None:
                present.since = number

    def is_known(self, member: Member, number: int) -> bool:
        """Whether who has read the log until this number knows that a user is here."""
        present = self._users.get(member.user_id)
        return present is not None and present.since is not None and present.since <= number
