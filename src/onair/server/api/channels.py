"""``GET channels`` and ``GET channels/NAME``: which are occupied, and what is known of one."""

from __future__ import annotations

from collections.abc import Sequence

from onair.engines.base import State
from onair.engines.node import Later, then
from onair.protocol.names import check_channel, kind_of
from onair.server.api import attributes
from onair.server.api.answers import Answer, found
from onair.server.api.request import Request
from onair.server.server import ServedApp


def occupied(served: ServedApp, request: Request) -> Later[Answer]:
    """The channels that have subscribers, those whose names begin with ``filter_by_prefix``."""
    names = attributes.asked(request.params.get("info"), attributes.COUNTS)
    prefix = request.params.get("filter_by_prefix", "")
    attributes.check_applies(names, prefix, "ask with filter_by_prefix=presence-")

    def described(channels: Sequence[str]) -> Later[Answer]:
        return then(
            attributes.of_all(served.node, channels, names),
            lambda each: found({"channels": dict(zip(channels, each, strict=True))}),
        )

    return then(served.node.occupied(prefix), described)


def one(served: ServedApp, request: Request) -> Later[Answer]:
    """Whether a channel is occupied, and the attributes that are asked for."""
    channel = request.names["channel"]
    check_channel(channel)
    names = attributes.asked(request.params.get("info"), attributes.ALL)
    attributes.check_applies(names, channel, f"{channel} is not one")
    return then(
        _state(served, channel),
        lambda state: found({"occupied": state.count > 0, **attributes.of(state, channel, names)}),
    )


def stats(served: ServedApp, request: Request) -> Later[Answer]:
    """The older form of :func:`one`, which knows no parameters."""
    channel = request.names["channel"]
    check_channel(channel)

    def answer(state: State) -> Answer:
        content: dict[str, object] = {"occupied": state.count > 0}
        if kind_of(channel).has_members:
            content["user_count"] = state.users
        return found(content | {"connection_count": state.count})

    return then(_state(served, channel), answer)


def _state(served: ServedApp, channel: str) -> Later[State]:
    return then(served.node.states((channel,)), lambda states: states[0])
