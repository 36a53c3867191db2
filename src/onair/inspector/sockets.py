"""What the sockets of this process say of themselves."""

from __future__ import annotations

from heapq import nlargest
from itertools import islice

from onair.hub.channel import Channel
from onair.inspector.record import MOST_SHOWN, ChannelView, ConnectionView, Sockets
from onair.inspector.regions import Regions
from onair.server.fallback.session import FallbackSession
from onair.server.server import ServedApp, Server
from onair.server.session import Session

#: Channels and members of one connection or channel that are told.
MOST_NAMES = 50


def read(server: Server, served: ServedApp, regions: Regions, rates: tuple[int, ...]) -> Sockets:
    """Return what an app's sockets say of themselves. In the server's loop.

    Args:
        regions: the live regions that are followed here.
        rates: messages delivered in the last seconds.
    """
    channels = [channel for channel in served.hub.held() if not channel.kind.internal]
    return Sockets(
        connection_count=len(served.sessions),
        connections=tuple(_connection(session) for session in islice(served.sessions.values(), MOST_SHOWN)),
        channel_count=len(channels),
        channels=tuple(_channel(channel) for channel in nlargest(MOST_SHOWN, channels, key=len)),
        published=served.hub.published,
        delivered=served.hub.delivered,
        slow_readers=server.counters.slow_readers[served.app.id],
        region_count=regions.total,
        regions=regions.views,
        rates=rates,
    )


def count(server: Server, served: ServedApp) -> Sockets:
    """Return the numbers alone, where nobody looks."""
    return Sockets(
        connection_count=len(served.sessions),
        connections=(),
        channel_count=sum(1 for channel in served.hub.held() if not channel.kind.internal),
        channels=(),
        published=served.hub.published,
        delivered=served.hub.delivered,
        slow_readers=server.counters.slow_readers[served.app.id],
        region_count=0,
        regions=(),
    )


def _connection(session: Session) -> ConnectionView:
    state = session.connection
    user = None if state is None or state.user is None else state.user.id
    names = () if state is None else tuple(islice(state.subscriptions, MOST_NAMES))
    transport = "fallback" if isinstance(session, FallbackSession) else "websocket"
    return ConnectionView(session.socket_id, transport, user, names, session.waiting())


def _channel(channel: Channel) -> ChannelView:
    members = None if channel.presence is None else channel.presence.members
    ids = None if members is None else tuple(member.user_id for member in islice(members, MOST_NAMES))
    return ChannelView(channel.name, channel.kind.prefix, len(channel), ids)
