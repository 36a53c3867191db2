"""What processes that follow the same regions tell each other, so that one of them renders for all.

They share no memory and no moment, so a rendering says what it has seen: which changes had happened before it
began. Who gets one shows it, unless it shows something newer.
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from onair.live.rendering import wire
from onair.live.rendering.company import Company
from onair.live.rendering.log import Seen
from onair.live.rendering.region import LiveRegion
from onair.live.rendering.result import RegionRendering
from onair.live.sealing import seal, unseal

#: What is said between processes: which regions one follows, which not any more, and how one was rendered.
FOLLOWED, LEFT, RENDERED = "followed", "left", "rendered"

#: Channels of one line.
MOST_CHANNELS = 500

#: Bytes of a rendering that is told, when it is compressed. A larger one each process makes for itself.
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """A region as another process has rendered it.

    Args:
        seen: what had happened before it began.
        seconds: how long it took, with all of its page.
    """

    rendering: RegionRendering
    seen: Seen
    seconds: float


class Sharing:
    """One process's part in it. But for :meth:`offer`, only on the engine's thread.

    Args:
        tell: hands a line over to all other processes, by a name. Any thread may call it.
        is_on: whether others may have sockets, and hear of what this one hears of.
        has_room: whether what is told leaves at once. A rendering that waits is in the way of what must not
            be lost, and is old when it leaves.
        clock: a steady clock, in seconds.
    """

    def __init__(
        self,
        tell: Callable[[str, bytes], object],
        is_on: Callable[[], bool],
        has_room: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._is_on = is_on
        self._has_room = has_room
        self._clock = clock
        self._company = Company(secrets.token_hex(4), clock)
        #: The regions that another process is to render, which one that is, and until when.
        self._left: dict[str, tuple[str, float]] = {}

    def announce(self, region: LiveRegion) -> None:
        """Say that a region is followed here, once. One visitor's own is nobody else's business."""
        if not region.is_announced and not region.is_personal and self._is_on():
            region.is_announced = True
            self._say(FOLLOWED, [region.channel])

    def announce_again(self, regions: Iterable[LiveRegion]) -> None:
        """Say it of all: others believe it for some time only."""
        if self._is_on():
            self._say(FOLLOWED, [region.channel for region in regions if region.is_announced])

    def withdraw(self, region: LiveRegion) -> None:
        """Say that a region is followed here no more, or cannot be rendered for others."""
        self._left.pop(region.channel, None)
        if region.is_announced:
            region.is_announced = False
            self._company.forget(region.channel)
            self._say(LEFT, [region.channel])

    def has_come(self, process: str, region: LiveRegion) -> None:
        """Another process follows a region; it may not know yet that this one does."""
        if region.is_announced and self._company.come(process, region.channel):
            self._say(FOLLOWED, [region.channel])

    def has_gone(self, process: str, channel: str) -> bool:
        """Another process has left a region. Returns whether that was to render it for this one."""
        self._company.go(process, channel)
        leader, _ = self._left.get(channel, ("", 0.0))
        if leader != process:
            return False
        del self._left[channel]
        return True

    def leave(self, region: LiveRegion, waits: float = 0.0) -> bool:
        """Leave a region that has changed to the process that renders it for all, if that is another one.

        Args:
            waits: seconds since it has changed.
        """
        if region.is_personal or region.behind:
            return False
        leader = self._company.leader(region.channel, str(region.address))
        if leader is None:
            return False
        self._left.setdefault(region.channel, (leader, self._clock() + region.patience - waits))
        return True

    def is_left(self, region: LiveRegion) -> bool:
        """Whether another process is about to render a region for this one."""
        return region.channel in self._left

    def has_got(self, region: LiveRegion) -> None:
        """A region has been rendered, by this process or another one."""
        self._left.pop(region.channel, None)

    def overdue(self) -> list[str]:
        """Return the channels of regions that nobody has rendered for this process in time, once."""
        now = self._clock()
        late = [(channel, leader) for channel, (leader, until) in self._left.items() if until <= now]
        for channel, leader in late:
            del self._left[channel]
            self._company.go(leader, channel)
        return [channel for channel, _ in late]

    @property
    def next_time(self) -> float:
        """When something may be overdue."""
        return min((until for _, until in self._left.values()), default=float("inf"))

    def is_wanted(self, region: LiveRegion) -> bool:
        """Whether another process shows the same region."""
        return not region.is_personal and bool(self._company.others(region.channel))

    def offer(self, offer: Offer) -> None:
        """Let the others have a rendering, unless it would have to wait. From any thread."""
        if not self._has_room():
            return
        line = json.dumps(
            {
                "from": self._company.own,
                "channel": offer.rendering.channel,
                "seen": [offer.seen.time, offer.seen.numbers],
                "seconds": offer.seconds,
                "region": wire.encode(offer.rendering),
            },
            separators=(",", ":"),
        )
        told = zlib.compress(line.encode(), zlib.Z_BEST_SPEED)
        if len(told) <= MOST_BYTES:
            self._tell(RENDERED, seal(told))
        else:
            self._say(LEFT, [offer.rendering.channel])

    def _say(self, name: str, channels: list[str]) -> None:
        for first in range(0, len(channels), MOST_CHANNELS):
            some = channels[first : first + MOST_CHANNELS]
            self._tell(name, seal(json.dumps({"from": self._company.own, "channels": some}).encode()))


def channels_of(line: bytes) -> tuple[str, list[str]]:
    """Return who has said that it follows channels, or has left them, and which.

    Raises:
        NotOurs: no process of this site has said it.
    """
    told = json.loads(unseal(line))
    return told["from"], told["channels"]


def offer_of(line: bytes, is_followed: Callable[[str], bool]) -> tuple[str, Offer | None]:
    """Return who offers a rendering, and the rendering; None where it is of no use here.

    Args:
        is_followed: whether this process follows a channel.

    Raises:
        NotOurs: no process of this site has offered it.
        ValueError: it is of a model that this process does not have.
    """
    told: dict[str, Any] = json.loads(zlib.decompress(unseal(line)))
    if not is_followed(told["channel"]):
        return told["from"], None
    moment, numbers = told["seen"]
    return told["from"], Offer(wire.decode(told["region"]), Seen(moment, numbers), told["seconds"])
