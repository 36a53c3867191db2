"""Measures what live pages cost, and how soon a change is on them. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine
from benchmarks.capture.site import POSTGRES, SQLITE, databases
from benchmarks.live import report, site, sizes
from benchmarks.live.delivery import Delays, measure_delays, measure_foreign_delays, measure_window
from benchmarks.live.rendering import render_again, track
from benchmarks.process import raise_file_limit

PACKAGES = ("django", "uvicorn", "uvloop", "httptools", "psycopg", "msgspec")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="of pages, of which the median is taken")
    parser.add_argument("--viewers", type=int, default=1_000, help="of the list that changes")
    parser.add_argument("--changes", type=int, default=200, help="that are timed on their way to a socket")
    parser.add_argument("--databases", nargs="+", choices=[SQLITE, POSTGRES], default=[SQLITE, POSTGRES])
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--output", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    share = 10 if options.quick else 1
    rounds, viewers, changes = (
        max(2, number // share) for number in (options.rounds, options.viewers, options.changes)
    )
    raise_file_limit()
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        found = stack.enter_context(databases({SQLITE, *options.databases}, missing))
        site.set_up({"default": found[SQLITE]} | found)
        stack.callback(_close_all)
        site.fill()
        tracking = track(rounds)
        _say("pages were loaded")
        again = render_again(rounds)
        _say("pages were rendered again")
        window = measure_window(found[SQLITE], viewers, rounds=5)
        _say("a list with viewers was changed")
        delays: dict[tuple[str, bool], Delays] = {}
        for name in found:
            delays[name, False] = measure_delays(found[name], changes)
            delays[name, True] = measure_foreign_delays(found[name], name, changes)
            _say(f"changes of {name} were timed")
    text = "\n\n".join(
        [
            "# What live pages cost, and how soon a change is on them",
            "\n".join(machine.described_python(PACKAGES)),
            f"`python -m benchmarks.live{' --quick' if options.quick else ''}`; see README.md.",
            *(f"{name} was not measured: {reason}" for name, reason in missing.items()),
            *_section(
                f"A page of {site.ROWS} rows and {site.ROWS * site.VALUES} values", report.tracked(tracking)
            ),
            *_section("The same list again, with one row that changed", report.again(again)),
            *_section(f"One change, {viewers:,} viewers who have logged in", report.window(window)),
            *_section("From a write to its patch at a socket", report.delays(delays)),
            *_section("What the browser loads", report.size(sizes.client())),
        ]
    )
    print(text)
    if options.output:
        options.output.write_text(f"{text}\n")


def _section(title: str, lines: Iterable[str]) -> tuple[str, str]:
    return f"## {title}", "\n".join(lines)


def _say(what: str) -> None:
    print(what, file=sys.stderr)


def _close_all() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    main()
