"""What a delivery costs two processes that share a Redis, beside Django Channels with channels_redis.

``python -m benchmarks.engines`` starts a Redis of its own, and for each of them two processes. Half of the
subscribers are at the one, half at the other, and every event is posted to the first. Servers take turns, so
that what disturbs the machine disturbs all of them.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.redis_server import RedisServer

from benchmarks import machine
from benchmarks.goals import OURS
from benchmarks.measurements import Effort
from benchmarks.peers import PEERS, Peer
from benchmarks.process import Server, raise_file_limit, running
from benchmarks.publisher import Publisher
from benchmarks.sections import put_section
from benchmarks.subscribers import Subscribers

TITLE = "# Two processes over Redis"

PACKAGES = ("uvicorn", "uvloop", "msgspec", "hiredis", "channels", "channels-redis", "redis", "daphne")

PROCESSES = 2

#: The layers of channels_redis, by the names of their peers.
_LAYERS = {
    "Channels, pub/sub": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "Channels": "channels_redis.core.RedisChannelLayer",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure."""

    rounds: int
    subscribers: Sequence[int]
    in_flight: Sequence[int]
    effort: Effort


WHOLE = Plan(3, (100, 1_000), (1, 16), Effort(cpu_seconds=0.8, wall_seconds=10, event_seconds=20))
QUICK = Plan(1, (100,), (1, 16), Effort(cpu_seconds=0.3, wall_seconds=5, event_seconds=10))


class Figure(NamedTuple):
    """Deliveries in a second of the processor: of the servers' time alone, and of Redis's with it."""

    servers: float
    with_redis: float


class Case(NamedTuple):
    """So many subscribers, and so many events in flight."""

    subscribers: int
    in_flight: int


#: By case and peer; None where an event did not come in time.
Samples = dict[tuple[Case, str], list[Figure | None]]


def peers_over(url: str) -> list[Peer]:
    """The servers to measure, which share this Redis."""
    named = {peer.name: peer for peer in PEERS}
    ours, theirs = named[OURS], named["Channels"]
    others = [
        replace(theirs, name=name, command=partial(_command, theirs, layer, url))
        for name, layer in _LAYERS.items()
    ]
    return [replace(ours, command=partial(_command, ours, url)), *others]


