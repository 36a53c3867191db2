from __future__ import annotations

import sys

import pytest

from benchmarks.engines import Case, Figure, Plan, Samples, measure, peers_over, section
from benchmarks.measurements import Effort
from benchmarks.process import Server
from tests.redis_server import RedisServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's account of a process")

SHORT = Plan(1, (4,), (1, 2), Effort(cpu_seconds=0.01, wall_seconds=10, event_seconds=20))

CASE = Case(100, 1)


def cells(samples: Samples, peer: str) -> list[str]:
    row = next(line for line in section(samples, 1).splitlines() if f"| {peer} |" in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_row_compares_the_time_of_the_servers_alone() -> None:
    samples: Samples = {(CASE, "onair"): [Figure(4_100, 3_000)], (CASE, "Channels"): [Figure(100, 90)]}
    assert cells(samples, "Channels")[3:] == ["100", "90", "41.0×"]


def test_a_server_that_was_too_slow_once_has_no_figure() -> None:
    samples: Samples = {(CASE, "onair"): [Figure(4_100, 3_000)], (CASE, "Channels"): [Figure(100, 90), None]}
    assert cells(samples, "Channels")[3:] == ["timed out", "", ""]


def test_it_measures_two_processes(redis_server: RedisServer) -> None:
    ours, *_ = peers_over(redis_server.url)
    redis = Server(redis_server.port, redis_server.process.pid)
    figures = dict(measure(ours, redis, 4, SHORT))
    assert figures.keys() == {Case(4, in_flight) for in_flight in SHORT.in_flight}
    assert all(figure is not None and 0 < figure.with_redis < figure.servers for figure in figures.values())
