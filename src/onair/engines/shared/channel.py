"""One channel of an app, as a node has it that shares it with others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from onair.engines import entries
from onair.engines.base import Changes, Entry, Join, Joined, Leave, Since, Snapshot
from onair.engines.shared.answers import answer_of, is_down
from onair.engines.shared.arrivals import Arrival, Present
from onair.hub import Listener
from onair.hub.cache import Cached
from onair.hub.following import PastEvent
from onair.protocol.connection import ClientEvent
from onair.protocol.errors import ProtocolError
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication

if TYPE_CHECKING:
    from onair.engines.shared.log import Log
    from onair.engines.shared.node import SharedNode

#: Seconds that a listener waits for this node to read what it has seen on another one. What comes later than
#: that comes to it twice.
CATCH_UP = 10.0


class SharedChannel:
    """Joins the log of a channel and its listeners here.

    Who wants to join waits until this node reads the log; a member of a presence channel, until all know of
    it; who comes back with a position, until this node has all that came after it.
    """

    __slots__ = (
        "_arrivals",
        "_has_said",
        "_is_asking",
        "_joined",
        "_node",
        "_present",
        "has_opened",
        "log",
        "name",
    )

    log: Log

    def __init__(self, name: str, node: SharedNode) -> None:
        self.name = name
        self._node = node
        self._arrivals: dict[str, Arrival] = {}  # by socket id
        self._is_asking = False  # whether the past of the channel was asked for, and has not come
        self._joined = 0
        self._present = Present()
        self.has_opened = False  # whether the hub has the channel
        self._has_said = False  # whether the engine was told who is here: all, before one by one

    @property
    def is_needed(self) -> bool:
        """Whether anybody here listens, or wants to."""
        return bool(self._joined or self._arrivals)

    def join(self, listener: Listener, member: Member | None, resume: Resume | None) -> None:
        """Let a listener join, as soon as it can."""
        self._arrivals[listener.socket_id] = Arrival(listener, member, resume)
        if member is not None and self._present.come(listener.socket_id, member) and self._has_said:
            reply = self._node.engine.do(Join(self.name, self._node.id, member))
            reply.add_done_callback(partial(self._has_come, member.user_id))
        self._settle()

    def leave(self, listener: Listener, leave: Callable[[Listener, str], object]) -> None:
        """Take a listener out, or let it not join any more.

        Args:
            leave: Takes it out of the hub.
        """
        socket_id = listener.socket_id
        if self._arrivals.pop(socket_id, None) is None:
            if not self._node.hub.has(self.name, listener):
                return
            leave(listener, self.name)
            self._joined -= 1
        user_id = self._present.go(socket_id)
        if not self.is_needed:
            self._node.forget(self.name)
            return
        if user_id is not None:
            reply = self._node.engine.do(Leave(self.name, self._node.id, user_id))
            reply.add_done_callback(partial(self._has_gone, user_id))
        self._node.counts.changed(self.name, self._joined)

    def share(self) -> tuple[int, tuple[Member, ...]]:
        self._has_said = True
        return self._joined + len(self._arrivals), self._present.members()

    def opened(self, snapshot: Snapshot) -> None:
        self.has_opened = True
        self._node.hub.open(self.name, snapshot.number, snapshot.members, _cached(snapshot))

    def apply(self, entry: Entry) -> None:
        try:
            _APPLY.get(entry.body[:1], SharedChannel._pass)(self, entry)
        except (ProtocolError, ValueError):
            self._pass(entry)
            raise

    def missed(self, snapshot: Snapshot) -> None:
        self._node.hub.missed_some(self.name, snapshot.number, _cached(snapshot))

    def knows(self, members: Sequence[Member], snapshot: Snapshot) -> None:
        self._present.known([member.user_id for member in members], snapshot.number)
        self.count_again()
        self._node.hub.arrange(self.name, snapshot.members, may_lack_some=self._node.is_settling)

    def changed(self, changes: Changes) -> None:
        self._node.notices.tell(self.name, changes)

    def count_again(self) -> None:
        """Tell again how many connections there are, if any: other nodes may have come or gone unheard."""
        self._node.counts.again(self.name, self._joined)

    def advanced(self) -> None:
        self._settle()

    def _is_followed(self) -> bool:
        """Whether this is the node's channel still, and the log is read."""
        return self.log.is_open and self._node.channel(self.name) is self

    def _settle(self) -> None:
        """Let those join who need not wait any more."""
        if not self._is_followed():
            return
        before = self._joined
        for socket_id, arrival in tuple(self._arrivals.items()):
            if self._may_join(arrival):
                del self._arrivals[socket_id]
                self._joined += 1
                self._node.hub.subscribe(arrival.listener, self.name, arrival.member, arrival.resume)
        if self._joined != before:
            self._node.counts.changed(self.name, self._joined)
        self._ask_since()

    def _may_join(self, arrival: Arrival) -> bool:
        if arrival.member is not None and not self._present.is_known(arrival.member, self.log.number):
            return False
        position = None if arrival.resume is None else arrival.resume.position
        return position is None or self._can_resume(arrival, position)

    def _can_resume(self, arrival: Arrival, position: str) -> bool:
        """Whether the hub knows all that a listener has missed, or nobody does."""
        history = self._node.hub.history
        number = history.number_of(self.name, position)
        if number is None or number == arrival.gave_up_on:
            return True
        if number > self.log.number:
            return self._has_waited(arrival)
        if number == self.log.number and not history.knows_since(self.name, number):
            self._node.hub.recall(self.name, number, ())
        if history.knows_since(self.name, number):
            return True
        arrival.needs_since = number
        return False

    def _has_waited(self, arrival: Arrival) -> bool:
        """Whether a listener has waited long enough for what it has seen already: that is lost, then.

        While the engine is away, nothing can come, and nothing is lost yet.
        """
        if not self._node.is_connected:
            arrival.deadline = None
            return False
        now = self._node.loop.time()
        if arrival.deadline is None:
            arrival.deadline = now + CATCH_UP
            self._node.loop.call_later(CATCH_UP, self._settle)
        return now >= arrival.deadline

    def _ask_since(self) -> None:
        """Ask for the events that listeners have missed: those of the one that was away for longest."""
        needed = [each.needs_since for each in self._arrivals.values() if each.needs_since is not None]
        if needed and not self._is_asking:
            self._is_asking = True
            self._node.hub.history.open(self.name)  # what is read meanwhile may be too late for the answer
            since = min(needed)
            reply = self._node.engine.do(Since(self.name, since))
            reply.add_done_callback(partial(self._recalled, since))

    def _recalled(self, since: int, reply: asyncio.Future[tuple[Entry, ...] | None]) -> None:
        self._is_asking = False
        if not self._is_followed() or is_down(reply):  # it is asked again when the engine is back
            return
        past = answer_of(reply)
        if past is not None:
            self._node.hub.recall(self.name, since, _events(self.name, past))
        for arrival in self._arrivals.values():
            if arrival.needs_since == since:
                arrival.gave_up_on = since
            arrival.needs_since = None
        self._settle()

    def _has_come(self, user_id: str, reply: asyncio.Future[Joined]) -> None:
        joined = answer_of(reply)
        if joined is None:  # it is said again when the engine is back
            return
        if joined.is_first:
            self._node.notices.tell(self.name, Changes(added=(user_id,)))
        self._present.known([user_id], joined.number)
        self._settle()

    def _has_gone(self, user_id: str, reply: asyncio.Future[bool]) -> None:
        if answer_of(reply):
            self._node.notices.tell(self.name, Changes(removed=(user_id,)))

    def _happened(self, entry: Entry) -> None:
        self._node.hub.happened(self.name, entry.number, _publication(self.name, entry))

    def _whispered(self, entry: Entry) -> None:
        said = entries.event_of(entry.body)
        event = ClientEvent(self.name, said.name, said.data, said.user_id)
        self._node.hub.whispered(self.name, entry.number, event, said.exclude)

    def _added(self, entry: Entry) -> None:
        self._node.hub.member_added(self.name, entry.number, entries.member_of(entry.body))

    def _removed(self, entry: Entry) -> None:
        self._node.hub.member_removed(self.name, entry.number, entries.text_of(entry.body))

    def _counted(self, entry: Entry) -> None:
        self._node.hub.counted(self.name, entry.number, int(entries.text_of(entry.body)))

    def _pass(self, entry: Entry) -> None:
        self._node.hub.passed(self.name, entry.number)


_APPLY = {
    entries.EVENT: SharedChannel._happened,
    entries.WHISPER: SharedChannel._whispered,
    entries.ADDED: SharedChannel._added,
    entries.REMOVED: SharedChannel._removed,
    entries.COUNTED: SharedChannel._counted,
}


def _events(channel: str, past: Iterable[Entry]) -> Iterator[PastEvent]:
    """The events among some entries; those that another version has written are left out."""
    for entry in past:
        if entry.body[:1] == entries.EVENT:
            with suppress(ValueError):
                yield PastEvent(entry.number, _publication(channel, entry))


def _publication(channel: str, entry: Entry) -> Publication:
    said = entries.event_of(entry.body)
    return Publication((channel,), said.name, said.data, said.exclude)


def _cached(snapshot: Snapshot) -> Cached | None:
    """The last event of a cache channel; none where another version has written it."""
    if snapshot.kept is None:
        return None
    try:
        said = entries.event_of(snapshot.kept.body)
    except ValueError:
        return None
    return Cached(said.name, said.data, snapshot.kept.seconds_left)
