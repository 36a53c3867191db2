"""The logs that a node follows: asked for, read in their order, and asked for again after a loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from onair.engines.base import Changes, Engine, Entry, Follow, Snapshot, Unfollow
from onair.engines.shared.answers import answer_of
from onair.engines.shared.log import Log
from onair.protocol.member import Member

logger = logging.getLogger("onair.server")


class Reader(Protocol):
    """What a node follows a log for. Nothing here may raise, but :meth:`apply`."""

    def share(self) -> tuple[int, tuple[Member, ...]]:
        """What this node has of the channel: connections, and users."""

    def opened(self, snapshot: Snapshot) -> object:
        """The channel as it is where the reading begins. Called once, and before all others."""

    def apply(self, entry: Entry) -> object:
        """The next entry. Raises where it cannot be read; the reading goes on behind it."""

    def missed(self, snapshot: Snapshot) -> object:
        """Entries are lost; the reading goes on behind this."""

    def knows(self, members: Sequence[Member], snapshot: Snapshot) -> object:
        """All nodes know that these users are here, and nothing is missing until the snapshot."""

    def changed(self, changes: Changes) -> object:
        """What this node's word has changed for all."""

    def advanced(self) -> object:
        """Some entries were read, or a snapshot was."""


class Following:
    """One log, and for what it is read."""

    __slots__ = ("has_begun", "has_said", "is_asked", "log", "name", "reader")

    def __init__(self, name: str, reader: Reader) -> None:
        self.name = name
        self.reader = reader
        self.log = Log()
        self.has_begun = False  # whether the reader was told of the beginning
        self.has_said = False  # whether the engine may have heard that it is followed
        self.is_asked = False  # whether a snapshot is on its way


class Logs:
    """What a node follows. All in the engine's loop.

    Args:
        engine: Whose logs these are.
        node: The id of this node.
    """

    def __init__(self, engine: Engine, node: str) -> None:
        self._engine = engine
        self._node = node
        self._is_connected = False
        self._followed: dict[str, Following] = {}
        #: Those that are not followed any more, until the engine has heard it.
        self._left: dict[str, Reader] = {}

    def __iter__(self) -> Iterator[Following]:
        return iter(tuple(self._followed.values()))

    def follow(self, name: str, reader: Reader) -> Log:
        """Read a log, which nobody here reads, from now on."""
        following = self._followed[name] = Following(name, reader)
        following.has_said = self._left.pop(name, None) is not None
        self._engine.listen(name).add_done_callback(partial(self._listens, following))
        return following.log

    def unfollow(self, name: str) -> None:
        """Read a log no more. The reader is told once more what this has changed for all."""
        following = self._followed.pop(name)
        self._engine.unlisten(name)
        if following.has_said:
            self._left[name] = following.reader
            self._say_left(name)

    def connected(self, *, is_anew: bool) -> None:
        """The engine can be used: say again what is here, and get what was missed.

        Args:
            is_anew: Whether it has lost all that it kept.
        """
        self._is_connected = True
        for following in self:
            following.is_asked = False
            if is_anew:
                following.log.lose()
            self._ask(following)
        for name in tuple(self._left):
            self._say_left(name)

    def disconnected(self) -> None:
        """The engine is away; nothing is asked until it is back."""
        self._is_connected = False

    def say_again(self) -> None:
        """Say what is here once more: the engine has forgotten this node."""
        for following in self:
            self._ask(following)

    def received(self, name: str, entries: Sequence[Entry]) -> None:
        """Take entries of a log."""
        following = self._followed.get(name)
        if following is not None:
            self._read(following, following.log.take(entries))

    def _listens(self, following: Following, listening: asyncio.Future[None]) -> None:
        if not listening.cancelled() and listening.exception() is None:
            self._ask(following)

    def _ask(self, following: Following) -> None:
        """Say what is here of a channel, and get what is to be known of it."""
        if following.is_asked or not self._is_connected or not self._is_current(following):
            return
        following.is_asked = following.has_said = True
        count, members = following.reader.share()
        after = following.log.number if following.log.is_open else None
        asked = Follow(following.name, self._node, max(count, 1), members, after)
        self._engine.do(asked).add_done_callback(partial(self._answered, following, members))

    def _answered(
        self, following: Following, members: Sequence[Member], reply: asyncio.Future[Snapshot]
    ) -> None:
        snapshot = answer_of(reply)
        if snapshot is None:  # it is asked again when the engine is back
            return
        following.is_asked = False
        if not self._is_current(following):
            following.reader.changed(snapshot.changes)
            return
        reader, log = following.reader, following.log
        if log.continues_in(snapshot):
            self._apply(following, log.fill(snapshot))
        else:
            self._begin(following, snapshot)
        if log.number > snapshot.number:  # entries have overtaken it: who is there now, another one says
            self._ask(following)
        else:
            reader.knows(members, snapshot)
        reader.changed(snapshot.changes)
        self._read(following, log.go_on())

    def _begin(self, following: Following, snapshot: Snapshot) -> None:
        """Read on behind a snapshot, whatever was before it."""
        if following.has_begun:
            following.reader.missed(snapshot)
        else:
            following.reader.opened(snapshot)
            following.has_begun = True
        following.log.open(snapshot.number)

    def _read(self, following: Following, entries: Iterator[Entry]) -> None:
        self._apply(following, entries)
        if following.log.has_hole:
            self._ask(following)
        following.reader.advanced()

    def _apply(self, following: Following, entries: Iterator[Entry]) -> None:
        for entry in entries:
            try:
                following.reader.apply(entry)
            except Exception:
                logger.exception(
                    "An entry of %s is passed over: perhaps another version has written it", following.name
                )

    def _say_left(self, name: str) -> None:
        reply = self._engine.do(Unfollow(name, self._node))
        reply.add_done_callback(partial(self._has_left, name, self._left[name]))

    def _has_left(self, name: str, reader: Reader, reply: asyncio.Future[Changes]) -> None:
        changes = answer_of(reply)
        if changes is None:  # it is said again when the engine is back
            return
        if self._left.get(name) is reader:
            del self._left[name]
        reader.changed(changes)

    def _is_current(self, following: Following) -> bool:
        return self._followed.get(following.name) is following
