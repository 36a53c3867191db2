"""The contract in dictionaries: what an engine must answer, whatever was asked of it before.

A log is a list of what its entries say, and the number of an entry is its place in it, counted from 1.
Nothing is ever trimmed, and nothing expires.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from onair.engines.base import (
    Beat,
    Beaten,
    Changes,
    Count,
    Follow,
    Join,
    Joined,
    Lease,
    Leave,
    Members,
    Nodes,
    Occupied,
    Op,
    Publish,
    Reap,
    State,
    States,
    Unfollow,
)
from onair.engines.entries import member_of, text_of
from onair.protocol.member import Member

#: What an entry says: its kind, and what of it counts.
Said = tuple[str, object]

OPENED: Said = ("opened", None)


def said_by(body: bytes) -> Said:
    """Read the body of an entry."""
    kind, read = _KINDS.get(body[:1], ("published", bytes))
    return kind, read(body)


_KINDS: dict[bytes, tuple[str, Callable[[bytes], object]]] = {
    b"o": ("opened", lambda body: None),
    b"a": ("added", member_of),
    b"r": ("removed", text_of),
    b"c": ("counted", text_of),
}


@dataclass
class _Channel:
    log: list[Said] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    nodes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    kept: bytes | None = None

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def append(self, said: Said) -> None:
        if self.log:
            self.log.append(said)

    def come(self, node: str, member: Member) -> bool:
        self.nodes[member.user_id].add(node)
        if member.user_id in self.members:
            return False
        self.members[member.user_id] = member
        self.append(("added", member))
        return True

    def go(self, node: str, user_id: str) -> bool:
        nodes = self.nodes[user_id]
        if node not in nodes:
            return False
        nodes.remove(node)
        if nodes:
            return False
        del self.members[user_id]
        self.append(("removed", user_id))
        return True

    def users_of(self, node: str) -> list[str]:
        return [user_id for user_id, nodes in self.nodes.items() if node in nodes]

    def left_by(self, node: str) -> Changes:
        removed = tuple(user_id for user_id in self.users_of(node) if self.go(node, user_id))
        followed = self.counts.pop(node, None) is not None
        return Changes(vacated=followed and not self.counts, removed=removed)


@dataclass(frozen=True)
class Seen:
    """A snapshot, without the entries: a test compares these by the log."""

    number: int
    members: tuple[Member, ...]
    kept: bytes | None
    count: int
    changes: Changes


class Model:
    """An engine, for one app."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = defaultdict(_Channel)
        self._beats: dict[str, int] = {}
        self._infos: dict[str, bytes] = {}
        self._leases: dict[str, str] = {}
        self._published: dict[str, int] = {}

    def log(self, channel: str) -> list[Said]:
        """Return what a channel's log says."""
        return self._channels[channel].log

    def do(self, op: Op[Any]) -> object:
        """Do something and return the reply; of a snapshot, what is :class:`Seen`."""
        return _DO[type(op)](self, op)

    def _publish(self, op: Publish) -> None:
        done = 0
        if op.publisher:
            known = self._published.get(op.publisher, op.number)
            done = max(0, known - op.number)
            self._published[op.publisher] = max(known, op.number + len(op.appends))
        for append in op.appends[done:]:
            channel = self._channels[append.channel]
            channel.append(("published", append.body))
            if append.keep:
                channel.kept = append.body

    def _follow(self, op: Follow) -> Seen:
        channel = self._channels[op.channel]
        channel.log = channel.log or [OPENED]
        self._beats.setdefault(op.node, 0)
        occupied = not channel.counts
        channel.counts[op.node] = op.count
        here = {member.user_id for member in op.members}
        gone = [user_id for user_id in channel.users_of(op.node) if user_id not in here]
        removed = tuple(user_id for user_id in gone if channel.go(op.node, user_id))
        added = tuple(member.user_id for member in op.members if channel.come(op.node, member))
        changes = Changes(occupied=occupied, added=added, removed=removed)
        return Seen(len(channel.log), tuple(channel.members.values()), channel.kept, channel.count, changes)

    def _unfollow(self, op: Unfollow) -> Changes:
        return self._channels[op.channel].left_by(op.node)

    def _count(self, op: Count) -> int:
        channel = self._channels[op.channel]
        if op.node in channel.counts:
            channel.counts[op.node] = op.count
            if op.tell:
                channel.append(("counted", str(channel.count)))
        return channel.count

    def _join(self, op: Join) -> Joined:
        self._beats.setdefault(op.node, 0)
        channel = self._channels[op.channel]
        is_first = channel.come(op.node, op.member)
        return Joined(len(channel.log), is_first)

    def _leave(self, op: Leave) -> bool:
        return self._channels[op.channel].go(op.node, op.user_id)

    def _beat(self, op: Beat) -> Beaten:
        is_known = self._beats.get(op.node, 0) > 0
        self._beats[op.node] = self._beats.get(op.node, 0) + 1
        self._infos[op.node] = op.info
        return Beaten(is_known, dict(self._beats))

    def _reap(self, op: Reap) -> dict[str, Changes]:
        self._beats.pop(op.node, None)
        self._infos.pop(op.node, None)
        self._leases = {name: node for name, node in self._leases.items() if node != op.node}
        changes = {name: channel.left_by(op.node) for name, channel in self._channels.items()}
        return {name: change for name, change in changes.items() if change != Changes()}

    def _lease(self, op: Lease) -> bool:
        return self._leases.setdefault(op.name, op.node) == op.node

    def _nodes(self, op: Nodes) -> dict[str, bytes]:
        return dict(self._infos)

    def _occupied(self, op: Occupied) -> set[str]:
        return {
            name for name, channel in self._channels.items() if channel.counts and name.startswith(op.prefix)
        }

    def _states(self, op: States) -> tuple[tuple[int, int, bytes | None], ...]:
        channels = [self._channels[name] for name in op.channels]
        return tuple((channel.count, len(channel.members), channel.kept) for channel in channels)

    def _members(self, op: Members) -> tuple[Member, ...]:
        return tuple(self._channels[op.channel].members.values())


_DO: dict[type[Op[Any]], Callable[[Model, Any], object]] = {
    Publish: Model._publish,
    Follow: Model._follow,
    Unfollow: Model._unfollow,
    Count: Model._count,
    Join: Model._join,
    Leave: Model._leave,
    Beat: Model._beat,
    Reap: Model._reap,
    Lease: Model._lease,
    Nodes: Model._nodes,
    Occupied: Model._occupied,
    States: Model._states,
    Members: Model._members,
}


def state_of(state: State) -> tuple[int, int, bytes | None]:
    """Return what the model says of a channel's state."""
    return state.count, state.users, None if state.kept is None else state.kept.body
