"""Lets pages come and go for a long time, and says whether memory grows. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import random
import signal
import sys
from pathlib import Path

import uvloop

from benchmarks.process import raise_file_limit
from benchmarks.sections import put_section
from benchmarks.soak.report import section
from benchmarks.soak.run import Effort, run

#: The most seconds in which pages come and go before memory is looked at.
WARM = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="in which memory is looked at")
    parser.add_argument("--pages", type=int, default=300, help="at a time")
    parser.add_argument("--rate", type=float, default=100, help="steps in a second")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="what throws the dice")
    parser.add_argument("--output", type=Path, help="put the tables into this file's section, too")
    options = parser.parse_args()
    raise_file_limit()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped on the way out
    seconds = options.minutes * 60
    effort = Effort(
        warm=min(seconds / 10, WARM),
        seconds=seconds,
        pages=options.pages,
        rate=options.rate,
        look=max(seconds / 360, 0.5),
        history=30,
        patience=30,
    )
    text = section(uvloop.run(run(effort, options.seed)), effort)
    print(text)
    if options.output:
        put_section(options.output, text)


if __name__ == "__main__":
    main()
