"""What a node has changed for all, told to the application as one hub would tell it.

A page that reloads leaves one node and comes to another, and that is no news. Whoever leaves last is held
back for some seconds by the node that noticed it, which has a lease on the subject meanwhile, and asks the
engine before it tells. Whoever comes first to another node is not told where somebody has that lease.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial

from onair.engines.base import Changes, Engine, Lease
from onair.engines.entries import is_own
from onair.engines.shared.answers import answer_of
from onair.hub.following import FollowingHub
from onair.protocol.names import kind_of
from onair.protocol.notices import (
    ChannelOccupied,
    ChannelVacated,
    MemberAdded,
    MemberRemoved,
    Notice,
    name_of,
)

#: A notice that somebody is there, or is not any more.
_Coming = ChannelOccupied | MemberAdded
_Leaving = ChannelVacated | MemberRemoved


class Notices:
    """Tells an application what this node has changed.

    Args:
        hub: Which passes notices on.
        engine: What nodes share.
        node: The id of this node.
        held: Seconds that a leaving is held back.
        wants: Whether anybody wants notices of a name, or of its contrary.
    """

    def __init__(
        self, hub: FollowingHub, engine: Engine, node: str, held: float, wants: Callable[[str], bool]
    ) -> None:
        self._hub = hub
        self._engine = engine
        self._node = node
        self._held = math.ceil(held)
        self._wants = wants

    def tell(self, channel: str, changes: Changes) -> None:
        """Tell what one op has changed: who is told of a member knows that the channel is occupied."""
        if is_own(channel) or kind_of(channel).internal:
            return
        if changes.occupied:
            self._has_come(ChannelOccupied(channel))
        for user_id in changes.added:
            self._has_come(MemberAdded(channel, user_id))
        for user_id in changes.removed:
            self._has_left(MemberRemoved(channel, user_id))
        if changes.vacated:
            self._has_left(ChannelVacated(channel))

    def _has_come(self, notice: _Coming) -> None:
        if not self._held:
            self._pass_on(notice)
        elif self._wants(name_of(notice)):
            self._lease(notice, 1).add_done_callback(partial(self._unless_held, notice))

    def _has_left(self, notice: _Leaving) -> None:
        if self._held and self._wants(name_of(notice)):
            self._lease(notice, self._held)
        self._pass_on(notice)

    def _lease(self, notice: _Coming | _Leaving, seconds: int) -> asyncio.Future[bool]:
        subject = getattr(notice, "user_id", "")
        return self._engine.do(Lease(f"left:{notice.channel}:{subject}", self._node, seconds))

    def _unless_held(self, notice: _Coming, lease: asyncio.Future[bool]) -> None:
        if answer_of(lease) is not False:  # where nobody knows, twice is better than never
            self._pass_on(notice)

    def _pass_on(self, notice: Notice) -> None:
        if self._hub.notify is not None:
            self._hub.notify(notice)
