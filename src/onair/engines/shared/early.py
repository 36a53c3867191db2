"""Who comes to a live region's channel before this process has heard that it will.

A page asks one process which channels its regions have, and has its socket in another, which is told so. On a
busy machine the page may be quicker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from onair.hub import Hub, Listener
from onair.protocol.member import Member
from onair.protocol.messages import Resume

#: Seconds between two looks at whether a listener is expected now.
LOOK = 0.05

#: Looks until it is refused.
MOST_LOOKS = 20


class Early:
    """The listeners that wait for being expected. All in the loop.

    Args:
        hub: Where they are let in, or refused.
        look: Seconds between two looks.
    """

    __slots__ = ("_hub", "_look", "_timers")

    def __init__(self, hub: Hub, look: float = LOOK) -> None:
        self._hub = hub
        self._look = look
        self._timers: dict[tuple[Listener, str], asyncio.TimerHandle] = {}

    def subscribe(
        self, listener: Listener, channel: str, member: Member | None, resume: Resume | None
    ) -> None:
        """Let a listener join as soon as it is expected, or refuse it after some time."""
        self._try((listener, channel), partial(self._hub.subscribe, listener, channel, member, resume), 0)

    def leave(self, listener: Listener, channel: str) -> None:
        """A listener does not want to join any more. It does no harm where it does not wait."""
        timer = self._timers.pop((listener, channel), None)
        if timer is not None:
            timer.cancel()

    def _try(self, who: tuple[Listener, str], subscribe: Callable[[], None], looks: int) -> None:
        self._timers.pop(who, None)
        if looks == MOST_LOOKS or self._hub.admits(*who):
            subscribe()
            return
        loop = asyncio.get_running_loop()
        self._timers[who] = loop.call_later(self._look, self._try, who, subscribe, looks + 1)
