"""Measures what ``publish()`` costs the request that calls it. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine
from benchmarks.goals import OURS
from benchmarks.peers import PEERS
from benchmarks.process import running
from benchmarks.publish import places, report
from benchmarks.publish.measurements import Case, Cost, Place, cases, measure, prepared

PACKAGES = ("django", "pusher", "requests", "urllib3", "msgspec")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is taken")
    parser.add_argument("--calls", type=int, default=500, help="of each case in a round")
    parser.add_argument("--output", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    samples: dict[Case, list[Cost]] = {case: [] for case in cases()}
    with running(next(peer for peer in PEERS if peer.name == OURS)) as server:
        places.set_up(server.port)
        for number in range(options.rounds):
            for case, costs in samples.items():
                with ExitStack() as stack:
                    if case.place is Place.IN_PROCESS:
                        stack.enter_context(places.server_in_process())
                    costs.append(measure(case, prepared(case.place, server.port), options.calls))
            print(f"round {number + 1}", file=sys.stderr)
    lines = [
        "# What publish() costs a request",
        "\n".join(machine.described_python(PACKAGES)),
        f"Medians of {options.rounds} interleaved rounds of {options.calls} calls; see README.md.",
        "\n".join(report.table(samples)),
    ]
    text = "\n\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(f"{text}\n")


if __name__ == "__main__":
    main()
