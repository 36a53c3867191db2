"""Thousands of pages in one process, and the truth about them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from benchmarks.chaos.following import PRESENCE
from benchmarks.chaos.ledger import Ledger, Mark, Seen, Tally
from benchmarks.chaos.page import Address, Page

PUBLIC = tuple(f"news-{number}" for number in range(16))
ROOMS = tuple(f"{PRESENCE}room-{number}" for number in range(4))
CHANNELS = (*PUBLIC, *ROOMS)

#: One of so many pages is in a room, too; of two pages in a row one user.
IN_ROOMS = 4
PAGES_OF_A_USER = 2

#: Pages that connect at a time.
GROUP = 100

#: How far from the end of what came the last event may be: others are published at the same time.
LAST = 100

#: Seconds between two looks at what is awaited.
LOOK = 0.05


class TooSlow(Exception):
    """What was awaited has not happened in time."""


async def until(condition: Callable[[], object], what: str, patience: float) -> None:
    """Wait for something.

    Raises:
        TooSlow: It has not happened within the seconds of ``patience``.
    """
    try:
        async with asyncio.timeout(patience):
            while not condition():  # noqa: ASYNC110 # it may happen in another process
                await asyncio.sleep(LOOK)
    except TimeoutError:
        raise TooSlow(f"In {patience:g} s it did not come to pass that {what}") from None


class Crowd:
    """Pages, each on a public channel, and every fourth in a room.

    Args:
        address: Of the server.
        count: Of the pages.
        chance: Throws dice.
    """

    def __init__(self, address: Address, count: int, chance: random.Random) -> None:
        self.pages = [Page(address, *_place_of(number), chance) for number in range(count)]
        self._chance = chance
        self._sweeper: asyncio.Task[None] | None = None

    async def connect(self, patience: float) -> None:
        """Connect all, and wait until each has joined its channels."""
        self._sweeper = asyncio.create_task(self._sweep())
        for start in range(0, len(self.pages), GROUP):
            group = self.pages[start : start + GROUP]
            for page in group:
                page.open()
            await until(partial(_have_joined, group), "all join", patience)

    async def come_back(self, patience: float) -> None:
        """Wait until all that stay have joined their channels."""
        await until(
            lambda: _have_joined([page for page in self.staying if not page.refusal]),
            "all pages are back",
            patience,
        )

    async def hear(self, last: Mapping[str, Mark], patience: float) -> None:
        """Wait until the last event of each channel has come to each page that stays."""
        waiting = [
            (last[channel], following.seen)
            for page in self.staying
            for channel, following in page.following.items()
            if not page.refusal
        ]

        def have_heard() -> bool:
            waiting[:] = [(mark, seen) for mark, seen in waiting if mark not in seen[-LAST:]]
            return not waiting

        await until(have_heard, "every page has heard the last event", patience)

    def cut(self, share: float) -> None:
        """Cut off some pages, every second of which is closed for good."""
        for number, page in enumerate(self._chance.sample(self.pages, int(len(self.pages) * share))):
            page.comes_back = number % 2 == 0
            page.cut()

    def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        for page in self.pages:
            page.close()

    @property
    def staying(self) -> Sequence[Page]:
        """The pages that are there, or come back."""
        return [page for page in self.pages if page.comes_back or page.is_joined]

    @property
    def reconnections(self) -> int:
        return sum(page.reconnections for page in self.pages)

    @property
    def refusals(self) -> Sequence[str]:
        """Why the server does not have pages that want to stay."""
        return [page.refusal for page in self.pages if page.refusal]

    def counts(self) -> Mapping[str, int]:
        """How many pages are on each channel."""
        return Counter(
            channel for page in self.pages for channel, each in page.following.items() if each.is_joined
        )

    def users(self) -> Mapping[str, set[str]]:
        """Who is in each room."""
        users: dict[str, set[str]] = defaultdict(set)
        for page, channel in self._joined():
            if channel.startswith(PRESENCE):
                users[channel].add(page.user_id)
        return users

    def wrong_rosters(self) -> int:
        """How many pages see other members in their room than there are."""
        users = self.users()
        return sum(
            page.following[channel].members != users[channel]
            for page, channel in self._joined()
            if channel.startswith(PRESENCE)
        )

    def judge(self, ledger: Ledger) -> Tally:
        """What the pages got that have stayed."""
        seen: dict[str, list[Seen]] = defaultdict(list)
        for page in self.staying:
            for channel, following in page.following.items():
                seen[channel].append(following.seen)
        return Tally.of(ledger.judge(channel, subscriptions) for channel, subscriptions in seen.items())

    def _joined(self) -> Iterator[tuple[Page, str]]:
        for page in self.pages:
            yield from ((page, channel) for channel, each in page.following.items() if each.is_joined)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            now = loop.time()
            for page in self.pages:
                page.check(now)


def _have_joined(pages: Sequence[Page]) -> bool:
    return all(page.is_joined for page in pages)


def _place_of(number: int) -> tuple[str, list[str]]:
    """Whose page it is, and the channels that it follows."""
    channels = [PUBLIC[number % len(PUBLIC)]]
    turn, is_outside = divmod(number, IN_ROOMS)
    if not is_outside:
        channels.append(ROOMS[turn // PAGES_OF_A_USER % len(ROOMS)])
    return f"user-{turn // PAGES_OF_A_USER}", channels
