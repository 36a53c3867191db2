"""What is measured at one server process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from benchmarks.peers import Peer
from benchmarks.process import Server, running
from benchmarks.publisher import Publisher
from benchmarks.subscribers import Subscribers

#: The first of the subscribers, that neither memory nor handshakes are taken of: they warm the process up.
WARM_SHARE = 0.2

#: Publishes between two looks at the clocks.
STRIDE = 64


class Topic(Enum):
    """What a figure is of."""

    DELIVERIES = "deliveries per CPU-second"
    PUBLISHES = "publishes without a subscriber, per CPU-second"
    HANDSHAKES = "connections that subscribe, per CPU-second"
    MEMORY = "KiB per idle subscribed connection"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a table: a topic, with so many subscribers and so many events in flight."""

    topic: Topic
    subscribers: int
    in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to measure.

    A measurement goes on until the server has used ``cpu_seconds``, or ``wall_seconds`` have passed. Events
    that have not arrived after ``event_seconds`` are given up.
    """

    cpu_seconds: float
    wall_seconds: float
    event_seconds: float


#: A figure; None where the server did not deliver in time.
Figure = float | None


def measure(
    peer: Peer, subscribers: int, cases: Sequence[Case], effort: Effort
) -> Iterator[tuple[Case, Figure]]:
    """Start a peer, subscribe so many clients, and measure these cases of that many.

    After an event that did not come in time, the later cases of deliveries have no figure either.
    """
    wanted = {topic: [case for case in cases if case.topic is topic] for topic in Topic}
    with running(peer) as server:
        with closing(_publisher(server, peer, effort)) as publisher:
            for case in wanted[Topic.PUBLISHES]:
                yield case, _publishes(server, publisher, case.in_flight, effort)
        with closing(Subscribers(server.port, peer.path, peer.conversation)) as clients:
            figures = _connect(server, clients, subscribers)
            for topic, figure in figures.items():
                yield from ((case, figure) for case in wanted[topic])
            if peer.last_frame is not None:
                clients.settle(peer.last_frame(subscribers))
            # A new connection: servers close one that was idle for as long as it took to settle.
            with closing(_publisher(server, peer, effort)) as publisher:
                yield from _deliveries(server, publisher, clients, wanted[Topic.DELIVERIES], effort)


def _publisher(server: Server, peer: Peer, effort: Effort) -> Publisher:
    return Publisher(server.port, peer.request(), effort.event_seconds)


def _connect(server: Server, clients: Subscribers, count: int) -> dict[Topic, float]:
    """Connect so many clients, and return what one of the later ones costs."""
    clients.add(int(count * WARM_SHARE))
    added = count - len(clients)
    cpu, memory = server.cpu_seconds(), server.memory()
    clients.add(added)
    return {
        Topic.HANDSHAKES: added / (server.cpu_seconds() - cpu),
        Topic.MEMORY: (server.memory() - memory) / 1024 / added,
    }


def _publishes(server: Server, publisher: Publisher, in_flight: int, effort: Effort) -> float:
    turns = max(STRIDE // in_flight, 1)

    def publish() -> int:
        for _ in range(turns):
            publisher.publish(in_flight)
            publisher.read_answers(in_flight)
        return turns * in_flight

    publish()
    return _per_cpu_second(server, publish, effort)


def _deliveries(
    server: Server, publisher: Publisher, clients: Subscribers, cases: Sequence[Case], effort: Effort
) -> Iterator[tuple[Case, Figure]]:
    waiting = list(cases)
    try:
        if waiting:
            size = _first_event(publisher, clients, effort)
        while waiting:
            yield waiting[0], _fan_out(server, publisher, clients, size, waiting[0].in_flight, effort)
            waiting.pop(0)
    except TimeoutError:
        yield from ((case, None) for case in waiting)


def _first_event(publisher: Publisher, clients: Subscribers, effort: Effort) -> int:
    """Publish once, and return the bytes of an event's frame."""
    publisher.publish(1)
    size = clients.read_first_event(effort.event_seconds)
    publisher.read_answers(1)
    return size


def _fan_out(
    server: Server, publisher: Publisher, clients: Subscribers, size: int, in_flight: int, effort: Effort
) -> float:
    def publish() -> int:
        publisher.publish(in_flight)
        clients.receive(size * len(clients) * in_flight, effort.event_seconds)
        publisher.read_answers(in_flight)
        return len(clients) * in_flight

    return _per_cpu_second(server, publish, effort)


def _per_cpu_second(server: Server, work: Callable[[], int], effort: Effort) -> float:
    """How many units the server does per second of its CPU time, when ``work`` does some again and again."""
    start, deadline, units, used = server.cpu_seconds(), time.monotonic() + effort.wall_seconds, 0, 0.0
    while used < effort.cpu_seconds and time.monotonic() < deadline:
        units += work()
        used = server.cpu_seconds() - start
    return units / used
