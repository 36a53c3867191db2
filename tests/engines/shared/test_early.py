"""A listener that comes to a live region's channel before it is expected there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from onair.engines.shared.early import MOST_LOOKS, Early
from onair.hub import Attendance, Hub
from tests.hub.listeners import SUCCEEDED, Recorder, hub

LIVE = "private-onair-live-a"
REFUSED = "pusher:subscription_error"


def expecting(live: Hub, is_expected: Callable[[int], bool]) -> list[str]:
    """Let a hub admit who is expected at a look of this number; return who has been looked at."""
    looks: list[str] = []

    def admits(channel: str, socket_id: str) -> bool:
        looks.append(socket_id)
        return is_expected(len(looks))

    live.attendance = Attendance(lambda channel, socket: None, lambda channel, socket: None, admits)
    return looks


def come(live: Hub, *, leaves: bool = False) -> list[str]:
    """Come, and wait until nothing can happen any more; return what the listener was told."""
    anna = Recorder(1)

    async def run() -> None:
        early = Early(live, look=0.0)
        early.subscribe(anna, LIVE, None, None)
        if leaves:
            early.leave(anna, LIVE)
        for _ in range(2 * MOST_LOOKS):  # turns of the loop
            await asyncio.sleep(0)

    asyncio.run(run())
    return anna.events


@pytest.mark.parametrize("at_look", [1, 2, MOST_LOOKS])
def test_it_joins_when_it_is_expected(at_look: int) -> None:
    live = hub()
    expecting(live, lambda look: look >= at_look)
    assert come(live) == [SUCCEEDED]


def test_it_is_refused_when_it_has_waited_in_vain() -> None:
    live = hub()
    expecting(live, lambda look: False)
    assert come(live) == [REFUSED]


def test_who_leaves_before_is_neither_let_in_nor_refused() -> None:
    live = hub()
    looks = expecting(live, lambda look: look > 1)
    assert come(live, leaves=True) == []
    assert looks == ["1.1"]
