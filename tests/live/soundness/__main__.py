"""Look for a change of a query's result that the matching of read sets misses:

    python -m tests.live.soundness --seconds 60 --seed 1

Each trial has a seed of its own, which is printed with what it missed; ``--trials 1 --seed`` repeats it. The
database is SQLite in a file, and PostgreSQL where it is installed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, product
from random import Random

import django

#: Queries and writes of one trial.
QUERIES, STEPS = 150, 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.live.soundness", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--trials", type=int, help="end after so many of each kind")
    parser.add_argument("--databases", nargs="+", choices=["file", "postgres"], default=["file", "postgres"])
    parser.add_argument("--ways", nargs="+", choices=["all", "watched", "triggers"])
    parser.add_argument("--misses", type=int, default=5, help="end when so many have been found")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.site.settings")
    django.setup()
    with _databases(options.databases) as databases:
        sys.exit(_run(options, databases))


def _run(options: argparse.Namespace, databases: list[str]) -> int:
    from onair.live.reading.hooks import install
    from tests.live.soundness.hearing import WAYS
    from tests.live.soundness.trial import Score, Trial, populated

    install()
    scores: dict[tuple[str, str, bool], Score] = defaultdict(Score)
    kinds = list(product(databases, options.ways or WAYS, (True, False)))
    end = time.monotonic() + options.seconds
    missed = 0
    for seed in count(options.seed):
        # So that each has its turn, however short the time is.
        for using, way, keyed in Random(seed).sample(kinds, len(kinds)):
            if time.monotonic() > end or missed >= options.misses:
                break
            with populated(using), WAYS[way](using) as heard:
                trial = Trial(using, seed, heard, queries=QUERIES, keyed=keyed, by_hand=way == "triggers")
                for _ in range(STEPS):
                    if time.monotonic() > end or missed + len(trial.score.missed) >= options.misses:
                        break
                    trial.step()
            for text in trial.score.missed:
                _say(f"MISSED, seed {seed}, {using}, {way}, keyed {keyed}: {text}\n")
            missed += len(trial.score.missed)
            scores[using, way, keyed].add(trial.score)
        else:
            if seed - options.seed + 1 != options.trials:
                continue
        break
    for (using, way, keyed), score in scores.items():
        _say(f"{using:8}  {way:8}  {'keyed' if keyed else 'broad'}  {score}")
    return 1 if missed else 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


@contextmanager
def _databases(wanted: list[str]) -> Iterator[list[str]]:
    """Make the databases that are wanted and that this machine has."""
    from django.db import connections
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
        teardown_test_environment,
    )

    from tests.cluster import Cluster, NoPostgres

    cluster = Cluster.planned()
    if "postgres" in wanted:
        try:
            cluster.ensure_started()
            connections["postgres"].settings_dict["HOST"] = cluster.folder
        except NoPostgres as error:
            _say(f"Not on PostgreSQL: {error}")
            wanted = [name for name in wanted if name != "postgres"]
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False, aliases={"default", *wanted})
    try:
        yield wanted
    finally:
        teardown_databases(made, verbosity=0)
        teardown_test_environment()
        cluster.stop()


if __name__ == "__main__":
    main()
