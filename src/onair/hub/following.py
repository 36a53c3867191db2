"""A hub whose channels other processes have as well: it is told what happens on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from onair.hub.cache import Cached
from onair.hub.channel import Channel
from onair.hub.followed_history import FollowedHistory, Numbered
from onair.hub.hub import Hub
from onair.hub.listener import Listener
from onair.hub.presence import SharedPresence
from onair.hub.users import SharedUsers
from onair.protocol import frames, messages
from onair.protocol.connection import ClientEvent
from onair.protocol.member import Member
from onair.protocol.names import kind_of
from onair.protocol.notices import ChannelOccupied, ChannelVacated, ClientEventSent, Notice
from onair.protocol.publication import Publication


class PastEvent(NamedTuple):
    """An event of a channel's past."""

    number: int
    publication: Publication


class FollowingHub(Hub):
    """The part of an app's channels that one process of several has.

    A channel is *followed* from :meth:`open` to :meth:`close`. Whoever calls tells the hub, in the channel's
    order, what happens on it in all processes, with the number of each; and lets listeners join while it is
    followed. What this means for the application is told by others: this hub notices nothing of it. Channels
    that are not followed, those of live regions, are this process's own.
    """

    def _make_history(self, epoch: str) -> FollowedHistory:
        history = self._followed_history = FollowedHistory(self.app.limits, epoch)
        return history

    def _make_users(self) -> SharedUsers:
        users = self._shared_users = SharedUsers()
        return users

    @property
    def users(self) -> SharedUsers:
        """Who has signed in here."""
        return self._shared_users

    @property
    def history(self) -> FollowedHistory:
        """What clients may have missed."""
        return self._followed_history

    def open(self, name: str, number: int, members: Sequence[Member], cached: Cached | None) -> None:
        """Follow a channel from the entry of this number on."""
        channel = Channel(name, kind_of(name))
        if channel.kind.has_members:
            channel.presence = roster = SharedPresence()
            for member in members:
                roster.add(member)
        self._channels[name] = channel
        self._history_follows(name, number)
        self._cache_again(name, cached)

    def close(self, name: str) -> None:
        """Follow a channel no more; nobody listens to it."""
        channel = self._channels.pop(name)
        self._counts.forget(channel)
        self._followed_history.unfollow(name)
        self._cache.drop(name)

    def has(self, name: str, listener: Listener) -> bool:
        """Whether a listener has joined a channel."""
        channel = self._channels.get(name)
        return channel is not None and listener in channel

    def happened(self, name: str, number: int, publication: Publication) -> None:
        """Send an event to a followed channel's listeners at the next flush; raises BadMessage."""
        self.published += 1
        self._followed_history.reach(name, number)
        self._publish(name, self._channels[name], publication)

    def whispered(self, name: str, number: int, event: ClientEvent, exclude: str | None) -> None:
        """Send a client's event to a followed channel's other listeners, at the next flush."""
        self._followed_history.reach(name, number)
        if self.onlooker is not None:
            shown = Publication((name,), event.event, event.data, exclude)
            self._show(name, self._channels[name], shown, from_client=True)
        payload = messages.encode(event.event, event.data, name, event.user_id)
        self._add(self._channels[name], payload, exclude)

    def passed(self, name: str, number: int) -> None:
        """Take note of something that no listener is told."""
        self._followed_history.reach(name, number)

    def member_added(self, name: str, number: int, member: Member) -> None:
        """A user has come to a followed channel."""
        self._followed_history.reach(name, number)
        channel = self._channels[name]
        if isinstance(channel.presence, SharedPresence) and channel.presence.add(member):
            self._add(channel, messages.member_added(name, member))

    def member_removed(self, name: str, number: int, user_id: str) -> None:
        """A user has gone from a followed channel."""
        self._followed_history.reach(name, number)
        channel = self._channels[name]
        if isinstance(channel.presence, SharedPresence) and channel.presence.remove(user_id):
            self._add(channel, messages.member_removed(name, user_id))

    def counted(self, name: str, number: int, count: int) -> None:
        """Tell the listeners of a followed channel how many there are in all processes.

        A crowd here is told now and then, however often others count (P-COUNT).
        """
        self._followed_history.reach(name, number)
        channel = self._channels[name]
        channel.connections = count
        if self._counts.changed(channel):
            self._schedule(channel)

    def missed_some(self, name: str, number: int, cached: Cached | None) -> None:
        """Nobody knows what has happened on a followed channel until the entry of this number.

        Those with positions are told that there is a gap. :meth:`arrange` says who is there then.
        """
        channel = self._channels[name]
        self._write_pending(channel)
        self._history_follows(name, number)
        self._cache_again(name, cached)
        if channel.positioned is not None:
            present = self._followed_history.position(name)
            self._schedule(channel)
            channel.positioned.add(frames.text(messages.gap(name)))
            channel.positioned.add(frames.text(messages.position(name, present)))

    def arrange(self, name: str, members: Sequence[Member], *, may_lack_some: bool = False) -> None:
        """Say who is on a followed channel, in their order. The listeners are told of what they do not know.

        Args:
            may_lack_some: Whether others may be there as well, of whom it is not known yet.
        """
        channel = self._channels[name]
        roster = channel.presence
        if not isinstance(roster, SharedPresence):
            return
        if may_lack_some:
            here = {member.user_id for member in members}
            members = [*members, *(member for member in roster.members if member.user_id not in here)]
        self._tell_differences(channel, roster, members)

    def recall(self, name: str, number: int, events: Iterable[PastEvent]) -> None:
        """Take a followed channel's events after a number, which happened before it was followed here."""
        self._followed_history.extend(
            name, number, [self._framed(name, each) for each in events], self._clock()
        )

    def tell(self, kind: Callable[..., Notice], channel: str, **fields: object) -> None:
        """Tell the application something of a channel that it may know of."""
        if self.notify is not None and not kind_of(channel).internal:
            self.notify(kind(channel=channel, **fields))

    def client_event_sent(self, event: ClientEvent, socket_id: str) -> None:
        """Tell the application that a client has sent an event."""
        self.tell(
            ClientEventSent,
            event.channel,
            event=event.event,
            data=event.data,
            socket_id=socket_id,
            user_id=event.user_id,
        )

    def _framed(self, name: str, past: PastEvent) -> Numbered:
        publication = past.publication
        position = self._followed_history.position_at(name, past.number)
        payload = messages.encode(publication.event, publication.data, name, position=position)
        return Numbered(past.number, frames.text(payload), publication.exclude)

    def _history_follows(self, name: str, number: int) -> None:
        self._followed_history.follow(name, number)

    def _cache_again(self, name: str, cached: Cached | None) -> None:
        self._cache.drop(name)
        if cached is not None:
            age = self.app.limits.cache_seconds - cached.seconds_left
            self._cache.put(name, cached.event, cached.data, self._clock() - age)

    def _tell_differences(self, channel: Channel, roster: SharedPresence, members: Sequence[Member]) -> None:
        here = set(members)  # who went and came back may be another one to look at
        for user_id in [member.user_id for member in roster.members if member not in here]:
            roster.remove(user_id)
            self._add(channel, messages.member_removed(channel.name, user_id))
        for member in members:
            if roster.add(member):
                self._add(channel, messages.member_added(channel.name, member))
        roster.arrange(members)

    def _tell(self, channel: Channel, kind: Callable[..., Notice], **fields: object) -> None:
        if kind not in {ChannelOccupied, ChannelVacated}:
            super()._tell(channel, kind, **fields)

    def _vacate(self, channel: Channel) -> None:
        if channel.kind.attended:  # this process's own
            super()._vacate(channel)

    def _count(self, channel: Channel) -> None:
        """Others count the connections of all processes."""

    def _add_count(self, channel: Channel) -> None:
        self._counts.take(channel)
        channel.add(frames.text(messages.subscription_count(channel.name, channel.connections)))
