"""Who publishes steadily: programs over the HTTP API, and a Django process by ``onair.publish()``."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from benchmarks.chaos.following import EVENT
from benchmarks.chaos.http_api import OK, HttpApi, Unanswered
from benchmarks.chaos.ledger import Ledger, Mark
from benchmarks.process import ROOT

#: Seconds before the next event after one that was not acknowledged.
PAUSE = 0.1

SITE = "benchmarks.chaos.site_publisher"

#: Seconds that the site's process has to publish what waits.
SITE_PATIENCE = 90


class ApiPublisher:
    """Publishes one event after another, each once: the next one when it knows, or cannot know, of the last.

    Args:
        number: Its own, in the marks.
        api: Its connection.
        channels: Which it publishes on, in turn.
        pause: Seconds between two events.
        ledger: Where it says what was acknowledged.
    """

    def __init__(
        self, number: int, api: HttpApi, channels: Sequence[str], pause: float, ledger: Ledger
    ) -> None:
        self._number = number
        self._api = api
        self._channels = cycle(channels)
        self._pause = pause
        self._ledger = ledger
        self._published: Counter[str] = Counter()
        self._is_wanted = True
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Publish no more, after the event that is on its way."""
        self._is_wanted = False
        await self._task
        self._api.close()

    async def _run(self) -> None:
        while self._is_wanted:
            channel = next(self._channels)
            mark = Mark(self._number, self._published[channel])
            self._published[channel] += 1
            if await publish(self._api, channel, mark):
                self._ledger.acknowledge(channel, mark)
                await asyncio.sleep(self._pause)
            else:
                self._ledger.unknown += 1
                await asyncio.sleep(PAUSE)


async def publish(api: HttpApi, channel: str, mark: Mark) -> bool:
    """Publish an event. Return whether it was acknowledged."""
    try:
        answer = await api.post("events", {"name": EVENT, "channel": channel, "data": json.dumps(mark)})
    except Unanswered:
        return False
    return answer.status == OK


class NotPublished(Exception):
    """The site's process could not publish all that it was given."""


class SitePublisher:
    """A Django process that calls ``onair.publish()``; what it calls it for counts as acknowledged.

    Args:
        number: Its own, in the marks.
        secret_key: The site's ``SECRET_KEY``.
        settings: The site's ``ONAIR``.
        channels: Which it publishes on, in turn.
        pause: Seconds between two events.
    """

    def __init__(
        self,
        number: int,
        secret_key: str,
        settings: Mapping[str, object],
        channels: Sequence[str],
        pause: float,
    ) -> None:
        self._number = number
        given = {
            "number": number,
            "secret_key": secret_key,
            "settings": settings,
            "channels": channels,
            "pause": pause,
        }
        self._command = [sys.executable, "-m", SITE, json.dumps(given)]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, cwd=ROOT
        )
        assert self._process.stdout is not None
        await self._process.stdout.readline()

    async def stop(self, ledger: Ledger) -> None:
        """Wait until everything is published, and say so in the ledger.

        Raises:
            NotPublished: The process says itself that it did not publish all.
        """
        assert self._process is not None
        said, _ = await asyncio.wait_for(self._process.communicate(b""), SITE_PATIENCE)
        result: dict[str, Any] = json.loads(said)
        if result["sent"] != sum(result["published"].values()):
            raise NotPublished(f"The site's process has not sent all of its events: {result}")
        for channel, count in result["published"].items():
            for number in range(count):
                ledger.acknowledge(channel, Mark(self._number, number))

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()


async def sign_off(api: HttpApi, number: int, channels: Sequence[str], ledger: Ledger) -> Mapping[str, Mark]:
    """Publish until an event is acknowledged on each channel. Return these, the last ones of the run."""
    last = {}
    for channel in channels:
        mark = Mark(number, 0)
        while not await publish(api, channel, mark):
            await asyncio.sleep(PAUSE)
            mark = Mark(number, mark.number + 1)
        ledger.acknowledge(channel, mark)
        last[channel] = mark
    return last
