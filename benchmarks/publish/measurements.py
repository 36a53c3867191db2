"""The same call again and again, as requests make it: one at a time, amid other work."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum

from benchmarks.publish import places
from benchmarks.publish.places import Action

#: Seconds for an event to leave.
PATIENCE = 10.0


class Place(Enum):
    """Where events go, or what is called in place of ``publish()``."""

    IN_PROCESS = "publish(), server in this process"
    ELSEWHERE = "publish(), server in another process"
    HOSTED = "publish(), hosted Pusher"
    BLOCKING = "pusher.trigger(), a client that is kept"
    BLOCKING_ANEW = "pusher.trigger(), a client for each event"


#: What the others are compared with.
PEERS = (Place.BLOCKING, Place.BLOCKING_ANEW)


class When(Enum):
    """``COMMIT``: what one event adds to a transaction, its call and its commit, over the empty one."""

    OUTSIDE = "outside a transaction"
    INSIDE = "inside a transaction"
    COMMIT = "the transaction with it"


@dataclass(frozen=True, slots=True)
class Case:
    place: Place
    when: When


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one call, in microseconds: the median of the calling thread's CPU time, of the time until it
    returned, and the 99th percentile of that."""

    cpu: float
    wall: float
    late: float


def cases() -> Iterator[Case]:
    """In the order of the report."""
    for place in Place:
        whens = (When.OUTSIDE,) if place in PEERS else tuple(When)
        yield from (Case(place, when) for when in whens)


def prepared(place: Place, port: int) -> Action:
    """Let events go to the place. Return what is called."""
    if place is Place.BLOCKING:
        return places.blocking_call()
    if place is Place.BLOCKING_ANEW:
        return places.blocking_call_of_a_new_client
    places.send_to({Place.ELSEWHERE: places.url(port), Place.HOSTED: places.hosted_url()}.get(place))
    return places.publish


def measure(case: Case, action: Action, calls: int) -> Cost:
    """Measure one case; the first tenth warms up."""
    timed = {When.OUTSIDE: _timed, When.INSIDE: _inside, When.COMMIT: _with_commit}[case.when]
    gc.collect()
    samples = []
    for _ in range(calls + calls // 10):
        sent = _sent()
        places.work()
        samples.append(timed(action))
        if case.place not in PEERS:
            _wait_until_sent(sent + 1)
    cpu, wall = zip(*samples[calls // 10 :], strict=True)
    return Cost(statistics.median(cpu), statistics.median(wall), statistics.quantiles(wall, n=100)[98])


def _inside(action: Action) -> tuple[float, float]:
    with _transaction():
        return _timed(action)


def _with_commit(action: Action) -> tuple[float, float]:
    empty = _timed(lambda: _commit(lambda: None))
    filled = _timed(lambda: _commit(action))
    return filled[0] - empty[0], filled[1] - empty[1]


def _commit(action: Action) -> None:
    with _transaction():
        action()


def _transaction() -> AbstractContextManager[None]:
    from django.db import transaction

    return transaction.atomic()


def _timed(action: Action) -> tuple[float, float]:
    cpu, wall = time.thread_time(), time.perf_counter()
    action()
    return (time.thread_time() - cpu) * 1e6, (time.perf_counter() - wall) * 1e6


def _sent() -> int:
    from onair.publishing import stats

    return stats.read().sent


def _wait_until_sent(events: int) -> None:
    """Wait until so many events were answered, so that the next call meets an idle sender."""
    deadline = time.monotonic() + PATIENCE
    while _sent() < events:
        if time.monotonic() > deadline:
            raise RuntimeError("An event was lost or did not leave, so nothing is comparable")
        time.sleep(0.0005)
