"""The users of a presence channel, and those who have signed in."""

from __future__ import annotations

from collections.abc import Sequence

from onair.engines.node import Later, then
from onair.protocol.member import Member
from onair.protocol.names import check_channel, check_user_id, kind_of
from onair.server.api import attributes
from onair.server.api.answers import DONE, Answer, found
from onair.server.api.errors import NotPresence
from onair.server.api.request import Request
from onair.server.server import ServedApp

#: What ``info`` can ask about each user; an extension, which other servers pass over.
USER_INFO = ("user_info",)


def of_channel(served: ServedApp, request: Request) -> Later[Answer]:
    """The users on a presence channel, each once; with ``info=user_info`` what the others see of them."""
    channel = request.names["channel"]
    check_channel(channel)
    if not kind_of(channel).has_members:
        raise NotPresence(channel)
    names = attributes.asked(request.params.get("info"), USER_INFO)
    return then(
        served.node.members(channel),
        lambda members: found({"users": [_user(member, names) for member in members]}),
    )


def _user(member: Member, names: Sequence[str]) -> dict[str, object]:
    user: dict[str, object] = {"id": member.user_id}
    return user | {"user_info": member.info_json} if names else user


def terminate(served: ServedApp, request: Request) -> Later[Answer]:
    """Close every connection that is signed in as a user; their clients do not come back by themselves."""
    user_id = request.names["user_id"]
    check_user_id(user_id)
    return then(served.node.terminate(user_id), lambda _: DONE)
