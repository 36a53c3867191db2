"""A region that somebody looks at, and who does."""

from __future__ import annotations

from dataclasses import dataclass, field

from onair.live.markup import Block
from onair.live.rendering.log import Position, Seen
from onair.live.rendering.result import RegionRendering
from onair.live.rendering.viewer import Address, Viewer

#: Seconds between two renderings of a region, at least, and as a multiple of what one takes.
LEAST_PAUSE = 0.05
PAUSE_PER_RENDERING = 10.0

#: Seconds until a region is tried again that could not be rendered: twice as many each time, to the longest.
PAUSE_AFTER_FAILURE = 2.0
LONGEST_PAUSE = 60.0

#: Seconds that another process has to render a region for this one, at least, and more where it takes long.
PATIENCE_WITH_OTHERS = 1.0


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
    #: Where the change log ended before its last rendering.
    position: Position | None = None
    #: What had happened before it, where this process or another one has rendered it again.
    seen: Seen | None = None
    #: Whether another process has rendered it so.
    is_adopted: bool = False
    #: Whether the other processes know that it is followed here.
    is_announced: bool = False
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    #: The sockets that may have another content than the region's.
    behind: set[str] = field(default_factory=set)
    is_rendering: bool = False
    #: How often in a row it could not be rendered.
    failures: int = 0
    #: When it may be rendered again, by the steady clock.
    not_before: float = 0.0
    #: How often it was rendered again, and how long that took last, in seconds, with all of its page.
    renderings: int = 0
    seconds: float | None = None

    @property
    def tree(self) -> Block | None:
        """Its content, None where it has not been rendered."""
        return None if self.rendering is None else self.rendering.tree

    @property
    def is_ready(self) -> bool:
        """Whether it can be rendered: somebody is there for whom, and nobody is at it."""
        return not self.is_rendering and self.viewer() is not None

    @property
    def is_personal(self) -> bool:
        """Whether it is one visitor's alone, or nobody knows yet."""
        return self.rendering is None or self.rendering.reads.audience.is_personal

    @property
    def patience(self) -> float:
        """Seconds that another process has to render it for this one: it may have to pause before."""
        pause = 0.0 if self.rendering is None else self.rendering.options.throttle
        return PATIENCE_WITH_OTHERS + pause + (PAUSE_PER_RENDERING + 2) * (self.seconds or 0.0)

    @property
    def next_time(self) -> float:
        """When it is rendered without a change; never, where its tag does not say so."""
        every = None if self.rendering is None else self.rendering.options.every
        return self.not_before + every if every else float("inf")

    def viewer(self) -> Viewer | None:
        """Return one of those who look at it, for whom it is rendered; None where nobody has come yet."""
        joined = (one.viewer for one in self.subscribers.values() if one.has_joined)
        return next(joined, None)

    def rendered(self, began: float, seconds: float) -> None:
        """It was rendered here."""
        self.pause(began, seconds)
        self.renderings += 1

    def pause(self, began: float, seconds: float) -> None:
        """Pause: at once is soon enough for the first change, and then not more often than it can bear."""
        pause = max(LEAST_PAUSE, PAUSE_PER_RENDERING * seconds)
        if self.rendering is not None:
            pause = max(pause, self.rendering.options.throttle)
        self.not_before = began + pause
        self.seconds = seconds

    def failed(self, now: float) -> None:
        """Wait longer after each failure."""
        self.failures += 1
        self.not_before = now + min(LONGEST_PAUSE, PAUSE_AFTER_FAILURE * 2 ** (self.failures - 1))
