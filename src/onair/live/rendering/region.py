"""A region that somebody looks at, and who does."""

from __future__ import annotations

from dataclasses import dataclass, field

from onair.live.markup import Block
from onair.live.rendering.result import RegionRendering
from onair.live.rendering.viewer import Address, Viewer

#: Seconds between two renderings of a region, at least, and as a multiple of what one takes.
LEAST_PAUSE = 0.05
PAUSE_PER_RENDERING = 10.0


@dataclass(slots=True)
class Subscriber:
    """A socket that listens to a region, or is about to.

    Args:
        version: the digest of the content that the browser has.
        until: when a subscriber is given up that has not come, by the steady clock.
    """

    socket_id: str
    viewer: Viewer
    version: str
    until: float
    has_joined: bool = False
    #: Whether it has asked for the region anew while it listens.
    comes_again: bool = False


@dataclass(slots=True)
class LiveRegion:
    """A region for one audience, with those who look at it."""

    channel: str
    address: Address
    id: str
    rendering: RegionRendering | None = None
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    #: The sockets that may have another content than the region's.
    behind: set[str] = field(default_factory=set)
    is_dirty: bool = False
    is_rendering: bool = False
    is_stale: bool = False
    #: When it may be rendered again, by the steady clock.
    not_before: float = 0.0
    every: float | None = None

    @property
    def tree(self) -> Block | None:
        """Its content, None where it has not been rendered."""
        return None if self.rendering is None else self.rendering.tree

    @property
    def is_due(self) -> bool:
        """Whether it is to be rendered as soon as its pause is over."""
        return self.is_dirty and not self.is_rendering

    def viewer(self) -> Viewer | None:
        """Return one of those who look at it, for whom it is rendered; None where nobody has come yet."""
        joined = (one.viewer for one in self.subscribers.values() if one.has_joined)
        return next(joined, None)

    def rendered(self, began: float, seconds: float) -> None:
        """Pause: at once is soon enough for the first change, and then not more often than it can bear."""
        pause = max(LEAST_PAUSE, PAUSE_PER_RENDERING * seconds)
        if self.rendering is not None:
            pause = max(pause, self.rendering.options.throttle)
            self.every = self.rendering.options.every
        self.not_before = began + pause
