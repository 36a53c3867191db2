"""Measures what capturing adds to ``Model.save()``. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine
from benchmarks.capture import report
from benchmarks.capture.measurements import BROADCASTING, CAPTURING, Case, Write, measure
from benchmarks.capture.site import POSTGRES, SQLITE, databases, site
from benchmarks.goals import OURS
from benchmarks.peers import PEERS
from benchmarks.process import running

PACKAGES = ("django", "psycopg", "msgspec", "urllib3")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capture", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of which the median is taken")
    parser.add_argument("--transactions", type=int, default=100, help="of each model in a round")
    parser.add_argument("--databases", nargs="+", choices=[SQLITE, POSTGRES], default=[SQLITE, POSTGRES])
    parser.add_argument("--output", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        found = stack.enter_context(databases(options.databases, missing))
        server = stack.enter_context(running(next(peer for peer in PEERS if peer.name == OURS)))
        switch = stack.enter_context(site(found, server.port))
        samples = {}
        for case in cases(found):
            effort = {"rounds": options.rounds, "transactions": options.transactions}
            samples[case] = list(measure(case, switch, **effort))
            print(f"{case.database}, {case.write.value}, together: {case.together}", file=sys.stderr)
    lines = [
        "# The cost of capturing",
        "\n".join(machine.described_python(PACKAGES)),
        f"Medians of {options.rounds} rounds of {options.transactions} transactions; see README.md.",
        *(f"{name} was not measured: {reason}" for name, reason in missing.items()),
        *report.tables(samples),
    ]
    text = "\n\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(f"{text}\n")


def cases(found: Iterable[str]) -> Iterator[Case]:
    """Every write to every database, with a commit of its own and with others."""
    for subjects in (CAPTURING, BROADCASTING):
        for database in found:
            for write in Write:
                yield from (Case(database, write, together, subjects) for together in (False, True))


if __name__ == "__main__":
    main()
