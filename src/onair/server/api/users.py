"""The users of a presence channel, and those who have signed in."""

from __future__ import annotations

from typing import cast

from onair.protocol.errors import Unauthorized
from onair.protocol.names import check_channel, check_user_id, kind_of
from onair.server.api.answers import DONE, Answer, found
from onair.server.api.errors import NotPresence
from onair.server.api.request import Request
from onair.server.server import ServedApp
from onair.server.session import Session


def of_channel(served: ServedApp, request: Request) -> Answer:
    """The ids of the users on a presence channel, each once."""
    channel = request.names["channel"]
    check_channel(channel)
    if not kind_of(channel).has_members:
        raise NotPresence(channel)
    return found({"users": [{"id": member.user_id} for member in served.hub.members(channel)]})


def terminate(served: ServedApp, request: Request) -> Answer:
    """Close every connection that is signed in as a user; their clients do not come back by themselves."""
    user_id = request.names["user_id"]
    check_user_id(user_id)
    for listener in served.hub.connections_of(user_id):
        # The server's listeners are its sessions.
        cast("Session", listener).close(Unauthorized("The user's connections were terminated"))
    return DONE
