"""What a node has changed for all, told to the application as one hub would tell it."""

from __future__ import annotations

from onair.engines.base import Changes
from onair.engines.entries import is_own
from onair.hub.following import FollowingHub
from onair.protocol.notices import ChannelOccupied, ChannelVacated, MemberAdded, MemberRemoved


def tell_changes(hub: FollowingHub, channel: str, changes: Changes) -> None:
    """Tell what one op has changed: who is told of a member knows that the channel is occupied."""
    if is_own(channel):
        return
    if changes.occupied:
        hub.tell(ChannelOccupied, channel)
    for user_id in changes.added:
        hub.tell(MemberAdded, channel, user_id=user_id)
    for user_id in changes.removed:
        hub.tell(MemberRemoved, channel, user_id=user_id)
    if changes.vacated:
        hub.tell(ChannelVacated, channel)
