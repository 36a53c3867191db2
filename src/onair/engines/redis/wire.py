"""What each op is as a command, and what Redis' reply says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from onair.engines.base import (
    Beat,
    Beaten,
    Bounds,
    Changes,
    Count,
    Entry,
    Follow,
    Join,
    Joined,
    Kept,
    Lease,
    Leave,
    Members,
    Nodes,
    Occupied,
    Op,
    Publish,
    Reap,
    Since,
    Snapshot,
    State,
    States,
    Unfollow,
)
from onair.engines.redis.scripts import Script, scripts
from onair.protocol.member import Member

R = TypeVar("R")
Arguments = Sequence[str | bytes | int]

#: A stream's id is a time in milliseconds and a number within it; an entry's number is both.
_SHIFT = 20
_SEQUENCE = (1 << _SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Keys:
    """Where an app's data lies, and what is kept: what each script is told first.

    Args:
        root: The beginning of all its keys, and of the names of its pub/sub channels.
        db: The number of the database, which pub/sub channels do not have by themselves.
    """

    root: str
    db: int
    bounds: Bounds

    @classmethod
    def of(cls, app_id: str, prefix: str, db: int, bounds: Bounds) -> Keys:
        """Return those of an app; with a prefix, sites with apps of the same id are apart."""
        return cls(f"onair:{prefix}:{{{app_id}}}:" if prefix else f"onair:{{{app_id}}}:", db, bounds)

    @property
    def voice(self) -> str:
        """The beginning of the names of pub/sub channels."""
        return f"{self.root}{self.db}:"

    def call(self, name: str, arguments: Arguments) -> tuple[str | bytes | int, ...]:
        """Return the command that runs a script."""
        milliseconds = self.bounds.seconds * 1000
        return (
            *("EVALSHA", scripts()[name].digest, 1, self.root, self.db, self.bounds.entries, milliseconds),
            *arguments,
        )

    def of_op(self, op: Op[Any]) -> tuple[str | bytes | int, ...]:
        """Return the command of an op."""
        form = _FORMS[type(op)]
        return self.call(form.script, form.arguments(op))


def script_of(op: Op[Any]) -> Script:
    """Return the script of an op."""
    return scripts()[_FORMS[type(op)].script]


def reply_of(op: Op[R], reply: Any) -> R:
    """Return what Redis' reply to an op's command says."""
    return cast("R", _FORMS[type(op)].read(reply, op))


def number_of(stream_id: bytes) -> int:
    """Return the number of the entry with this id in its stream."""
    milliseconds, _, sequence = stream_id.partition(b"-")
    return int(milliseconds) << _SHIFT | int(sequence)


def id_of(number: int) -> str:
    """Return the id in its stream of the entry with this number."""
    return f"{number >> _SHIFT}-{number & _SEQUENCE}"


def entry_of(message: bytes) -> Entry:
    """Read what is published on a channel."""
    stream_id, previous, body = message.split(b" ", 2)
    return Entry(number_of(stream_id), number_of(previous), body)


def _nothing(reply: Any, op: Op[Any]) -> None:
    return None


def _number(reply: int, op: Op[Any]) -> int:
    return int(reply)


def _yes(reply: int, op: Op[Any]) -> bool:
    return reply == 1


def _names(reply: Sequence[bytes], op: Op[Any] | None = None) -> tuple[str, ...]:
    return tuple(name.decode() for name in reply)


def _pairs(reply: Sequence[Any]) -> zip[tuple[Any, Any]]:
    return zip(reply[::2], reply[1::2], strict=True)


def _entries(
    reply: Sequence[tuple[bytes, tuple[bytes, bytes]]] | None, after: int
) -> tuple[Entry, ...] | None:
    if reply is None:
        return None
    entries, previous = [], 0
    for stream_id, (_, body) in reply:
        number = number_of(stream_id)
        if number > after:
            entries.append(Entry(number, previous, body))
        previous = number
    return tuple(entries)


def _since(reply: Any, op: Since) -> tuple[Entry, ...] | None:
    return _entries(reply, op.after)


def _members(reply: Sequence[bytes], op: Op[Any] | None = None) -> tuple[Member, ...]:
    known = []
    for user_id, value in _pairs(reply):
        place, _, info = value.split(b" ", 2)
        known.append((int(place), Member(user_id.decode(), info or None)))
    return tuple(member for _, member in sorted(known, key=lambda one: one[0]))


def _kept(body: bytes | None, milliseconds: int) -> Kept | None:
    return None if body is None else Kept(body, milliseconds / 1000)


def _left(reply: Any, op: Op[Any] | None = None) -> Changes:
    vacated, removed = reply
    return Changes(vacated=vacated == 1, removed=_names(removed))


def _snapshot(reply: Any, op: Follow) -> Snapshot:
    last, entries, members, body, milliseconds, count, (occupied, added, removed) = reply
    return Snapshot(
        number=number_of(last),
        entries=_entries(entries, op.after or 0),
        members=_members(members),
        kept=_kept(body, milliseconds),
        count=count,
        changes=Changes(occupied=occupied == 1, added=_names(added), removed=_names(removed)),
    )


def _joined(reply: Any, op: Join) -> Joined:
    last, is_first = reply
    return Joined(number_of(last), is_first == 1)


def _beaten(reply: Any, op: Beat) -> Beaten:
    is_known, nodes = reply
    return Beaten(is_known == 1, {node.decode(): int(times) for node, times in _pairs(nodes)})


def _reaped(reply: Any, op: Reap) -> Mapping[str, Changes]:
    told = {channel.decode(): _left(changes) for channel, changes in _pairs(reply)}
    return {channel: changes for channel, changes in told.items() if changes != Changes()}


def _infos(reply: Any, op: Nodes) -> Mapping[str, bytes]:
    return {node.decode(): info for node, info in _pairs(reply)}


def _states(reply: Any, op: States) -> tuple[State, ...]:
    return tuple(State(count, users, _kept(body, left)) for count, users, body, left in reply)


def _of_publish(op: Publish) -> Arguments:
    flat = (part for append in op.appends for part in (append.channel, append.keep, append.body))
    return (op.publisher, op.number, *flat)


def _of_follow(op: Follow) -> Arguments:
    after = "" if op.after is None else id_of(op.after)
    users = (part for member in op.members for part in (member.user_id, member.info or b""))
    return (op.channel, op.node, op.count, after, *users)


@dataclass(frozen=True, slots=True)
class _Form:
    script: str
    arguments: Callable[[Any], Arguments]
    read: Callable[[Any, Any], object]


_FORMS: dict[type[Op[Any]], _Form] = {
    Publish: _Form("publish", _of_publish, _nothing),
    Follow: _Form("follow", _of_follow, _snapshot),
    Unfollow: _Form("unfollow", lambda op: (op.channel, op.node), _left),
    Count: _Form("count", lambda op: (op.channel, op.node, op.count, int(op.tell)), _number),
    Join: _Form("join", lambda op: (op.channel, op.node, op.member.user_id, op.member.info or b""), _joined),
    Leave: _Form("leave", lambda op: (op.channel, op.node, op.user_id), _yes),
    Since: _Form("since", lambda op: (op.channel, id_of(op.after)), _since),
    Beat: _Form("beat", lambda op: (op.node, op.info), _beaten),
    Reap: _Form("reap", lambda op: (op.node,), _reaped),
    Lease: _Form("lease", lambda op: (op.name, op.node, op.seconds), _yes),
    Nodes: _Form("nodes", lambda op: (), _infos),
    Occupied: _Form("occupied", lambda op: (op.prefix,), _names),
    States: _Form("states", lambda op: op.channels, _states),
    Members: _Form("members_of", lambda op: (op.channel,), _members),
}
