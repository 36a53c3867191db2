from __future__ import annotations

from benchmarks.engines import Case, Figure, Plan, Samples, peers_over, run, section
from benchmarks.measurements import Effort

SHORT = Plan(1, (4,), (1, 2), Effort(cpu_seconds=0.01, wall_seconds=10, event_seconds=20))

CASE = Case(100, 1)


def cells(samples: Samples, peer: str) -> list[str]:
    row = next(line for line in section(samples, 1).splitlines() if f"| {peer} |" in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_row_compares_the_time_of_the_servers_alone() -> None:
    samples: Samples = {(CASE, "onair"): [Figure(4_100, 3_000)], (CASE, "Channels"): [Figure(100, 90)]}
    assert cells(samples, "Channels")[3:] == ["100", "90", "41.0×", "≥ 40×", "met"]


def test_a_server_that_was_too_slow_once_has_no_figure() -> None:
    samples: Samples = {(CASE, "onair"): [Figure(4_100, 3_000)], (CASE, "Channels"): [Figure(100, 90), None]}
    assert cells(samples, "Channels")[3:] == ["timed out", "", "", "≥ 40×", "met"]


def test_it_measures_two_processes_of_every_server() -> None:
    samples = run(SHORT)
    assert {peer for _, peer in samples} == {peer.name for peer in peers_over("")}
    assert all(figures != [None] for figures in samples.values())
