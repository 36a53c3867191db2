"""Whatever goes down and comes back: all that is acknowledged comes, in order, once, and counts come right.

The runs are those of ``python -m benchmarks.chaos``, with fewer pages.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import pytest

from benchmarks.chaos.__main__ import QUICK
from benchmarks.chaos.run import run
from benchmarks.chaos.scenarios import BY_NAME
from benchmarks.process import raise_file_limit

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks for workers where Linux lists them"),
]

#: Without those of pusher-js, whose losses are no promise.
SHORT = replace(QUICK, pages=120, plain=0, before=0.5, after=1.0, pause=2.5, patience=60)

SEED = 7


@pytest.mark.parametrize(
    ("scenario", "store", "workers"),
    [
        ("cut", "memory", 1),
        ("killed", "Redis", 2),
        ("killed", "PostgreSQL", 2),
        ("rolling", "Redis", 2),
        ("restarted", "Redis", 2),
        ("restarted", "PostgreSQL", 2),
        ("forgotten", "Redis, nothing kept", 2),
        ("paused", "Redis", 4),
    ],
)
def test_nothing_is_lost_and_counts_come_right(scenario: str, store: str, workers: int) -> None:
    raise_file_limit()
    outcome = asyncio.run(run(BY_NAME[scenario], store, workers, SHORT, SEED))
    assert not outcome.faults
    assert outcome.pages.expected > SHORT.pages
