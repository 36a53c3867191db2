"""What is asked of the database in one call, and what it replies. Pure."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from onair.engines.base import (
    Beat,
    Beaten,
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
from onair.protocol.member import Member

#: The parameters: the app, the ops, the bytes that they speak of, entries, seconds, whether to notify.
DO = b"SELECT onair_engine_do($1, $2, $3, $4, $5, $6)::text"

#: How each parameter of it travels: as text (0), or as it is (1).
DO_FORMATS = (0, 0, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sweep(Op[bool]):
    """Delete what is over. The reply says whether there is more."""


class Call(NamedTuple):
    """Some ops: as JSON, and the bytes that it points into."""

    ops: bytes
    body: bytes


class Answer(NamedTuple):
    """What a call has brought: whether a log has new entries, and the reply to each op."""

    wrote: bool
    replies: tuple[Any, ...]


class _Bytes:
    """Collects bytes, and says where each of them is, as SQL counts."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes | None) -> tuple[int, int] | None:
        if part is None:
            return None
        start = self._size + 1
        self._parts.append(part)
        self._size += len(part)
        return start, len(part)

    def joined(self) -> bytes:
        return b"".join(self._parts)


_encode = msgspec.json.Encoder().encode


def call_of(ops: Sequence[Op[Any]]) -> Call:
    """Put some ops into one call."""
    found = _Bytes()
    said = [{"op": _NAMES[type(op)], **_SAY[type(op)](op, found)} for op in ops]
    return Call(_encode(said), found.joined())


class _Reply(msgspec.Struct):
    wrote: bool
    replies: list[Any]


_decode = msgspec.json.Decoder(_Reply).decode


def answer_of(ops: Sequence[Op[Any]], text: bytes) -> Answer:
    """Read what a call of these ops has brought."""
    found = _decode(text)
    return Answer(
        found.wrote, tuple(_READ[type(op)](reply) for op, reply in zip(ops, found.replies, strict=True))
    )


def weight_of(op: Op[Any]) -> int:
    """How many bytes an op takes, roughly."""
    if isinstance(op, Publish):
        return sum(len(append.body) + 100 for append in op.appends)
    return 200


def _publish(op: Publish, parts: _Bytes) -> dict[str, Any]:
    appends = [(append.channel, parts.add(append.body), append.keep) for append in op.appends]
    return {"publisher": op.publisher, "number": op.number, "appends": appends}


def _follow(op: Follow, parts: _Bytes) -> dict[str, Any]:
    members = [(member.user_id, parts.add(member.info)) for member in op.members]
    return {**_at(op), "count": op.count, "members": members, "after": op.after}


def _at(op: Follow | Unfollow | Count | Join | Leave, parts: _Bytes | None = None) -> dict[str, Any]:
    return {"channel": op.channel, "node": op.node}


def _join(op: Join, parts: _Bytes) -> dict[str, Any]:
    return {**_at(op), "user_id": op.member.user_id, "info": parts.add(op.member.info)}


def _occupied(op: Occupied, parts: _Bytes) -> dict[str, Any]:
    # It may come from a request, and PostgreSQL refuses a NUL. No channel's name begins like this one.
    return {"prefix": op.prefix if op.prefix.isascii() and op.prefix.isprintable() else "\x7f"}


_NAMES: dict[type[Op[Any]], str] = {
    kind: kind.__name__.lower()
    for kind in (
        *(Publish, Follow, Unfollow, Count, Join, Leave, Since, Beat, Reap, Lease, Nodes, Occupied, States),
        *(Members, Sweep),
    )
}

_SAY: dict[type[Op[Any]], Callable[[Any, _Bytes], dict[str, Any]]] = {
    Publish: _publish,
    Follow: _follow,
    Unfollow: _at,
    Count: lambda op, parts: {**_at(op), "count": op.count, "tell": op.tell},
    Join: _join,
    Leave: lambda op, parts: {**_at(op), "user_id": op.user_id},
    Since: lambda op, parts: {"channel": op.channel, "after": op.after},
    Beat: lambda op, parts: {"node": op.node, "info": parts.add(op.info)},
    Reap: lambda op, parts: {"node": op.node},
    Lease: lambda op, parts: {"name": op.name, "node": op.node, "seconds": op.seconds},
    Nodes: lambda op, parts: {},
    Occupied: _occupied,
    States: lambda op, parts: {"channels": op.channels},
    Members: lambda op, parts: {"channel": op.channel},
    Sweep: lambda op, parts: {},
}


def _changes(found: list[Any]) -> Changes:
    occupied, vacated, added, removed = found
    return Changes(occupied, vacated, tuple(added), tuple(removed))


def _entries(found: list[Any] | None) -> tuple[Entry, ...] | None:
    if found is None:
        return None
    return tuple(Entry(number, previous, b64decode(body)) for number, previous, body in found)


def _kept(found: list[Any] | None) -> Kept | None:
    return None if found is None else Kept(b64decode(found[0]), float(found[1]))


def _members(found: list[Any]) -> tuple[Member, ...]:
    return tuple(Member(user_id, None if info is None else b64decode(info)) for user_id, info in found)


def _snapshot(found: dict[str, Any]) -> Snapshot:
    return Snapshot(
        number=found["number"],
        entries=_entries(found["entries"]),
        members=_members(found["members"]),
        kept=_kept(found["kept"]),
        count=found["count"],
        changes=_changes(found["changes"]),
    )


def _nothing(found: object) -> None:
    return None


_READ: dict[type[Op[Any]], Callable[[Any], Any]] = {
    Publish: _nothing,
    Follow: _snapshot,
    Unfollow: _changes,
    Count: int,
    Join: lambda found: Joined(*found),
    Leave: bool,
    Since: _entries,
    Beat: lambda found: Beaten(*found),
    Reap: lambda found: {channel: _changes(changes) for channel, changes in found.items()},
    Lease: bool,
    Nodes: lambda found: {node: b64decode(info) for node, info in found.items()},
    Occupied: tuple,
    States: lambda found: tuple(State(count, users, _kept(kept)) for count, users, kept in found),
    Members: _members,
    Sweep: bool,
}
