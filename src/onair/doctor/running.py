"""One hop after the other, each with its time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from time import perf_counter

from onair.doctor.examination import Examination, Options
from onair.doctor.hop import Hop
from onair.doctor.outcome import Failed, Mark, Passed, Result, Skipped

logger = logging.getLogger("onair.doctor")


def examine(options: Options, hops: Sequence[Hop]) -> Iterator[Result]:
    """Try the hops in their order, and yield what became of each as soon as it is known.

    What needs a hop that failed is not tried. Nothing is raised for what a hop finds.
    """
    failed: set[str] = set()
    with Examination(options) as examination:
        for hop in hops:
            missing = next((need for need in hop.needs if need in failed), None)
            result = _tried(hop, examination) if missing is None else _left_out(hop, missing)
            if missing is not None or result.mark is Mark.FAILED:
                failed.add(hop.name)
            yield result


def _left_out(hop: Hop, missing: str) -> Result:
    return Result(hop.name, Mark.SKIPPED, 0.0, f'It needs "{missing}".')


def _tried(hop: Hop, examination: Examination) -> Result:
    started = perf_counter()
    try:
        outcome = hop.run(examination)
    except Failed as failure:
        return Result(hop.name, Mark.FAILED, perf_counter() - started, failure.problem, remedy=failure.remedy)
    except Exception as error:
        logger.exception("The hop %s could not be tried.", hop.name)
        return Result(
            hop.name,
            Mark.FAILED,
            perf_counter() - started,
            f"{type(error).__name__}: {error}",
            remedy="The log of onair.doctor has the traceback.",
        )
    seconds = perf_counter() - started
    match outcome:
        case Passed(says, hints):
            return Result(hop.name, Mark.PASSED, seconds, says, hints=hints)
        case Skipped(why):
            return Result(hop.name, Mark.SKIPPED, seconds, why)
