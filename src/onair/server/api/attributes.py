"""What ``info`` can ask about a channel."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from onair.hub import Hub
from onair.protocol.names import ChannelKind, kind_of
from onair.server.api.errors import AttributeNotApplicable, UnknownAttribute


class Attribute(NamedTuple):
    """One of a channel's attributes: its value, which channels have it, and how those are called."""

    value: Callable[[Hub, str], object]
    applies: Callable[[ChannelKind], bool]
    needed: str = ""


def _user_count(hub: Hub, channel: str) -> int:
    return len(hub.members(channel))


def _cache(hub: Hub, channel: str) -> Mapping[str, Any] | None:
    cached = hub.cached(channel)
    return None if cached is None else {"data": cached.data, "ttl": math.ceil(cached.seconds_left)}


#: What is counted of a channel.
COUNTS: Mapping[str, Attribute] = {
    "user_count": Attribute(_user_count, lambda kind: kind.has_members, "presence"),
    "subscription_count": Attribute(Hub.subscription_count, lambda kind: True),
}

#: What is known of one channel.
ALL: Mapping[str, Attribute] = {**COUNTS, "cache": Attribute(_cache, lambda kind: kind.cached, "cache")}


def asked(info: str | None, known: Collection[str]) -> Sequence[str]:
    """The names in a list with commas. Raises UnknownAttribute."""
    if not info:
        return ()
    names = [name.strip() for name in info.split(",")]
    for name in names:
        if name not in known:
            raise UnknownAttribute(name, known)
    return names


def check_applies(names: Sequence[str], channels: str, remedy: str) -> None:
    """Raise AttributeNotApplicable unless channels whose names begin so have all of these attributes."""
    kind = kind_of(channels)
    for name in names:
        if not ALL[name].applies(kind):
            raise AttributeNotApplicable(name, ALL[name].needed, remedy)


def of(hub: Hub, channel: str, names: Sequence[str]) -> dict[str, object]:
    """The channel's attributes of these names, those that it has."""
    kind = kind_of(channel)
    return {name: ALL[name].value(hub, channel) for name in names if ALL[name].applies(kind)}
