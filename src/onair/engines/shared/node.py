"""A node that shares its app with others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from secrets import token_hex

from onair.engines import entries
from onair.engines.base import (
    Append,
    Engine,
    EngineDown,
    EngineRefused,
    Entry,
    Members,
    Occupied,
    Publish,
    Reap,
    State,
    States,
)
from onair.engines.node import Later, then
from onair.engines.shared.channel import SharedChannel
from onair.engines.shared.counts import Counts
from onair.engines.shared.early import Early
from onair.engines.shared.everybody import Everybody
from onair.engines.shared.life import Life
from onair.engines.shared.logs import Logs
from onair.engines.shared.notices import Notices
from onair.engines.shared.pulse import BEAT
from onair.engines.shared.users import SharedUsers
from onair.hub import Listener
from onair.hub.following import FollowingHub
from onair.protocol.connection import ClientEvent
from onair.protocol.errors import ProtocolError
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.names import kind_of
from onair.protocol.notices import ChannelVacated, MemberRemoved, Notice
from onair.protocol.publication import Publication
from onair.protocol.user import User

logger = logging.getLogger("onair.server")

_ID_BYTES = 8

#: Seconds that the other nodes have, when an engine has lost what it kept, to say again who is there.
SETTLE = 10.0

#: Seconds that the engine has for a node's last word.
LAST_WORD = 1.0


class SharedNode:
    """One process's share of an app that other processes serve as well.

    What happens on a channel is written to its log, and happens here when it is read there, so that it has
    one order everywhere. Channels of live regions, and events for one socket, are this process's own matter.

    Args:
        hub: The channels and listeners of this process.
        engine: What is shared.
        terminate: Closes the connections that a user has here.
        handed: Told what is handed over to the site's code in every process.
        missed: Told that some of it was lost.
        info: What the node says of itself: a JSON object.
        held: Seconds that the application is not told of who has left.
        wants: Whether anybody wants to be told notices of a name, or of its contrary.
        beat: Seconds between two signs of life.
    """

    is_shared = True

    def __init__(
        self,
        hub: FollowingHub,
        engine: Engine,
        *,
        terminate: Callable[[str], object],
        handed: Callable[[entries.Handed], object],
        missed: Callable[[], object],
        info: Callable[[], bytes],
        held: float,
        wants: Callable[[str], bool],
        beat: float = BEAT,
    ) -> None:
        self.id = token_hex(_ID_BYTES)
        self.hub = hub
        self.engine = engine
        self.info = info
        self.beat = beat
        self.is_closed = False
        #: Whether the engine can be reached, as far as this node knows.
        self.is_connected = False
        self.loop: asyncio.AbstractEventLoop
        self.logs = Logs(engine, self.id)
        self.counts = Counts(self)
        self.notices = Notices(hub, engine, self.id, held, wants)
        self._channels: dict[str, SharedChannel] = {}
        self._early = Early(hub)
        self._users = SharedUsers(self)
        self._everybody = Everybody(terminate, handed, missed)
        self._life = Life(self, self._say_again)
        self._epoch: str | None = None
        self._settled_at = 0.0  # when all nodes have said again what an engine had lost
        self._has_started = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run in this loop: connect to the engine, and follow what is said to all."""
        if self._has_started:
            return
        self._has_started = True
        self.loop = loop
        self.engine.start(self)
        self.logs.follow(entries.EVERYBODY, self._everybody)

    async def close(self) -> None:
        """Say that this node is gone, so that nobody need find out."""
        self.is_closed = True
        self._life.stop()
        self.counts.stop()
        if not self._has_started:
            return
        if self.is_connected:
            with suppress(EngineDown, EngineRefused, TimeoutError):
                await asyncio.wait_for(self.engine.do(Reap(self.id)), LAST_WORD)
        await self.engine.close()

    def connected(self, epoch: str) -> None:
        """Called by the engine."""
        is_anew = self._epoch is not None and self._epoch != epoch
        if is_anew:
            logger.error(
                "The engine has lost what it kept. Pages that can say where they were are told of a gap."
            )
            self._settled_at = self.loop.time() + SETTLE
            self.loop.call_later(SETTLE, self._settle)
        self._epoch = epoch
        self.is_connected = True
        self.hub.history.share(epoch)
        self._life.begin()
        self.logs.connected(is_anew=is_anew)
        self._users.say_again()

    def received(self, channel: str, new: Sequence[Entry]) -> None:
        """Called by the engine."""
        self.logs.received(channel, new)

    def disconnected(self, reason: EngineDown) -> None:
        """Called by the engine."""
        self.is_connected = False
        self._life.stop()
        self.logs.disconnected()

    @property
    def is_settling(self) -> bool:
        """Whether other nodes may not have said again yet who is there."""
        return self.loop.time() < self._settled_at

    def subscribe(
        self, listener: Listener, channel: str, member: Member | None = None, resume: Resume | None = None
    ) -> None:
        """Let a listener join a channel, and tell it so."""
        if kind_of(channel).attended:
            self._early.subscribe(listener, channel, member, resume)
            return
        shared = self._channels.get(channel)
        if shared is None:
            shared = self._channels[channel] = SharedChannel(channel, self)
            shared.log = self.logs.follow(channel, shared)
        shared.join(listener, member, resume)

    def unsubscribe(self, listener: Listener, channel: str) -> None:
        """Take a listener out of a channel."""
        shared = self._channels.get(channel)
        if shared is None:
            self._early.leave(listener, channel)
            self.hub.unsubscribe(listener, channel)
        else:
            shared.leave(listener, self.hub.unsubscribe)

    def disconnect(self, listener: Listener, channels: Iterable[str]) -> None:
        """A listener has gone: take it out of its channels, and sign it out."""
        for name in channels:
            shared = self._channels.get(name)
            if shared is None:
                self._early.leave(listener, name)
                self.hub.leave(listener, name)
            else:
                shared.leave(listener, self.hub.leave)
        self._users.sign_out(listener)

    def client_event(self, listener: Listener, event: ClientEvent) -> None:
        """Send a client's event to the channel's other subscribers. It is lost where the engine is away."""
        if kind_of(event.channel).attended:
            self.hub.client_event(listener, event)
            return
        said = entries.Event(event.event, event.data, listener.socket_id, event.user_id)
        self.engine.do(Publish((Append(event.channel, said.encode(entries.WHISPER)),)))
        self.hub.client_event_sent(event, listener.socket_id)

    def sign_in(self, listener: Listener, user: User) -> None:
        """A listener is this user from now on."""
        self._users.sign_in(listener, user)

    def publish(self, publications: Sequence[Publication]) -> asyncio.Future[None] | None:
        """Publish to the listeners of all nodes; done when the engine has it."""
        appends: list[Append] = []
        for publication in publications:
            try:
                appends += self._published(publication)
            except ProtocolError:  # the others of its batch are worth as much
                logger.exception("An event cannot be published: %r", publication.event)
        return self.engine.do(Publish(tuple(appends))) if appends else None

    def terminate(self, user_id: str) -> asyncio.Future[None]:
        """Close every connection that is signed in as a user."""
        return self._tell_everybody(entries.TERMINATED + user_id.encode())

    def occupied(self, prefix: str) -> Later[tuple[str, ...]]:
        """The channels that have subscribers on any node."""
        found: Later[tuple[str, ...]] = self.engine.do(Occupied(prefix))
        return then(found, _applications)

    def states(self, channels: Sequence[str]) -> asyncio.Future[tuple[State, ...]]:
        """What is known of some channels, on all nodes."""
        return self.engine.do(States(tuple(channels)))

    def members(self, channel: str) -> asyncio.Future[tuple[Member, ...]]:
        """Who is on a presence channel, on all nodes."""
        return self.engine.do(Members(channel))

    def is_true(self, notice: Notice) -> Later[bool]:
        """Whether a leaving that was held back is true still, on all nodes."""
        match notice:
            case MemberRemoved(channel=channel, user_id=user_id):
                there: Later[tuple[Member, ...]] = self.members(channel)
                return then(there, lambda members: all(member.user_id != user_id for member in members))
            case ChannelVacated(channel=channel):
                found: Later[tuple[State, ...]] = self.states((channel,))
                return then(found, lambda states: not states[0].count)
        return True

    def channel(self, name: str) -> SharedChannel | None:
        """A channel that has listeners here, or will have."""
        return self._channels.get(name)

    def count_again(self) -> None:
        """Tell the connections of all channels again: those of a node that is gone are none of them now."""
        for shared in self._channels.values():
            shared.count_again()

    def forget(self, name: str) -> None:
        """Nobody here listens to a channel, or wants to."""
        shared = self._channels.pop(name)
        self.counts.forget(name)
        if shared.has_opened:
            self.hub.close(name)
        self.logs.unfollow(name)

    def _settle(self) -> None:
        if self.is_connected and not self.is_closed:
            self.logs.say_again()

    def _say_again(self) -> None:
        logger.warning("The other processes took this one for dead: it says again who is connected to it.")
        self.logs.say_again()
        self._users.say_again()

    def _published(self, publication: Publication) -> list[Append]:
        """What is to be appended of an event; what is this process's own matter is published here."""
        here: list[str] = []
        elsewhere: list[str] = []
        for channel in publication.channels:
            is_own = publication.only is not None or kind_of(channel).attended
            (here if is_own else elsewhere).append(channel)
        if here:
            self.hub.publish(replace(publication, channels=tuple(here)))
        body = entries.Event(publication.event, publication.data, publication.exclude).encode()
        return [Append(channel, body, self._keep(channel)) for channel in elsewhere]

    def _keep(self, channel: str) -> int:
        return self.hub.app.limits.cache_seconds if kind_of(channel).cached else 0

    def _tell_everybody(self, body: bytes) -> asyncio.Future[None]:
        return self.engine.do(Publish((Append(entries.EVERYBODY, body),)))


def _applications(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Those channels that an application may list."""
    return tuple(name for name in channels if not (entries.is_own(name) or kind_of(name).internal))
