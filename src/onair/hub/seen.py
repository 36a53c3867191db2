"""What somebody who looks on is told of an event that comes by."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Seen(NamedTuple):
    """An event on one channel.

    Args:
        data: JSON text, as it travels.
        listeners: the connections that get it.
        is_spared: whether one that listens does not get it, since it is its own.
        is_kept: whether who comes later gets it.
        from_client: whether a client has sent it.
    """

    channel: str
    event: str
    data: str
    listeners: int
    is_spared: bool
    is_kept: bool
    from_client: bool


#: Told of every event. It must neither raise, nor wait, nor come back to the hub.
Onlooker = Callable[[Seen], object]
