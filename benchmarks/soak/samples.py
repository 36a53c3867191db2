"""What memory and keys there are, time and again, and whether they grow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.redis_server import RedisServer

from benchmarks.process import Server

KIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """What there was at one moment; memory in bytes."""

    minutes: float
    workers: tuple[int, ...]
    redis: int
    keys: int


def take(minutes: float, workers: Sequence[Server], redis: RedisServer) -> Sample:
    """Look at the processes now."""
    return Sample(
        minutes,
        tuple(worker.memory() for worker in workers),
        int(_info(redis, "memory", "used_memory")),
        int(redis.cli("DBSIZE")),
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """What is added in a minute, as the line through the second half of the points has it."""
    half = points[len(points) // 2 :]
    times, values = zip(*half, strict=True)
    return statistics.linear_regression(times, values).slope


def _info(redis: RedisServer, section: str, name: str) -> str:
    lines = dict(line.partition(":")[::2] for line in redis.cli("INFO", section).splitlines())
    return lines[name].strip()
