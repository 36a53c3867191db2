"""Measures onair's server beside its peers. See benchmarks/README.md for what is compared and how."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine, report
from benchmarks.goals import OURS
from benchmarks.measurements import Case, Effort, Figure, Topic, measure
from benchmarks.peers import PEERS, Peer
from benchmarks.process import NotStarted, compile_c, raise_file_limit, running
from benchmarks.sections import put_section

#: Files that a process has open beside its subscribers' sockets.
SPARE_FILES = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure."""

    rounds: int
    subscribers: Sequence[int]
    in_flight: Sequence[int]
    effort: Effort

    def cases(self) -> Iterator[Case]:
        """In the order of the report. Publishes are measured once, before the fewest subscribers connect;
        connections with the most."""
        for in_flight in self.in_flight:
            yield from (Case(Topic.DELIVERIES, count, in_flight) for count in self.subscribers)
        most = max(self.subscribers)
        yield Case(Topic.MEMORY, most, 0)
        yield Case(Topic.HANDSHAKES, most, 0)
        yield from (Case(Topic.PUBLISHES, 0, in_flight) for in_flight in self.in_flight)

    def cases_with(self, subscribers: int) -> Sequence[Case]:
        """The cases to measure at a server that gets so many subscribers."""
        counts = {subscribers, 0} if subscribers == min(self.subscribers) else {subscribers}
        return [case for case in self.cases() if case.subscribers in counts]


WHOLE = Plan(3, (100, 1_000, 5_000), (1, 16), Effort(cpu_seconds=0.8, wall_seconds=10, event_seconds=20))
QUICK = Plan(1, (100, 1_000), (1, 16), Effort(cpu_seconds=0.3, wall_seconds=5, event_seconds=10))


class Benchmark:
    """Measures every peer in every round, so that what disturbs the machine disturbs all of them."""

    def __init__(self, plan: Plan, peers: Sequence[Peer]) -> None:
        self.plan = plan
        self.missing: dict[str, str] = {}
        self.peers = [peer for peer in peers if self._starts(peer)]
        self.samples: dict[Case, dict[str, list[Figure]]] = {
            case: {peer.name: [] for peer in self.peers} for case in plan.cases()
        }

    def run(self) -> None:
        for number in range(self.plan.rounds):
            for count in self.plan.subscribers:
                for peer in self.peers:
                    started = time.monotonic()
                    self._measure(peer, count)
                    seconds = time.monotonic() - started
                    print(f"round {number + 1}, N={count:,}, {peer.name}: {seconds:.0f} s", file=sys.stderr)

    def report(self) -> str:
        """The first section of RESULTS.md."""
        return "\n\n".join(
            [
                "# Results",
                "\n".join(machine.described()),
                f"Medians of {self.plan.rounds} interleaved rounds; see README.md for what they mean.",
                *(f"{name} was not measured: {reason}" for name, reason in self.missing.items()),
                *report.tables(self.samples),
                *self._reasons(),
            ]
        )

    def _reasons(self) -> Iterator[str]:
        reasons = list(report.reasons(self.samples))
        if reasons:
            yield "## What is short, and why"
            yield "\n".join(reasons)

    def _measure(self, peer: Peer, count: int) -> None:
        cases = [case for case in self.plan.cases_with(count) if None not in self.samples[case][peer.name]]
        for case, figure in measure(peer, count, cases, self.plan.effort):
            self.samples[case][peer.name].append(figure)

    def _starts(self, peer: Peer) -> bool:
        try:
            with running(peer):
                return True
        except NotStarted as error:
            if peer.name == OURS:
                raise
            self.missing[peer.name] = str(error)
            return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    others = [peer.name for peer in PEERS if peer.name != OURS]
    parser.add_argument("--quick", action="store_true", help="one short round, without 5,000 subscribers")
    parser.add_argument("--rounds", type=int, help="of which the median is taken")
    parser.add_argument("--subscribers", type=int, nargs="+", metavar="N")
    parser.add_argument("--in-flight", type=int, nargs="+", metavar="W", help="events that are sent at once")
    parser.add_argument("--peers", nargs="*", choices=others, default=others, help="all of them if left out")
    parser.add_argument("--output", type=Path, help="put the report into this file, too")
    options = parser.parse_args()
    base = QUICK if options.quick else WHOLE
    plan = Plan(
        options.rounds or base.rounds,
        sorted(options.subscribers or base.subscribers),
        options.in_flight or base.in_flight,
        base.effort,
    )
    files, needed = raise_file_limit(), max(plan.subscribers) + SPARE_FILES
    if files < needed:
        parser.error(
            f"{needed:,} open files are needed, and {files:,} are allowed: raise the limit (ulimit -Hn)"
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers are stopped on the way out
    compile_c()
    benchmark = Benchmark(plan, [peer for peer in PEERS if peer.name in {OURS, *options.peers}])
    benchmark.run()
    text = benchmark.report()
    print(text)
    if options.output:
        put_section(options.output, text)


if __name__ == "__main__":
    main()
