"""Plays what goes wrong, and says what was lost. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import uvloop

from benchmarks.chaos.crowd import TooSlow
from benchmarks.chaos.publishers import NotPublished
from benchmarks.chaos.report import Case, section
from benchmarks.chaos.run import Effort, Outcome, run
from benchmarks.chaos.scenarios import BY_NAME, Scenario
from benchmarks.chaos.stores import ALONE, STORES
from benchmarks.process import raise_file_limit
from benchmarks.sections import put_section

WHOLE = Effort(pages=2_000, plain=32, rate=50, before=5, after=15, down=2, pause=10, patience=60)
QUICK = Effort(pages=200, plain=16, rate=50, before=1, after=3, down=1, pause=3, patience=40)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pages, and shorter")
    parser.add_argument(
        "--scenario", nargs="+", choices=list(BY_NAME), default=list(BY_NAME), dest="scenarios"
    )
    parser.add_argument("--store", nargs="+", choices=list(STORES), default=list(STORES), dest="stores")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4], metavar="N")
    parser.add_argument("--clients", type=int, help="pages that follow positions")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="what throws the dice")
    parser.add_argument("--output", type=Path, help="put the table into this file's section, too")
    options = parser.parse_args()
    raise_file_limit()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped on the way out
    effort = QUICK if options.quick else WHOLE
    if options.clients:
        effort = replace(effort, pages=options.clients)
    outcomes: dict[Case, Outcome] = {}
    for case in _cases([BY_NAME[name] for name in options.scenarios], options.stores, options.workers):
        print(
            f"{case.scenario.name}, {case.store}, {case.workers} workers, seed {options.seed}",
            file=sys.stderr,
        )
        outcomes[case] = outcome = _outcome(case, effort, options.seed)
        print("\n".join(outcome.faults) or "good", file=sys.stderr)
        if options.output:
            put_section(options.output, section(outcomes, effort))
    print(section(outcomes, effort))
    sys.exit(not all(outcome.is_good for outcome in outcomes.values()))


def _outcome(case: Case, effort: Effort, seed: int) -> Outcome:
    try:
        return uvloop.run(run(*case, effort, seed))
    except (TooSlow, NotPublished) as error:
        return Outcome.failed(error)


def _cases(scenarios: Sequence[Scenario], stores: Sequence[str], workers: Sequence[int]) -> Iterator[Case]:
    for scenario in scenarios:
        for store in scenario.stores:
            if store == ALONE and store in stores:
                yield Case(scenario, store, 1)
            elif store in stores:
                yield from (Case(scenario, store, count) for count in workers)


if __name__ == "__main__":
    main()
