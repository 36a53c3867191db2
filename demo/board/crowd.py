"""The crowd: up to a thousand readers of one live page, in a thread of this process.

Each loads the page, opens a socket, exchanges the page's token and subscribes, as a browser does. What is
counted is what happened: readers that have joined, patches that their sockets received, and by how much the
engine's own count of renderings grew. The figures travel as plain events, so that they need no rendering.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from django.db import connection
from urllib3 import PoolManager
from websockets.exceptions import WebSocketException

import onair
from onair.live.rendering import process

from . import reader

logger = logging.getLogger(__name__)

#: Where the figures go. They are numbers, which everybody may know.
CHANNEL = "crowd"

#: How many load the page at the same time, and after how many that have come the figures are told.
AT_ONCE = 4
TOLD_EVERY = 20

#: Seconds until a window is over even if not all have got it, and until a crowd goes home by itself.
WINDOW = 15
LASTING = 1_800


@dataclass(frozen=True)
class Figures:
    """What the page shows: of the crowd, and of the last change.

    Args:
        wanted: the readers that are to come.
        readers: those who have joined.
        renderings: how many the engine made from just before the change until all had it.
        patches: how many the readers received of it.
        milliseconds: from before the commit until the last reader had it.
    """

    wanted: int = 0
    readers: int = 0
    renderings: int | None = None
    patches: int | None = None
    milliseconds: int | None = None


class Crowd:
    """A crowd in front of a page.

    Args:
        url: the page.
        size: how many readers come.
    """

    def __init__(self, url: str, size: int) -> None:
        self.figures = Figures(wanted=size)
        self._url = url
        self._http = PoolManager(maxsize=AT_ONCE, block=True)
        self._loop = asyncio.new_event_loop()
        self._received = 0
        self._all_received = asyncio.Event()
        self._changes: asyncio.Queue[Callable[[], object]] = asyncio.Queue()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    @property
    def is_there(self) -> bool:
        """Whether it has not gone home yet."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Let them come."""
        self._task = self._loop.create_task(self._gather())
        self._thread.start()

    def tell(self, write: Callable[[], object]) -> None:
        """Write something that the page shows, and measure what comes of it. From any thread."""
        self._loop.call_soon_threadsafe(self._changes.put_nowait, write)

    def stop(self) -> None:
        """Send all of them home. From any thread."""
        if self.is_there:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(WINDOW)

    # All below runs in the crowd's own loop.

    def _run(self) -> None:
        with suppress(asyncio.CancelledError, TimeoutError):
            self._loop.run_until_complete(self._task)
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self._http.clear()
        self._show(Figures())

    async def _gather(self) -> None:
        entrance = asyncio.Semaphore(AT_ONCE)
        async with asyncio.timeout(LASTING), asyncio.TaskGroup() as all_of_them:
            all_of_them.create_task(self._measure())
            for _ in range(self.figures.wanted):
                all_of_them.create_task(self._read(entrance))

    async def _read(self, entrance: asyncio.Semaphore) -> None:
        try:
            async with entrance:
                page = await asyncio.to_thread(reader.load, self._http, self._url)
                socket, socket_id = await reader.connected(page)
                channels = await asyncio.to_thread(reader.exchange, self._http, page, socket_id)
                await reader.subscribe(socket, channels)
        except (OSError, ValueError, TimeoutError, WebSocketException):
            logger.warning("A reader could not come.", exc_info=True)
            return
        async with socket:
            self._count(1)
            try:
                await reader.read(socket, self._patched)
            finally:
                self._count(-1)

    def _count(self, difference: int) -> None:
        readers = self.figures.readers + difference
        self.figures = replace(self.figures, readers=readers)
        if readers % TOLD_EVERY == 0 or readers == self.figures.wanted:
            self._show(self.figures)

    def _patched(self) -> None:
        self._received += 1
        if self._received >= self.figures.readers:
            self._all_received.set()

    async def _measure(self) -> None:
        while True:
            write = await self._changes.get()
            engine = process.find()
            assert engine is not None
            self._received = 0
            self._all_received.clear()
            renderings, began = engine.renderings, time.perf_counter()
            await asyncio.to_thread(_write, write)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_received.wait(), WINDOW if self.figures.readers else 0)
            seconds = time.perf_counter() - began
            self.figures = replace(
                self.figures,
                renderings=engine.renderings - renderings,
                patches=self._received,
                milliseconds=round(1_000 * seconds),
            )
            self._show(self.figures)

    def _show(self, shown: Figures) -> None:
        onair.publish(CHANNEL, "figures", asdict(shown))


def _write(write: Callable[[], object]) -> None:
    """Write on a thread that no request has."""
    try:
        write()
    finally:
        connection.close()


_lock = threading.Lock()
_crowd: Crowd | None = None


def figures() -> Figures:
    """Return what is known of the crowd."""
    return _crowd.figures if _crowd is not None and _crowd.is_there else Figures()


def can_be_measured() -> bool:
    """Whether live pages are rendered in this process, so that it knows how often."""
    return process.find() is not None


def gather(url: str, size: int) -> None:
    """Let a crowd come to a page. The one that was there goes home."""
    global _crowd
    with _lock:
        if _crowd is not None:
            _crowd.stop()
        _crowd = Crowd(url, size)
        _crowd.start()


def dismiss() -> None:
    """Send the crowd home."""
    global _crowd
    with _lock:
        if _crowd is not None:
            _crowd.stop()
        _crowd = None


def tell(write: Callable[[], object]) -> None:
    """Write what the page shows; where there is a crowd, measure what comes of it."""
    if _crowd is not None and _crowd.is_there:
        _crowd.tell(write)
    else:
        write()
