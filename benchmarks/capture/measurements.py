"""The same writes again and again, without capturing and with it, in turns."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.capture.site import Switch

#: Writes of one transaction, where they share one.
TOGETHER = 10

#: Seconds for the events of one transaction to leave.
PATIENCE = 30.0


class Write(Enum):
    CREATE = "create"
    UPDATE = "update"


class Subject(Enum):
    """A model, and whether Django captures: without it nothing of onair is in the way of a write."""

    PLAIN = "not captured"
    AGAIN = "the same again"
    UNWATCHED = "not watched"
    WATCHED = "watched"
    BROADCAST = "broadcasts"


#: What the others are compared with, in the same round.
BASE = Subject.PLAIN

CAPTURING = (BASE, Subject.AGAIN, Subject.UNWATCHED, Subject.WATCHED)

#: Apart, so that the thread that sends is in nobody else's way.
BROADCASTING = (BASE, Subject.BROADCAST)


@dataclass(frozen=True, slots=True)
class Case:
    """``together``: writes share a transaction, ten of them; else each has its own commit."""

    database: str
    write: Write
    together: bool
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one write, in seconds: the thread's CPU time, what passed, and all threads' CPU time."""

    cpu: float
    wall: float
    process: float

    def over(self, base: Cost) -> Cost:
        """How many times as much as another."""
        return Cost(self.cpu / base.cpu, self.wall / base.wall, self.process / base.process)


#: Of each subject, the median of its transactions.
Round = Mapping[Subject, Cost]


def measure(case: Case, switch: Switch, *, rounds: int, transactions: int) -> Iterator[Round]:
    """Measure one case. In a round the subjects take turns with each transaction; the first round warms up.

    No case with :data:`BROADCASTING` may come before one without.

    Args:
        switch: Takes capturing out and puts it in.
        transactions: Of each subject in a round.
    """
    if Subject.BROADCAST in case.subjects:
        from benchmarks.capture.models import announce

        announce()
    for number in range(rounds + 1):
        found = _round(case, switch, transactions)
        if number:
            yield found


def _round(case: Case, switch: Switch, transactions: int) -> Round:
    work = {subject: _prepared(case, subject, transactions) for subject in case.subjects}
    costs: dict[Subject, list[Cost]] = {subject: [] for subject in case.subjects}
    gc.collect()
    for turn in range(transactions):
        first = turn % len(case.subjects)
        for subject in case.subjects[first:] + case.subjects[:first]:
            switch.capture(subject not in (Subject.PLAIN, Subject.AGAIN))
            costs[subject].append(_cost(work[subject][turn], case.database))
    return {subject: _median(found) for subject, found in costs.items()}


def _cost(articles: Sequence[Any], using: str) -> Cost:
    cpu, wall, process = time.thread_time(), time.perf_counter(), time.process_time()
    with _transaction(using, len(articles)):
        for article in articles:
            article.save(using=using)
    cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    _wait_for_sender()
    process = time.process_time() - process
    return Cost(cpu / len(articles), wall / len(articles), process / len(articles))


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.process for cost in costs),
    )


def _prepared(case: Case, subject: Subject, transactions: int) -> list[list[Any]]:
    """What each transaction saves: new objects, or objects that were loaded and changed."""
    from benchmarks.capture import models

    model: type[Any] = {Subject.WATCHED: models.Watched, Subject.BROADCAST: models.Broadcast}.get(
        subject, models.Plain
    )
    size = TOGETHER if case.together else 1
    articles = [_article(model, number) for number in range(transactions * size)]
    if case.write is Write.UPDATE:
        rows = model.objects.using(case.database).bulk_create(articles)
        articles = list(model.objects.using(case.database).filter(pk__in=[row.pk for row in rows]))
        for article in articles:
            article.headline += ", corrected"
    return [articles[start : start + size] for start in range(0, len(articles), size)]


def _article(model: type[Any], number: int) -> Any:
    return model(
        headline=f"The news of the day, number {number}",
        slug=f"the-news-{number}",
        body="It was a day like any other. " * 20,
        words=140,
        published=True,
        author_id=number,
    )


def _transaction(using: str, together: int) -> AbstractContextManager[None]:
    from django.db import transaction

    return transaction.atomic(using) if together > 1 else nullcontext()


def _wait_for_sender() -> None:
    """Let the events leave before the next transaction begins."""
    from onair.publishing import stats

    deadline = time.monotonic() + PATIENCE
    while stats.read().waiting and time.monotonic() < deadline:
        time.sleep(0.001)
    lost = stats.read()
    if lost.waiting or lost.failed or lost.dropped:
        raise RuntimeError(f"Events were lost or did not leave, so nothing is comparable: {lost}")
