"""The servers in this process, by the id of their app.

A forked child has none: the sockets and the loop stayed with its parent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onair.protocol.member import Member
from onair.protocol.publication import Publication

#: Hands publications of the app to its hub. Any thread may call it; it neither blocks nor raises.
PublishSoon = Callable[[str, Sequence[Publication]], object]

#: Lists the members of an app's presence channel. Any thread may call it; it waits for at most so many
#: seconds, and raises TimeoutError then.
ListMembers = Callable[[str, str, float], Sequence[Member]]

#: Ends a subscription to a channel of live regions: the app's id, the channel, the socket's id, and a last
#: event with its data as JSON text. Any thread may call it; it neither blocks nor raises.
ExpelSoon = Callable[[str, str, str, str, str], object]

#: Whether a socket is one of this process, by its id. Any thread may call it; it neither blocks nor raises.
Holds = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class LocalServer:
    """What code of the same process may ask of an app's server; all but publishing may be missing.

    What is given to it is done in the order of the calls.
    """

    publish_soon: PublishSoon
    list_members: ListMembers | None = None
    expel_soon: ExpelSoon | None = None
    holds: Holds | None = None


_servers: dict[str, LocalServer] = {}


def register(
    app_id: str,
    publish_soon: PublishSoon,
    list_members: ListMembers | None = None,
    expel_soon: ExpelSoon | None = None,
    holds: Holds | None = None,
) -> None:
    """Make the server of this app known to the publishers in this process; the last one counts."""
    _servers[app_id] = LocalServer(publish_soon, list_members, expel_soon, holds)


def unregister(app_id: str) -> None:
    """Forget the server of this app; nothing happens where there is none."""
    _servers.pop(app_id, None)


def find_server(app_id: str) -> LocalServer | None:
    """Return this app's server, None where this process has no such server."""
    return _servers.get(app_id)


def find(app_id: str) -> PublishSoon | None:
    """Return how to hand events to this app's server, None where this process has no such server."""
    server = _servers.get(app_id)
    return None if server is None else server.publish_soon


def find_members(app_id: str) -> ListMembers | None:
    """Return how to ask this app's server who is on a channel, None where this process has no such server."""
    server = _servers.get(app_id)
    return None if server is None else server.list_members


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_servers.clear)
