"""What ``info`` can ask about a channel."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from onair.engines.base import State
from onair.engines.entries import event_of
from onair.engines.node import Later, Node, then
from onair.protocol.names import ChannelKind, kind_of
from onair.server.api.errors import AttributeNotApplicable, UnknownAttribute


class Attribute(NamedTuple):
    """One of a channel's attributes: its value, which channels have it, and how those are called."""

    value: Callable[[State], object]
    applies: Callable[[ChannelKind], bool]
    needed: str = ""


def _user_count(state: State) -> int:
    return state.users


def _subscription_count(state: State) -> int:
    return state.count


def _cache(state: State) -> Mapping[str, Any] | None:
    kept = state.kept
    return None if kept is None else {"data": event_of(kept.body).data, "ttl": math.ceil(kept.seconds_left)}


#: What is counted of a channel.
COUNTS: Mapping[str, Attribute] = {
    "user_count": Attribute(_user_count, lambda kind: kind.has_members, "presence"),
    "subscription_count": Attribute(_subscription_count, lambda kind: True),
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


def of(state: State, channel: str, names: Sequence[str]) -> dict[str, object]:
    """The channel's attributes of these names, those that it has."""
    kind = kind_of(channel)
    return {name: ALL[name].value(state) for name in names if ALL[name].applies(kind)}


def of_all(node: Node, channels: Sequence[str], names: Sequence[str]) -> Later[list[dict[str, object]]]:
    """The attributes of several channels, in their order."""
    if not names:
        return [{} for _ in channels]
    return then(
        node.states(channels),
        lambda states: [of(state, name, names) for state, name in zip(states, channels, strict=True)],
    )
