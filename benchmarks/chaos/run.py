"""One run: processes, pages and publishers, something that goes wrong, and what came of it."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos import plain
from benchmarks.chaos.counting import Wrong, agree
from benchmarks.chaos.crowd import CHANNELS, PUBLIC, Crowd, TooSlow
from benchmarks.chaos.http_api import HttpApi
from benchmarks.chaos.ledger import Ledger, Mark, Tally
from benchmarks.chaos.plain import PlainPages
from benchmarks.chaos.publishers import ApiPublisher, SitePublisher, sign_off
from benchmarks.chaos.scenarios import Scenario, Stage
from benchmarks.chaos.stores import STORES
from benchmarks.chaos.workers import APP_ID, CREDENTIAL, SECRET_KEY, Workers

#: How many programs publish over the API. The site's process has the number after theirs, the end the next.
API_PUBLISHERS = 4

#: The share of pages that are cut off meanwhile. Half of them do not come back.
CUT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is done, and for how long.

    Args:
        pages: That follow positions.
        plain: Pages with pusher-js.
        rate: Events in a second, of all publishers together.
        before: Seconds of publishing before anything goes wrong.
        after: Seconds of publishing after it is over.
        down: Seconds between the end of a server that is restarted, and its start.
        pause: Seconds for which a server stands still.
        patience: Seconds after which what should happen will not.
    """

    pages: int
    plain: int
    rate: float
    before: float
    after: float
    down: float
    pause: float
    patience: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run.

    Attributes:
        pages: What those got that follow positions.
        plain: What those with pusher-js got; None where there were none.
        acknowledged: Events.
        unknown: Events of which nobody said whether they were published.
        reconnections: Of pages that follow positions.
        settled: Seconds from when it was over until members and counts were right; None where they were not.
        faults: What should not have been, in words.
    """

    pages: Tally
    plain: Tally | None
    acknowledged: int
    unknown: int
    reconnections: int
    settled: float | None
    faults: Sequence[str]

    @property
    def is_good(self) -> bool:
        return not self.faults

    @classmethod
    def failed(cls, error: Exception) -> Outcome:
        """Of a run that came to no end."""
        return cls(
            pages=Tally(),
            plain=None,
            acknowledged=0,
            unknown=0,
            reconnections=0,
            settled=None,
            faults=[str(error)],
        )


async def run(scenario: Scenario, store_name: str, workers: int, effort: Effort, seed: int) -> Outcome:
    """Play a scenario with so many workers that share a store.

    Raises:
        TooSlow: Something did not start.
        NotPublished: The site's process could not publish all.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onair-chaos-")))
        store = STORES[store_name](folder)
        stack.callback(store.stop)
        store.start()
        served = Workers(store.url, workers, folder)
        stack.callback(served.stop)
        await served.start()
        crowd = Crowd(served.address, effort.pages, random.Random(seed))
        stack.callback(crowd.close)
        await crowd.connect(effort.patience)
        pages = await stack.enter_async_context(_plain_pages(served, effort.plain))
        play = _Play(scenario, effort, Stage(served, store, crowd, effort.down, effort.pause), pages)
        return await play.act()


@asynccontextmanager
async def _plain_pages(served: Workers, count: int) -> AsyncIterator[PlainPages | None]:
    if not count or not plain.is_installed():
        yield None
        return
    pages = PlainPages(served.address, [PUBLIC[number % len(PUBLIC)] for number in range(count)])
    try:
        await pages.start()
        yield pages
    finally:
        pages.kill()


class _Play:
    """A scenario on its stage."""

    def __init__(self, scenario: Scenario, effort: Effort, stage: Stage, pages: PlainPages | None) -> None:
        self._scenario = scenario
        self._effort = effort
        self._stage = stage
        self._plain = pages
        self._ledger = Ledger()
        self._faults: list[str] = []

    async def act(self) -> Outcome:
        crowd = self._stage.crowd
        async with self._publishing():
            await asyncio.sleep(self._effort.before)
            await asyncio.gather(self._scenario.strike(self._stage), self._cut_some())
            settled, _ = await asyncio.gather(self._settle(), asyncio.sleep(self._effort.after))
        await self._hear_all()
        await self._settle()
        tally = crowd.judge(self._ledger)
        self._judge(tally)
        return Outcome(
            pages=tally,
            plain=None if self._plain is None else await self._plain.judge(self._ledger),
            acknowledged=self._ledger.count(),
            unknown=self._ledger.unknown,
            reconnections=crowd.reconnections,
            settled=settled,
            faults=self._faults,
        )

    async def _cut_some(self) -> None:
        """Cut off some pages while it goes wrong."""
        await asyncio.sleep(self._effort.down / 2)
        self._stage.crowd.cut(CUT)

    @asynccontextmanager
    async def _publishing(self) -> AsyncIterator[None]:
        """Publish steadily, and know in the end what was acknowledged."""
        address, store = self._stage.workers.address, self._stage.store
        pause = (API_PUBLISHERS + 1) / self._effort.rate
        url = (
            store.url or f"http://{CREDENTIAL.key}:{CREDENTIAL.secret}@127.0.0.1:{address.port}/apps/{APP_ID}"
        )
        site = SitePublisher(API_PUBLISHERS, SECRET_KEY, {"URL": url}, CHANNELS, pause)
        try:
            await site.start()
            publishers = [
                ApiPublisher(number, HttpApi(address, APP_ID), _turned(number), pause, self._ledger)
                for number in range(API_PUBLISHERS)
            ]
            yield
            for publisher in publishers:
                await publisher.stop()
            await site.stop(self._ledger)
        finally:
            site.kill()

    async def _hear_all(self) -> None:
        """Wait until every page is back and has heard the last event."""
        crowd, patience = self._stage.crowd, self._effort.patience
        try:
            await crowd.come_back(patience)
            await crowd.hear(await self._sign_off(patience), patience)
        except (TooSlow, TimeoutError) as error:
            self._faults.append(str(error) or "The last events were not acknowledged")

    async def _sign_off(self, patience: float) -> Mapping[str, Mark]:
        """Publish a last event on each channel."""
        api = HttpApi(self._stage.workers.address, APP_ID)
        try:
            async with asyncio.timeout(patience):
                return await sign_off(api, API_PUBLISHERS + 1, CHANNELS, self._ledger)
        finally:
            api.close()

    async def _settle(self) -> float | None:
        """Wait until counts and members are right. Return after how many seconds they were."""
        address, crowd = self._stage.workers.address, self._stage.crowd
        try:
            return await agree(address, APP_ID, crowd, self._plain, self._effort.patience)
        except Wrong as error:
            self._faults.append(f"Counts were wrong for {self._effort.patience:g} s: {error}")
            return None

    def _judge(self, tally: Tally) -> None:
        if not tally.is_whole:
            self._faults.append(f"Not all, in order, once: {tally}")
        if tally.gaps and not self._scenario.forgets:
            self._faults.append(f"{tally.gaps} gaps were told, {tally.told} events behind them")
        self._faults += {f"A page was refused: {refusal}" for refusal in self._stage.crowd.refusals}


def _turned(number: int) -> Sequence[str]:
    """The channels, from another one on for each publisher."""
    start = number * len(CHANNELS) // API_PUBLISHERS
    return [*CHANNELS[start:], *CHANNELS[:start]]
