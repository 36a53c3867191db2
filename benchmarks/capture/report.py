"""The costs as tables: how many times as much as a write that nobody captures."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.capture.measurements import BASE, TOGETHER, Case, Cost, Round, Subject

Samples = Mapping[Case, Sequence[Round]]

#: At most so many times the CPU time of a write that is not captured.
GOAL = 1.05

_WITH_GOAL = (Subject.UNWATCHED, Subject.WATCHED)


def tables(samples: Samples) -> Iterator[str]:
    """A table of what capturing costs, and one of what publishing costs on top of it."""
    for broadcasting, title in ((False, "Capturing"), (True, "Broadcasting")):
        rows = {
            case: rounds
            for case, rounds in samples.items()
            if (Subject.BROADCAST in case.subjects) is broadcasting
        }
        yield f"## {title}"
        yield "\n".join(_table(rows))


def _table(samples: Samples) -> Iterator[str]:
    yield "| database | write | | µs | CPU | range | wall | all threads | goal | |"
    yield "|---|---|---|--:|--:|--:|--:|--:|---|---|"
    for case, rounds in samples.items():
        for subject in case.subjects:
            yield f"| {case.database} | {_named(case)} | {' | '.join(_row(rounds, subject))} |"


def _named(case: Case) -> str:
    return f"{case.write.value}, {TOGETHER} in a transaction" if case.together else case.write.value


def _row(rounds: Sequence[Round], subject: Subject) -> Sequence[str]:
    microseconds = statistics.median(costs[subject].cpu for costs in rounds) * 1e6
    start = (subject.value, f"{microseconds:,.0f}")
    if subject is BASE:
        return (*start, "", "", "", "", "", "")
    ratios = [costs[subject].over(costs[BASE]) for costs in rounds]
    cpu = [ratio.cpu for ratio in ratios]
    return (
        *start,
        f"{statistics.median(cpu):.3f}×",
        f"{min(cpu):.2f} – {max(cpu):.2f}",
        f"{statistics.median(ratio.wall for ratio in ratios):.2f}×",
        _all_threads(subject, ratios),
        *_verdict(subject, statistics.median(cpu)),
    )


def _all_threads(subject: Subject, ratios: Sequence[Cost]) -> str:
    """Only where another thread has something to do."""
    if subject is not Subject.BROADCAST:
        return ""
    return f"{statistics.median(ratio.process for ratio in ratios):.2f}×"


def _verdict(subject: Subject, cpu: float) -> tuple[str, str]:
    if subject not in _WITH_GOAL:
        return "", ""
    return f"≤ {GOAL:g}×", "met" if cpu <= GOAL else "**short**"
