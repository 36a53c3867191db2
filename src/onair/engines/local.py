"""The servers in this process, by the id of their app.

A forked child has none: the sockets and the loop stayed with its parent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from onair.protocol.publication import Publication

#: Hands publications of the app to its hub. Any thread may call it; it neither blocks nor raises.
PublishSoon = Callable[[str, Sequence[Publication]], object]

_servers: dict[str, PublishSoon] = {}


def register(app_id: str, publish_soon: PublishSoon) -> None:
    """Make the server of this app known to the publishers in this process; the last one counts."""
    _servers[app_id] = publish_soon


def unregister(app_id: str) -> None:
    """Forget the server of this app; nothing happens where there is none."""
    _servers.pop(app_id, None)


def find(app_id: str) -> PublishSoon | None:
    """Return how to hand events to this app's server, None where this process has no such server."""
    return _servers.get(app_id)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_servers.clear)
