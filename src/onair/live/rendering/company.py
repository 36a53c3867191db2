"""Which processes follow the same regions, and which of them renders one for all. Pure."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

#: Seconds for which a process is believed to follow what it has said. It says so again more often than that.
FRESH = 75.0


class Company:
    """The other processes of the site, as far as they follow what this one follows.

    All that follow a region choose the same one to render it, without asking. Where they do not know of each
    other yet, two render it: that costs time, and nothing else.

    Args:
        own: what this process is called.
        clock: a steady clock, in seconds.
    """

    def __init__(self, own: str, clock: Callable[[], float]) -> None:
        self.own = own
        self._clock = clock
        #: Until when a process is believed, by channel and process.
        self._there: dict[str, dict[str, float]] = {}

    def come(self, process: str, channel: str) -> bool:
        """A process follows a channel. Returns whether that is news."""
        there = self._there.setdefault(channel, {})
        is_news = there.get(process, 0.0) <= self._clock()
        there[process] = self._clock() + FRESH
        return is_news

    def go(self, process: str, channel: str) -> None:
        """A process does not follow a channel any more, or is not believed to render it."""
        there = self._there.get(channel, {})
        there.pop(process, None)
        if not there:
            self._there.pop(channel, None)

    def forget(self, channel: str) -> None:
        """This process does not follow a channel any more."""
        self._there.pop(channel, None)

    def others(self, channel: str) -> list[str]:
        """Return the other processes that follow a channel."""
        now = self._clock()
        return [process for process, until in self._there.get(channel, {}).items() if until > now]

    def leader(self, channel: str, page: str) -> str | None:
        """Return which other process renders the region of a channel; None where this one does.

        Args:
            page: what the region is on: those of one page are rendered together.
        """
        first = min([self.own, *self.others(channel)], key=lambda process: _rank(process, page))
        return None if first == self.own else first


def _rank(process: str, page: str) -> bytes:
    return blake2b(f"{process}\n{page}".encode(errors="surrogatepass"), digest_size=8).digest()