def measure(peer: Peer, redis: Server, count: int, plan: Plan) -> Iterator[tuple[Case, Figure | None]]:
    """Start a peer, subscribe so many clients, and measure each number of events in flight.

    After an event that did not come in time, there are no more figures.
    """
    with ExitStack() as stack:
        servers = [stack.enter_context(running(peer)) for _ in range(PROCESSES)]
        crowds = [
            stack.enter_context(closing(Subscribers(server.port, peer.path, peer.conversation)))
            for server in servers
        ]
        for crowd in crowds:
            crowd.add(count // PROCESSES)
        publisher = Publisher(servers[0].port, peer.request(), plan.effort.event_seconds)
        stack.callback(publisher.close)
        fan_out = _FanOut(servers, redis, crowds, publisher, plan.effort)
        is_in_time = True
        for in_flight in plan.in_flight:
            figure = fan_out.measure(in_flight) if is_in_time else None
            is_in_time = figure is not None
            yield Case(count, in_flight), figure


class _FanOut:
    """Events to all subscribers of all processes."""

    def __init__(
        self,
        servers: Sequence[Server],
        redis: Server,
        crowds: Sequence[Subscribers],
        publisher: Publisher,
        effort: Effort,
    ) -> None:
        self._servers = servers
        self._redis = redis
        self._crowds = crowds
        self._publisher = publisher
        self._effort = effort
        self._sizes: list[int] = []

    def measure(self, in_flight: int) -> Figure | None:
        """Deliveries in a second of the processor; None where an event did not come in time."""
        try:
            self._begin()
            return self._measure(in_flight)
        except TimeoutError:
            return None

    def _begin(self) -> None:
        if not self._sizes:
            self._publisher.publish(1)
            self._sizes = [crowd.read_first_event(self._effort.event_seconds) for crowd in self._crowds]
            self._publisher.read_answers(1)

    def _measure(self, in_flight: int) -> Figure:
        servers, redis = self._servers_time(), self._redis.cpu_seconds()
        deadline = time.monotonic() + self._effort.wall_seconds
        delivered, used = 0, 0.0
        while used < self._effort.cpu_seconds and time.monotonic() < deadline:
            self._publisher.publish(in_flight)
            for crowd, size in zip(self._crowds, self._sizes, strict=True):
                crowd.receive(size * len(crowd) * in_flight, self._effort.event_seconds)
                delivered += len(crowd) * in_flight
            self._publisher.read_answers(in_flight)
            used = self._servers_time() - servers
        return Figure(delivered / used, delivered / (used + self._redis.cpu_seconds() - redis))

    def _servers_time(self) -> float:
        return sum(server.cpu_seconds() for server in self._servers)


def run(plan: Plan) -> Samples:
    """Measure every peer in every round."""
    samples: Samples = {}
    with TemporaryDirectory(prefix="onair-engines-") as folder:
        (data := Path(folder) / "redis").mkdir()
        redis = RedisServer(data)
        redis.start()
        try:
            for number, count, peer in _turns(plan, peers_over(redis.url)):
                redis.cli("FLUSHALL")
                print(f"round {number + 1}, N={count:,}, {peer.name}", file=sys.stderr)
                for case, figure in measure(peer, Server(redis.port, redis.process.pid), count, plan):
                    samples.setdefault((case, peer.name), []).append(figure)
        finally:
            redis.remove()
    return samples


def section(samples: Samples, rounds: int) -> str:
    """The figures as a section of the results."""
    return "\n\n".join(
        [
            TITLE,
            "\n".join(machine.described_python(PACKAGES)),
            f"Deliveries per CPU-second of both servers: medians of {rounds} interleaved rounds.",
            "\n".join(_table(samples)),
        ]
    )


def _turns(plan: Plan, peers: Sequence[Peer]) -> Iterator[tuple[int, int, Peer]]:
    return product(range(plan.rounds), plan.subscribers, peers)


def _table(samples: Samples) -> Iterator[str]:
    yield "| subscribers | W | server | median | with Redis | onair, times as good |"
    yield "|--:|--:|---|--:|--:|--:|"
    for case, peer in sorted(samples, key=lambda key: key[0]):
        ours, theirs = (_median(samples[case, name]) for name in (OURS, peer))
        cells = (f"{case.subscribers:,}", str(case.in_flight), peer, *_cells(ours, theirs, peer))
        yield f"| {' | '.join(cells)} |"


def _cells(ours: Figure | None, theirs: Figure | None, peer: str) -> Sequence[str]:
    shown = ("timed out", "") if theirs is None else (f"{theirs.servers:,.0f}", f"{theirs.with_redis:,.0f}")
    ratio = f"{ours.servers / theirs.servers:,.1f}×" if ours and theirs and peer != OURS else ""
    return (*shown, ratio)


def _median(figures: Sequence[Figure | None]) -> Figure | None:
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(figures):
        return None
    return Figure(*(statistics.median(each) for each in zip(*known, strict=True)))


def _command(peer: Peer, *arguments: str) -> Sequence[str]:
    return [*peer.command(), *arguments]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round with 100 subscribers")
    parser.add_argument("--rounds", type=int, help="of which the median is taken")
    parser.add_argument("--subscribers", type=int, nargs="+", metavar="N")
    parser.add_argument("--output", type=Path, help="put the table into this file's section, too")
    options = parser.parse_args()
    base = QUICK if options.quick else WHOLE
    plan = replace(
        base, rounds=options.rounds or base.rounds, subscribers=options.subscribers or base.subscribers
    )
    raise_file_limit()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped on the way out
    text = section(run(plan), plan.rounds)
    print(text)
    if options.output:
        put_section(options.output, text)


if __name__ == "__main__":
    main()
