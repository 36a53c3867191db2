"""What a change costs and takes until it is at the sockets of those who look at the page."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.client import Client
from benchmarks.live.visiting import Site, follow, read_patch
from benchmarks.peers import Peer
from benchmarks.process import Server, running

#: Seconds between two changes: longer than a region pauses after it was rendered.
PAUSE = 0.2

#: Seconds that a server is left alone, for what it still does.
SETTLING = 0.5

_CHANGE = "UPDATE live_ticket SET title = %s WHERE id = (SELECT min(id) FROM live_ticket)"


@dataclass(frozen=True, slots=True)
class Window:
    """What one change of a list costs that many look at.

    Args:
        renderings: how often the list was rendered.
        cpu: seconds of the server's process until all have the patch.
        reload_cpu: of the same server, where each of them asks for the page instead.
        size: bytes of the patch for each of them.
        reload_size: of the page.
    """

    viewers: int
    renderings: int
    cpu: float
    reload_cpu: float
    size: int
    reload_size: int


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from the beginning of a write to its patch at a socket."""

    count: int
    median: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Delays:
        return cls(len(seconds), statistics.median(seconds), statistics.quantiles(seconds, n=100)[98])


@contextmanager
def serving(database: Mapping[str, Any], models: Sequence[str] = ()) -> Iterator[tuple[Server, Site]]:
    """The site in a process of its own.

    Args:
        models: those whose writes triggers tell.
    """
    command = [sys.executable, "-m", "benchmarks.live.server", json.dumps(database, default=str)]
    peer = Peer(
        name="live pages",
        command=lambda: [*command, ",".join(models)],
        conversation=(),
        request=lambda: b"",
    )
    with running(peer) as server:
        site = Site(server.port)
        try:
            yield server, site
        finally:
            site.close()


def measure_window(database: Mapping[str, Any], viewers: int, rounds: int) -> Window:
    """Change a row while so many have the list open, who have logged in, each with a session of its own."""
    with serving(database) as (server, site), _followers(site, viewers) as (clients, sessions):
        costs, sizes, before = [], set[int](), _renderings(site)
        for _ in range(rounds):
            time.sleep(SETTLING)
            began = server.cpu_seconds()
            site.get("/benchmark/change/")
            sizes |= {len(read_patch(client)) for client in clients}
            costs.append(server.cpu_seconds() - began)
        renderings = _renderings(site) - before
        time.sleep(SETTLING)
        began = server.cpu_seconds()
        pages = {len(site.get("/plain/members/", session)) for session in sessions}
        reload_cpu = server.cpu_seconds() - began
    return Window(
        viewers,
        renderings // rounds if renderings % rounds == 0 else renderings,
        statistics.median(costs),
        reload_cpu,
        max(sizes),
        max(pages),
    )


def measure_delays(database: Mapping[str, Any], count: int) -> Delays:
    """Change single rows in the process that has the sockets."""
    with serving(database) as (_, site):

        def change() -> Callable[[], float]:
            site.begin("/benchmark/change/")
            return lambda: float(json.loads(site.end())["began"])

        return _delays(site, change, count)


def measure_foreign_delays(database: Mapping[str, Any], alias: str, count: int) -> Delays:
    """Change single rows by SQL in this process, which triggers tell to the one that has the sockets."""
    from django.db import connections

    with serving(database, ["live.Ticket"]) as (_, site):
        number = iter(range(count))

        def change() -> Callable[[], float]:
            began = time.monotonic()
            with connections[alias].cursor() as cursor:
                cursor.execute(_CHANGE, [f"Written {next(number)} at {began}"])
            return lambda: began

        return _delays(site, change, count)


def _delays(site: Site, change: Callable[[], Callable[[], float]], count: int) -> Delays:
    client = follow(site, "/live/", _key())
    try:
        delays = []
        for _ in range(count):
            time.sleep(PAUSE)
            began = change()
            read_patch(client)
            arrived = time.monotonic()
            delays.append(arrived - began())
        return Delays.of(delays)
    finally:
        client.close()


@contextmanager
def _followers(site: Site, count: int) -> Iterator[tuple[list[Client], list[str]]]:
    sessions: list[str] = site.json(f"/benchmark/log-in/{count}/")["sessions"]
    clients: list[Client] = []
    try:
        clients.extend(follow(site, "/live/members/", _key(), session) for session in sessions)
        yield clients, sessions
    finally:
        for client in clients:
            client.close()


def _renderings(site: Site) -> int:
    return int(site.json("/benchmark/renderings/")["renderings"])


def _key() -> str:
    """The key of the site's app: that of its process, which has the same secret key."""
    from onair import conf

    return conf.app().key
