"""The hub: who listens to what, in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from onair.hub.attendance import Attendance
from onair.hub.cache import Cached, EventCache
from onair.hub.channel import Channel, Positioned
from onair.hub.counts import Counts
from onair.hub.history import History
from onair.hub.listener import Listener
from onair.hub.seen import Onlooker, Seen
from onair.hub.users import Users
from onair.protocol import frames, messages
from onair.protocol.app import App
from onair.protocol.connection import ClientEvent
from onair.protocol.errors import NotAdmitted
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.names import kind_of
from onair.protocol.notices import (
    CacheMissed,
    ChannelOccupied,
    ChannelVacated,
    ClientEventSent,
    MemberAdded,
    MemberRemoved,
    Notice,
    SubscriptionsCounted,
)
from onair.protocol.publication import Publication
from onair.protocol.user import User


class Hub:
    """One app's channels.

    What is published is pending until :meth:`flush`, so that all events of one tick of the event loop
    reach a listener in one write. The order of a channel's events, joins and leaves is the same for every
    listener.

    Args:
        app: Whose channels these are.
        wake: Called when there is something pending, and not again before the flush: it arranges for
            :meth:`flush` to be called soon.
        clock: The seconds of a steady clock.
        epoch: A secret of at most 64 characters that no other hub has, past or present: it seals positions.
    """

    def __init__(self, app: App, *, wake: Callable[[], None], clock: Callable[[], float], epoch: str) -> None:
        self.app = app
        #: Called with what an application may want to know; None where it does not. It must neither raise
        #: nor come back to the hub.
        self.notify: Callable[[Notice], object] | None = None
        #: Told who comes to the channels of live regions, and who goes; None where nobody wants to know.
        self.attendance: Attendance | None = None
        #: Told of every event on the channels that are not internal; None where nobody looks on.
        self.onlooker: Onlooker | None = None
        #: How many events were published, and how many messages were written to listeners.
        self.published = 0
        self.delivered = 0
        self._wake = wake
        self._clock = clock
        self._channels: dict[str, Channel] = {}
        self._unflushed: list[Channel] = []
        self._counts = Counts(clock)
        self._cache = EventCache(app.limits)
        self._history = self._make_history(epoch)
        self._users = self._make_users()

    def subscribe(
        self, listener: Listener, channel: str, member: Member | None = None, resume: Resume | None = None
    ) -> None:
        """Add ``listener`` to a channel, and tell it so; a presence channel has a ``member``.

        With ``resume``, it gets positions, and what it has missed since the one that it names. The other
        listeners are told of a user's first connection. Whoever calls has checked that the listener may join,
        and has not joined already. A channel of live regions may still not admit it: then it is told so.
        """
        if not self.admits(listener, channel):
            listener.expelled(channel)
            listener.write(frames.text(messages.subscription_error(channel, NotAdmitted(channel))))
            return
        joined = self._channels.get(channel)
        if joined is None:
            joined = self._occupy(channel)
        self._write_pending(joined)  # what was published before is not for the listener
        joined.join(listener, positioned=resume is not None)
        if member is not None:
            self._add_member(listener, joined, member)
        self._welcome(listener, joined, resume)
        self._count(joined)
        if joined.kind.attended and self.attendance is not None:
            self.attendance.joined(channel, listener.socket_id)

    def admits(self, listener: Listener, channel: str) -> bool:
        """Whether a listener may join now. It may, but for channels of live regions."""
        if self.attendance is None or not kind_of(channel).attended:
            return True
        return self.attendance.admits(channel, listener.socket_id)

    def unsubscribe(self, listener: Listener, channel: str) -> None:
        """Take ``listener`` out of a channel; it still gets what was published before.

        The others are told when that was a user's last connection. Does nothing where it does not listen.
        """
        left = self._channels.get(channel)
        if left is not None and listener in left:
            self._write_pending(left)
            self._remove(listener, left)

    def disconnect(self, listener: Listener, channels: Iterable[str]) -> None:
        """Take ``listener``, which is gone, out of its channels without writing to it any more."""
        for name in channels:
            self.leave(listener, name)
        self._users.sign_out(listener)

    def leave(self, listener: Listener, channel: str) -> None:
        """Take ``listener``, which is gone, out of a channel without writing to it any more."""
        left = self._channels.get(channel)
        if left is not None and listener in left:
            self._remove(listener, left)

    def sign_in(self, listener: Listener, user: User) -> None:
        """``listener`` is this user from now on: tell it so, and who of its watchlist is there."""
        self._users.sign_in(listener, user)

    def publish(self, publication: Publication) -> None:
        """Send an event to the subscribers of its channels, at the next flush; raises BadMessage.

        One for a single socket is written at once, behind what is pending.
        """
        self.published += 1
        for name in publication.channels:
            channel = self._channels.get(name)
            if publication.only is None:
                self._publish(name, channel, publication)
            elif channel is not None:
                self._write_to(channel, publication.only, publication.event, publication.data)

    def expel(self, channel: str, socket_id: str, event: str, data: str) -> None:
        """End a subscription to a live region's channel: after this last event, nothing more reaches it.

        Does nothing where the socket does not listen. Raises BadMessage.

        Args:
            data: JSON text.
        """
        left = self._channels.get(channel)
        listener = None if left is None or left.listeners is None else left.listeners.get(socket_id)
        if left is None or listener is None:
            return
        self._write_to(left, socket_id, event, data)
        listener.expelled(channel)
        self._remove(listener, left)

    def client_event(self, listener: Listener, event: ClientEvent) -> None:
        """Send a client's event to the channel's other subscribers, at the next flush."""
        channel = self._channels.get(event.channel)
        if channel is None:
            return
        if self.onlooker is not None:
            shown = Publication((event.channel,), event.event, event.data, listener.socket_id)
            self._show(event.channel, channel, shown, from_client=True)
        payload = messages.encode(event.event, event.data, event.channel, event.user_id)
        self._add(channel, payload, listener.socket_id)
        self._tell(
            channel,
            ClientEventSent,
            event=event.event,
            data=event.data,
            socket_id=listener.socket_id,
            user_id=event.user_id,
        )

    def flush(self) -> None:
        """Write everything that is pending."""
        unflushed, self._unflushed = self._unflushed, []
        for channel in unflushed:
            channel.is_pending = False
            if channel.count_is_due:
                self._add_count(channel)
            self._write_pending(channel)

    def tick(self) -> bool:
        """Do what is due by the clock. Return whether to come back in a second."""
        now = self._clock()
        for channel in self._counts.due():
            self._schedule(channel)
        waits = (bool(self._counts), self._cache.expire(now), self._history.expire(now))
        return any(waits)

    def channels(self) -> Sequence[str]:
        """The names of the channels that have subscribers; those of users and live regions are not."""
        return tuple(name for name, channel in self._channels.items() if not channel.kind.internal)

    def held(self) -> Sequence[Channel]:
        """The channels that connections of this process listen to."""
        return tuple(self._channels.values())

    def members(self, channel: str) -> Sequence[Member]:
        """A presence channel's members, each user once, in the order of arrival; another channel has none."""
        found = self._channels.get(channel)
        return () if found is None or found.presence is None else tuple(found.presence.members)

    def subscription_count(self, channel: str) -> int:
        """How many connections listen to a channel."""
        found = self._channels.get(channel)
        return 0 if found is None else len(found)

    def cached(self, channel: str) -> Cached | None:
        """The last event of a cache channel, None where there is none or it is too old."""
        return self._cache.get(channel, self._clock())

    def connections_of(self, user_id: str) -> Sequence[Listener]:
        """The connections that are signed in as this user."""
        return self._users.connections(user_id)

    def _make_history(self, epoch: str) -> History:
        return History(self.app.limits, epoch)

    def _make_users(self) -> Users:
        return Users()

    def _occupy(self, name: str) -> Channel:
        channel = self._channels[name] = Channel(name, kind_of(name))
        self._tell(channel, ChannelOccupied)
        return channel

    def _publish(self, name: str, channel: Channel | None, publication: Publication) -> None:
        is_cached = kind_of(name).cached if channel is None else channel.kind.cached
        is_recorded = name in self._history
        if self.onlooker is not None:
            self._show(name, channel, publication, is_kept=is_cached or is_recorded)
        if channel is None and not is_cached and not is_recorded:
            return
        plain = frames.text(messages.encode(publication.event, publication.data, name))
        if is_cached:
            self._cache.put(name, publication.event, publication.data, self._clock())
        positioned = self._record(name, publication) if is_recorded else None
        if channel is not None:
            channel.misses_cache = False
            self._schedule(channel)
            channel.add(plain, positioned, publication.exclude)

    def _welcome(self, listener: Listener, joined: Channel, resume: Resume | None) -> None:
        """Tell a listener that it has joined, and give it the cached event, or what it has missed."""
        if resume is None:
            wires = [self._success(joined), *self._cached_or_miss(joined)]
        else:
            wires = self._resumed(listener, joined, resume)
        listener.write(b"".join(wires))

    def _resumed(self, listener: Listener, joined: Channel, resume: Resume) -> list[bytes]:
        """What a listener with positions is told."""
        missed = self._missed(listener, joined.name, resume)
        present = self._history.open(joined.name)
        if missed:
            # Whoever is cut off in the middle of it comes back with the position of before.
            end = frames.text(messages.position(joined.name, present))
            return [self._success(joined, resume.position), *missed, end]
        success = self._success(joined, present)
        if missed is not None:
            return [success]
        gap = [] if resume.position is None else [frames.text(messages.gap(joined.name))]
        return [success, *gap, *self._cached_or_miss(joined)]

    def _missed(self, listener: Listener, channel: str, resume: Resume) -> list[bytes] | None:
        """What a client missed that was there before; None where it was not, or nobody knows any more."""
        if resume.position is None:
            return None
        # It may have published by its new socket before it came back to this channel.
        sockets = {listener.socket_id, resume.socket_id or listener.socket_id}
        return self._history.missed(channel, resume.position, sockets)

    def _success(self, joined: Channel, position: str | None = None) -> bytes:
        members = None if joined.presence is None else joined.presence.members
        return frames.text(messages.subscription_succeeded(joined.name, members, position))

    def _cached_or_miss(self, channel: Channel) -> list[bytes]:
        """What a newcomer to a cache channel gets; nothing on another one."""
        if not channel.kind.cached:
            return []
        cached = self.cached(channel.name)
        if cached is not None:
            return [frames.text(messages.encode(cached.event, cached.data, channel.name))]
        if not channel.misses_cache:
            channel.misses_cache = True
            self._tell(channel, CacheMissed)
        return [frames.text(messages.cache_miss(channel.name))]

    def _record(self, name: str, publication: Publication) -> Positioned:
        """Keep an event for who comes back, and return it with its position."""
        position = self._history.advance(name)
        wire = frames.text(messages.encode(publication.event, publication.data, name, position=position))
        self._history.record(name, wire, publication.exclude, self._clock())
        if publication.exclude is None:
            return Positioned(wire)
        return Positioned(wire, frames.text(messages.position(name, position)))

    def _add(self, channel: Channel, payload: bytes, exclude: str | None = None) -> None:
        """Put a message that has no position behind what is pending."""
        self._schedule(channel)
        channel.add(frames.text(payload), exclude=exclude)

    def _schedule(self, channel: Channel) -> None:
        """See to it that the next flush comes, and comes to this channel."""
        if channel.is_pending:
            return
        channel.is_pending = True
        if not self._unflushed:
            self._wake()
        self._unflushed.append(channel)

    def _write_pending(self, channel: Channel) -> None:
        self.delivered += channel.flush()

    def _write_to(self, channel: Channel, socket_id: str, event: str, data: str) -> None:
        wire = frames.text(messages.encode(event, data, channel.name))
        self._write_pending(channel)
        self.delivered += channel.write_to(socket_id, wire)

    def _remove(self, listener: Listener, channel: Channel) -> None:
        was_positioned = channel.has_positioned
        channel.leave(listener)
        if was_positioned and not channel.has_positioned:
            self._history.leave(channel.name, self._clock())
        if channel.presence is not None:
            self._remove_member(listener, channel)
        if channel.kind.attended and self.attendance is not None:
            self.attendance.left(channel.name, listener.socket_id)
        if len(channel):
            self._count(channel)
        else:
            self._vacate(channel)

    def _add_member(self, listener: Listener, channel: Channel, member: Member) -> None:
        if channel.presence is not None and channel.presence.join(listener.socket_id, member):
            self._add(channel, messages.member_added(channel.name, member), listener.socket_id)
            self._tell(channel, MemberAdded, user_id=member.user_id)

    def _remove_member(self, listener: Listener, channel: Channel) -> None:
        assert channel.presence is not None
        user_id = channel.presence.leave(listener.socket_id)
        if user_id is not None:
            self._tell(channel, MemberRemoved, user_id=user_id)
            if len(channel):
                self._add(channel, messages.member_removed(channel.name, user_id))

    def _vacate(self, channel: Channel) -> None:
        del self._channels[channel.name]
        self._counts.forget(channel)
        self._tell(channel, ChannelVacated)

    def _count(self, channel: Channel) -> None:
        """The number of a channel's subscribers has changed."""
        is_counted = channel.presence is None and not channel.kind.internal
        if self.app.subscription_counts and is_counted and self._counts.changed(channel):
            self._schedule(channel)

    def _add_count(self, channel: Channel) -> None:
        count = self._counts.take(channel)
        channel.add(frames.text(messages.subscription_count(channel.name, count)))
        self._tell(channel, SubscriptionsCounted, subscription_count=count)

    def _show(
        self,
        name: str,
        channel: Channel | None,
        publication: Publication,
        *,
        is_kept: bool = False,
        from_client: bool = False,
    ) -> None:
        """Show an event to who looks on, but those of live regions: the inspector is one of their readers."""
        if self.onlooker is None or kind_of(name).attended:
            return
        listeners = 0 if channel is None else len(channel)
        is_spared = (
            channel is not None and publication.exclude is not None and channel.has(publication.exclude)
        )
        self.onlooker(
            Seen(
                name,
                publication.event,
                publication.data,
                listeners - is_spared,
                is_spared,
                is_kept,
                from_client,
            )
        )

    def _tell(self, channel: Channel, kind: Callable[..., Notice], **fields: object) -> None:
        """Tell the application, where it wants to know, and where the channel is its business."""
        if self.notify is not None and not channel.kind.internal:
            self.notify(kind(channel=channel.name, **fields))
