"""The hub: who listens to what, in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from onair.hub.channel import Channel
from onair.hub.listener import Listener
from onair.hub.presence import Presence
from onair.protocol import frames, messages
from onair.protocol.app import App
from onair.protocol.connection import ClientEvent
from onair.protocol.member import Member
from onair.protocol.publication import Publication


class Hub:
    """One app's channels.

    What is published is pending until :meth:`flush`, so that all events of one tick of the event loop
    reach a listener in one write. ``wake`` is called when there is something pending, and not again before
    the flush: it arranges for :meth:`flush` to be called soon. The order of a channel's events, joins and
    leaves is the same for every listener.
    """

    def __init__(self, app: App, *, wake: Callable[[], None]) -> None:
        self.app = app
        self._wake = wake
        self._channels: dict[str, Channel] = {}
        self._unflushed: list[Channel] = []

    def subscribe(self, listener: Listener, channel: str, member: Member | None = None) -> None:
        """Add ``listener`` to a channel, and tell it so; a presence channel has a ``member``.

        The other listeners are told of a user's first connection. Whoever calls has checked that the
        listener may join, and has not joined already.
        """
        joined = self._channels.get(channel)
        if joined is None:
            joined = self._channels[channel] = Channel(channel, None if member is None else Presence())
        joined.flush()  # what was published before is not for the listener
        joined.writes[listener.socket_id] = listener.write
        if joined.presence is None or member is None:
            listener.write(frames.text(messages.subscription_succeeded(channel)))
            return
        if joined.presence.join(listener.socket_id, member):
            self._add(joined, messages.member_added(channel, member), listener.socket_id)
        listener.write(frames.text(messages.subscription_succeeded(channel, joined.presence.members)))

    def unsubscribe(self, listener: Listener, channel: str) -> None:
        """Take ``listener`` out of a channel; it still gets what was published before.

        The others are told when that was a user's last connection. Does nothing where it does not listen.
        """
        left = self._channels.get(channel)
        if left is not None and listener.socket_id in left.writes:
            left.flush()
            self._remove(listener, left)

    def disconnect(self, listener: Listener, channels: Iterable[str]) -> None:
        """Take ``listener``, which is gone, out of its channels without writing to it any more."""
        for name in channels:
            left = self._channels.get(name)
            if left is not None and listener.socket_id in left.writes:
                self._remove(listener, left)

    def publish(self, publication: Publication) -> None:
        """Send an event to the subscribers of its channels, at the next flush."""
        for name in publication.channels:
            channel = self._channels.get(name)
            if channel is not None:
                payload = messages.encode(publication.event, publication.data, name)
                self._add(channel, payload, publication.exclude)

    def client_event(self, listener: Listener, event: ClientEvent) -> None:
        """Send a client's event to the channel's other subscribers, at the next flush."""
        channel = self._channels.get(event.channel)
        if channel is not None:
            payload = messages.encode(event.event, event.data, event.channel, event.user_id)
            self._add(channel, payload, listener.socket_id)

    def flush(self) -> None:
        """Write everything that is pending."""
        unflushed, self._unflushed = self._unflushed, []
        for channel in unflushed:
            channel.flush()

    def channels(self) -> Sequence[str]:
        """The names of the channels that have subscribers."""
        return tuple(self._channels)

    def members(self, channel: str) -> Sequence[Member]:
        """A presence channel's members, each user once, in the order of arrival; another channel has none."""
        found = self._channels.get(channel)
        return () if found is None or found.presence is None else tuple(found.presence.members)

    def subscription_count(self, channel: str) -> int:
        """How many connections listen to a channel."""
        found = self._channels.get(channel)
        return 0 if found is None else len(found.writes)

    def _add(self, channel: Channel, payload: bytes, exclude: str | None) -> None:
        if not channel.pending:
            if not self._unflushed:
                self._wake()
            self._unflushed.append(channel)
        channel.add(frames.text(payload), exclude)

    def _remove(self, listener: Listener, channel: Channel) -> None:
        del channel.writes[listener.socket_id]
        if channel.presence is not None:
            user_id = channel.presence.leave(listener.socket_id)
            if user_id is not None and channel.writes:
                self._add(channel, messages.member_removed(channel.name, user_id), None)
        if not channel.writes:
            del self._channels[channel.name]
