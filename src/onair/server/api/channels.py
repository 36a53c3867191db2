"""``GET channels`` and ``GET channels/NAME``: which are occupied, and what is known of one."""

from __future__ import annotations

from onair.protocol.names import check_channel, kind_of
from onair.server.api import attributes
from onair.server.api.answers import Answer, found
from onair.server.api.request import Request
from onair.server.server import ServedApp


def occupied(served: ServedApp, request: Request) -> Answer:
    """The channels that have subscribers, those whose names begin with ``filter_by_prefix``."""
    names = attributes.asked(request.params.get("info"), attributes.COUNTS)
    prefix = request.params.get("filter_by_prefix", "")
    attributes.check_applies(names, prefix, "ask with filter_by_prefix=presence-")
    channels = [channel for channel in served.hub.channels() if channel.startswith(prefix)]
    return found({"channels": {channel: attributes.of(served.hub, channel, names) for channel in channels}})


def one(served: ServedApp, request: Request) -> Answer:
    """Whether a channel is occupied, and the attributes that are asked for."""
    channel = request.names["channel"]
    check_channel(channel)
    names = attributes.asked(request.params.get("info"), attributes.ALL)
    attributes.check_applies(names, channel, f"{channel} is not one")
    return found({"occupied": _is_occupied(served, channel), **attributes.of(served.hub, channel, names)})


def stats(served: ServedApp, request: Request) -> Answer:
    """The older form of :func:`one`, which knows no parameters."""
    channel = request.names["channel"]
    check_channel(channel)
    content: dict[str, object] = {"occupied": _is_occupied(served, channel)}
    if kind_of(channel).has_members:
        content["user_count"] = len(served.hub.members(channel))
    return found(content | {"connection_count": served.hub.subscription_count(channel)})


def _is_occupied(served: ServedApp, channel: str) -> bool:
    return served.hub.subscription_count(channel) > 0
