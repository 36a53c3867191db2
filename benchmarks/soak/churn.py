"""Pages that come, join, leave and go, on channels that nobody has used before."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import NamedTuple

from benchmarks.chaos.crowd import until
from benchmarks.chaos.following import PRESENCE
from benchmarks.chaos.http_api import HttpApi, Unanswered
from benchmarks.chaos.ledger import Mark
from benchmarks.chaos.page import Address, Page
from benchmarks.chaos.publishers import publish

#: What every channel's name has in it.
NAME = "soak-"

#: Channels that are in use at a time, and after how many steps they are others.
CHANNELS = 200
GENERATION = 500

#: Each third channel is a room.
ROOMS = 3

#: One of so many steps publishes an event.
PUBLISHING = 4

#: The most channels that a page is on.
MOST = 5


class Done(NamedTuple):
    """What was done, in numbers."""

    pages: int
    channels: int
    events: int


class Churn:
    """Some pages, and steps that change them.

    Args:
        address: Of the server.
        api: Over which events are published.
        pages: How many there are at a time.
        chance: Throws dice.
    """

    def __init__(self, address: Address, api: HttpApi, pages: int, chance: random.Random) -> None:
        self._address = address
        self._api = api
        self._chance = chance
        self._steps = 0
        self._opened = 0
        self._events = 0
        self._names: set[str] = set()
        self._pages = [self._new_page() for _ in range(pages)]

    @property
    def done(self) -> Done:
        return Done(self._opened, len(self._names), self._events)

    async def run(self, seconds: float, rate: float, patience: float) -> None:
        """Take so many steps a second for some time; first all pages join, in the end all go."""
        for page in self._pages:
            page.open()
        await until(lambda: all(page.is_joined for page in self._pages), "all join", patience)
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await self._step()
            await asyncio.sleep(1 / rate)
        for page in self._pages:
            page.close()

    async def _step(self) -> None:
        self._steps += 1
        if self._steps % PUBLISHING == 0:
            await self._publish()
            return
        index = self._chance.randrange(len(self._pages))
        page = self._pages[index]
        joined = [name for name, following in page.following.items() if following.is_joined]
        choice = self._chance.random()
        if choice < 0.4:
            page.close()
            self._pages[index] = self._new_page()
            self._pages[index].open()
        elif choice < 0.7 and len(page.following) < MOST:
            page.join(self._new_name())
        elif len(joined) > 1:
            page.leave(joined[0])

    async def _publish(self) -> None:
        page = self._chance.choice(self._pages)
        with suppress(Unanswered):
            await publish(self._api, next(iter(page.following)), Mark(0, self._events))
        self._events += 1

    def _new_page(self) -> Page:
        self._opened += 1
        names = [self._new_name() for _ in range(self._chance.randint(1, 3))]
        return Page(self._address, f"user-{self._chance.randrange(1_000_000)}", names, self._chance)

    def _new_name(self) -> str:
        number = self._chance.randrange(CHANNELS)
        name = f"{NAME}{self._steps // GENERATION}-{number}"
        self._names.add(name)
        return f"{PRESENCE}{name}" if number % ROOMS == 0 else name
