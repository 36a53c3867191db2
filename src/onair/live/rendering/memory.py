"""What was rendered lately: a page that has just been loaded listens without being rendered again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from onair.live.matching.reads import ReadSet
from onair.live.rendering.log import Position
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.rendering.viewer import Address, Viewer

#: Regions, and viewers of pages, that are remembered.
MAX_REGIONS = 2_000
MAX_VIEWERS = 10_000

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Remembered:
    """A region as it was rendered, and where the change log ended before its first query."""

    rendering: RegionRendering
    position: Position


@dataclass(frozen=True, slots=True)
class Access:
    """What a viewer may see of a page.

    Args:
        read_set: what decided it.
        position: where the change log ended before.
        channels: of the regions that were rendered, by their ids.
        viewer: who that is, as far as the page has asked.
    """

    read_set: ReadSet
    position: Position
    channels: Mapping[str, str]
    viewer: Viewer


def access_of(page: PageRendering) -> Access:
    """Return what the viewer may see of a page that was rendered."""
    channels = {region.id: region.channel for region in page.regions.values()}
    return Access(page.access, page.access_since, channels, page.viewer)


class _Latest(Generic[_Key, _Value]):
    """The values that were put last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()

    def put(self, key: _Key, value: _Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, key: _Key) -> _Value | None:
        return self._values.get(key)

    def drop(self, key: _Key) -> None:
        self._values.pop(key, None)

    def clear(self) -> None:
        self._values.clear()


class Memory:
    """The renderings of late. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._regions: _Latest[str, Remembered] = _Latest(MAX_REGIONS)
        self._accesses: _Latest[tuple[Address, Viewer], Access] = _Latest(MAX_VIEWERS)

    def remember(self, page: PageRendering) -> None:
        """Remember a page's regions, and that its viewer may see it."""
        with self._lock:
            self._remember_access(page)
            for region in page.regions.values():
                self._regions.put(region.channel, Remembered(region, page.position))

    def _remember_access(self, page: PageRendering) -> None:
        for viewer in (page.viewer.together(), page.viewer.alone()):
            self._accesses.drop((page.address, viewer))
        if page.is_all_seen:
            self._accesses.put((page.address, page.viewer), access_of(page))

    def region(self, channel: str) -> Remembered | None:
        """Return how the region of a channel was rendered last, if that is known."""
        with self._lock:
            return self._regions.get(channel)

    def access(self, address: Address, viewer: Viewer) -> Access | None:
        """Return why a viewer may see a page, if that is known: for what it is as a browser, or for all."""
        with self._lock:
            return self._accesses.get((address, viewer.alone())) or self._accesses.get((address, viewer))

    def refuse(self, address: Address, viewer: Viewer) -> None:
        """A viewer may not see a page any more."""
        with self._lock:
            for one in (viewer.together(), viewer.alone()):
                self._accesses.drop((address, one))

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._regions.clear()
            self._accesses.clear()
