"""The servers in this process, by the id of their app.

A forked child has none: the sockets and the loop stayed with its parent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from onair.protocol.member import Member
from onair.protocol.publication import Publication

#: Hands publications of the app to its hub. Any thread may call it; it neither blocks nor raises.
PublishSoon = Callable[[str, Sequence[Publication]], object]

#: Lists the members of an app's presence channel. Any thread may call it; it waits for at most so many
#: seconds, and raises TimeoutError then.
ListMembers = Callable[[str, str, float], Sequence[Member]]

_servers: dict[str, PublishSoon] = {}
_listings: dict[str, ListMembers] = {}


def register(app_id: str, publish_soon: PublishSoon, list_members: ListMembers | None = None) -> None:
    """Make the server of this app known to the publishers in this process; the last one counts."""
    _servers[app_id] = publish_soon
    if list_members is not None:
        _listings[app_id] = list_members


def unregister(app_id: str) -> None:
    """Forget the server of this app; nothing happens where there is none."""
    _servers.pop(app_id, None)
    _listings.pop(app_id, None)


def find(app_id: str) -> PublishSoon | None:
    """Return how to hand events to this app's server, None where this process has no such server."""
    return _servers.get(app_id)


def find_members(app_id: str) -> ListMembers | None:
    """Return how to ask this app's server who is on a channel, None where this process has no such server."""
    return _listings.get(app_id)


def _forget() -> None:
    _servers.clear()
    _listings.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
