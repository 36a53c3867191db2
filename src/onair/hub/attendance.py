"""Who is told of the subscriptions to the channels of live regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Attendance(NamedTuple):
    """Three calls, each with the channel's name and a socket's id.

    They must neither raise, nor wait, nor come back to the hub. What is published to the channel after
    ``joined`` reaches the socket; after ``left``, which follows a disconnect as well, nothing does.

    ``admits`` is asked before: a signature outlives the right that it was given for.
    """

    joined: Callable[[str, str], object]
    left: Callable[[str, str], object]
    admits: Callable[[str, str], bool] = lambda channel, socket_id: True
