"""What this process says of itself, while somebody looks.

Nothing is followed before, and a minute after the last look nothing any more.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace

from onair.embedded import questions
from onair.hub.seen import Onlooker
from onair.inspector import regions, sockets
from onair.inspector.following import Following
from onair.inspector.record import EventTrace, ProcessView, Publishing, Sockets
from onair.live import elsewhere
from onair.publishing import onlooker as publishing
from onair.publishing import stats
from onair.server.server import Server, runs_here

logger = logging.getLogger("onair.inspector")

#: What the inspector's own regions follow.
TOPIC = "onair.inspector"

#: Seconds for which a look holds, and between two looks at whether there is news.
LOOK = 60.0
TICK = 1.0

#: Seconds for which a look holds in a process without sockets: it is not asked when an open page is rendered
#: again, since that is done where the sockets are.
LOOK_WITHOUT_SOCKETS = 600.0

#: Seconds that the sockets' loop has for saying what it knows.
PATIENCE = 1.0

#: Events of which others may ask the data, and the seconds for which a node tells it to all.
ASKED_SECONDS = 30.0


class Collector:
    """Follows what goes on in this process.

    Args:
        tell: called once a second, on a thread, with whether there is news of this process.
    """

    def __init__(self, tell: Callable[[bool], object]) -> None:
        self.id = secrets.token_hex(4)
        self._tell = tell
        self._lock = threading.Lock()
        self._following: Following | None = None
        self._since = 0.0
        self._until = 0.0
        self._ended = threading.Event()
        self._last: object = None
        #: The live regions as they were a second ago at most.
        self._followed = regions.Regions(0, ())
        #: The events whose data others have asked for, and until when it is told.
        self._asked: dict[str, float] = {}

    @property
    def is_watched(self) -> bool:
        """Whether somebody has looked within the last minute."""
        return self._following is not None

    def look(self) -> None:
        """Somebody looks: follow what goes on for a minute."""
        with self._lock:
            self._until = time.monotonic() + (LOOK if elsewhere.is_here() else LOOK_WITHOUT_SOCKETS)
            if self._following is None:
                self._begin()

    def ask(self, event_ids: Iterable[str]) -> None:
        """Another process wants the data of events: tell it for a while."""
        self._asked |= dict.fromkeys(event_ids, time.monotonic() + ASKED_SECONDS)

    def view(self) -> ProcessView:
        """Return what this process says of itself. From any thread."""
        following = self._following
        numbers = stats.read()
        return ProcessView(
            id=self.id,
            host=socket.gethostname(),
            pid=os.getpid(),
            at=time.time(),
            watched_since=None if following is None else self._since,
            publishing=Publishing(
                numbers.sent,
                numbers.failed,
                numbers.dropped,
                numbers.expired,
                numbers.waiting,
                numbers.circuit.value,
            ),
            sockets=self._sockets(following),
            events=() if following is None else self._events(following),
        )

    def with_data(self, event_id: str) -> EventTrace | None:
        """Return one event with its data; None where it is not here, or not any more."""
        following = self._following
        return None if following is None else following.with_data(event_id)

    def stop(self) -> None:
        """Follow nothing any more."""
        with self._lock:
            self._end()

    def _begin(self) -> None:
        self._following, self._since = Following(self.id), time.time()
        self._ended = threading.Event()
        self._last = None
        self._look_on(self._following)
        threading.Thread(
            target=self._run, args=(self._following, self._ended), name="onair-inspector", daemon=True
        ).start()

    def _end(self) -> None:
        if self._following is None:
            return
        self._following = None
        self._ended.set()
        publishing.look_on(None)
        _look_on_sockets(None)

    def _look_on(self, following: Following) -> None:
        publishing.look_on(following.came_further)
        _look_on_sockets(following.hear)

    def _run(self, following: Following, ended: threading.Event) -> None:
        while not ended.wait(TICK):
            with self._lock:
                if time.monotonic() > self._until and not ended.is_set():
                    self._end()
                    return
                if not ended.is_set():
                    self._look_on(following)  # a server may have begun since
            following.tick()
            try:
                self._tell(self._has_news(following))
            except Exception:
                logger.exception("The inspector's pages were not told of news for once.")

    def _has_news(self, following: Following) -> bool:
        now = (following.version, without_counters(self._sockets(following)))
        before, self._last = self._last, now
        return now != before

    def _events(self, following: Following) -> tuple[EventTrace, ...]:
        now = time.monotonic()
        self._asked = {event_id: until for event_id, until in self._asked.items() if until > now}
        return tuple(
            (following.with_data(trace.id) or trace) if trace.id in self._asked else trace
            for trace in following.traces()
        )

    def _sockets(self, following: Following | None) -> Sockets | None:
        server = questions.find_server()
        if server is None or not elsewhere.is_here():
            return None
        (served,) = server.served.values()
        if following is None:
            return in_loop(server, lambda: sockets.count(server, served))
        followed = self._regions()
        return in_loop(server, lambda: sockets.read(server, served, followed, following.rates))

    def _regions(self) -> regions.Regions:
        """The live regions. Saying what they read takes time: the loop is told what was found for others."""
        if not _runs_a_loop():
            self._followed = regions.read(TOPIC)
        return self._followed


def _runs_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def without_counters(view: Sockets | None) -> Sockets | None:
    """Return what can be news of sockets: what counts the inspector's own patches always would be."""
    return None if view is None else replace(view, published=0, delivered=0)


def _look_on_sockets(onlooker: Onlooker | None) -> None:
    server = questions.find_server()
    for served in () if server is None else server.served.values():
        served.hub.onlooker = onlooker


def in_loop(server: Server, read: Callable[[], Sockets]) -> Sockets | None:
    """Read something in a server's loop, from any thread; None where it has none, or takes too long."""
    try:
        loop = server.loop
    except RuntimeError:  # no socket has come yet
        return read()
    if runs_here(loop):
        return read()
    answer: Future[Sockets] = Future()

    def give() -> None:
        try:
            answer.set_result(read())
        except Exception as error:
            answer.set_exception(error)

    try:
        loop.call_soon_threadsafe(give)
        return answer.result(PATIENCE)
    except (RuntimeError, TimeoutError):  # the loop was closed, or is busy
        return None
