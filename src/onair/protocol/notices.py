"""What a server notices, and tells an application: by webhooks, and in one process by signals.

Each encodes as the event of a webhook (docs: server_api/webhooks), its ``name`` included.
"""

from __future__ import annotations

import msgspec


class ChannelOccupied(msgspec.Struct, frozen=True, tag_field="name", tag="channel_occupied"):
    """A channel has its first subscriber."""

    channel: str


class ChannelVacated(msgspec.Struct, frozen=True, tag_field="name", tag="channel_vacated"):
    """A channel's last subscriber has gone."""

    channel: str


class MemberAdded(msgspec.Struct, frozen=True, tag_field="name", tag="member_added"):
    """A user has joined a presence channel, by the first connection."""

    channel: str
    user_id: str


class MemberRemoved(msgspec.Struct, frozen=True, tag_field="name", tag="member_removed"):
    """A user has left a presence channel: the last connection has gone."""

    channel: str
    user_id: str


class ClientEventSent(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="name", tag="client_event"):
    """A client has sent an event; ``data`` is JSON text, ``user_id`` is set on presence channels."""

    channel: str
    event: str
    data: str
    socket_id: str
    user_id: str | None = None


class CacheMissed(msgspec.Struct, frozen=True, tag_field="name", tag="cache_miss"):
    """A client has joined a cache channel that has no event to give.

    Told once while the channel is occupied, until it has an event.
    """

    channel: str


class SubscriptionsCounted(msgspec.Struct, frozen=True, tag_field="name", tag="subscription_count"):
    """How many connections a channel has, as its subscribers were told."""

    channel: str
    subscription_count: int


Notice = (
    ChannelOccupied
    | ChannelVacated
    | MemberAdded
    | MemberRemoved
    | ClientEventSent
    | CacheMissed
    | SubscriptionsCounted
)


def name_of(notice: Notice) -> str:
    """Return the name of a notice, as a webhook has it."""
    return str(type(notice).__struct_config__.tag)


#: The name of each kind of notice, as a webhook has it.
NOTICE_NAMES = frozenset(
    {
        "channel_occupied",
        "channel_vacated",
        "member_added",
        "member_removed",
        "client_event",
        "cache_miss",
        "subscription_count",
    }
)
