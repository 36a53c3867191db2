"""What the soak has shown, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter

from benchmarks import machine
from benchmarks.soak.run import Effort, Outcome
from benchmarks.soak.samples import Sample, slope

TITLE = "# Memory while pages come and go"

PACKAGES = ("uvicorn", "uvloop", "msgspec", "hiredis")

MIB = 1 << 20

#: What counts as flat: less of its median in an hour than this.
FLAT = 0.05

#: Rows of the table over time.
ROWS = 10


def section(outcome: Outcome, effort: Effort) -> str:
    """All of it."""
    return "\n\n".join(
        [
            TITLE,
            "\n".join(machine.described_python(PACKAGES)),
            _effort(outcome, effort),
            "\n".join(_growth(outcome.samples)),
            "\n".join(_over_time(outcome.samples)),
            _left(outcome.left),
        ]
    )


def _effort(outcome: Outcome, effort: Effort) -> str:
    done, minutes = outcome.done, effort.seconds / 60
    return (
        f"{effort.pages:,} pages at a time and {effort.rate:g} steps in a second over {minutes:g} "
        f"minutes: {done.pages:,} pages on {done.channels:,} channels, {done.events:,} events."
    )


def _subjects(samples: Sequence[Sample]) -> Iterator[tuple[str, Callable[[Sample], float]]]:
    for index in range(len(samples[0].workers)):
        yield f"worker {index + 1}", partial(_worker, index)
    yield "Redis", attrgetter("redis")


def _worker(index: int, sample: Sample) -> int:
    return sample.workers[index]


def _growth(samples: Sequence[Sample]) -> Iterator[str]:
    yield "| memory of | median, MiB | second half: MiB more in an hour | of the median | goal | |"
    yield "|---|--:|--:|--:|---|---|"
    for name, read in _subjects(samples):
        points = [(sample.minutes, read(sample)) for sample in samples]
        middle = sorted(value for _, value in points)[len(points) // 2]
        hourly = 60 * slope(points)
        share = hourly / middle
        verdict = "met" if share <= FLAT else "**short**"
        cells = (name, f"{middle / MIB:.1f}", f"{hourly / MIB:.2f}", f"{share:.1%}", f"≤ {FLAT:.0%}", verdict)
        yield f"| {' | '.join(cells)} |"


def _over_time(samples: Sequence[Sample]) -> Iterator[str]:
    names = [name for name, _ in _subjects(samples)]
    yield f"| minute | {' | '.join(f'{name}, MiB' for name in names)} | keys of Redis |"
    yield f"|--:{'|--:' * len(names)}|--:|"
    for sample in samples[:: max(len(samples) // ROWS, 1)]:
        figures = [f"{read(sample) / MIB:.1f}" for _, read in _subjects(samples)]
        yield f"| {sample.minutes:.1f} | {' | '.join(figures)} | {sample.keys:,} |"


def _left(keys: Sequence[str]) -> str:
    if not keys:
        return (
            "When all had gone, Redis had no key that it had not had before, when others had come and gone."
        )
    return f"**short**: {len(keys)} keys were left behind, such as {', '.join(keys[:5])}."
