"""What an engine says of itself: its clock beside ours, and how it keeps what it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onair.doctor.examination import Options
from onair.doctor.outcome import Failed
from onair.engines.urls import EngineUrl
from onair.protocol.signing import TIMESTAMP_TOLERANCE

#: Seconds by which two clocks may differ before it is worth a word.
_NOTICED = 30.0


@dataclass(frozen=True, slots=True)
class Condition:
    """How an engine is.

    Args:
        version: Its name and version, for people.
        clock: The seconds since the epoch, as it has them.
        elapsed: The seconds that asking for its clock took.
        hints: Sentences about what could be better.
    """

    version: str
    clock: float
    elapsed: float
    hints: tuple[str, ...] = ()

    def compared(self, now: float) -> tuple[str, tuple[str, ...]]:
        """Return a sentence, and hints.

        Args:
            now: Our clock, when the answer had come.

        Raises:
            Failed: One of the clocks is so wrong that signed requests are refused.
        """
        skew = now - self.elapsed / 2 - self.clock
        said = f"{self.version}; its clock is {abs(skew):.1f} s {'behind' if skew > 0 else 'ahead of'} ours."
        if abs(skew) > TIMESTAMP_TOLERANCE:
            raise Failed(
                f"{said} Signatures hold for {TIMESTAMP_TOLERANCE} s.",
                "Set the clock of the machine that is wrong (NTP).",
            )
        late = abs(skew) > _NOTICED
        return said, (*(("The clocks differ: set them by NTP.",) if late else ()), *self.hints)


def condition_of(engine: EngineUrl, options: Options) -> tuple[str, tuple[str, ...]]:
    """Return a sentence about the engine, and hints.

    Raises:
        Failed: Its clock, or ours, is wrong.
        EngineDown, EngineRefused: It cannot be asked.
    """
    condition = _ASK[engine.scheme.partition("+")[0]](engine, options.timeout)
    return condition.compared(options.clock())


def _of_redis(engine: EngineUrl, timeout: float) -> Condition:
    return asyncio.run(_ask_redis(engine.url, timeout))


async def _ask_redis(url: str, timeout: float) -> Condition:  # noqa: ASYNC109 (a socket's)
    from onair.engines.redis import address as addresses
    from onair.engines.redis.connection import Connection, Lost
    from onair.engines.redis.dialling import dial, locate

    address = addresses.parse(url)
    place = await locate(address, timeout)
    connection = await dial(place, address, timeout, lambda: Connection(lambda reason: None))

    async def asked(*command: str) -> list[bytes]:
        """Return the reply; nothing where this user may not ask."""
        try:
            async with asyncio.timeout(timeout):
                reply = await connection.request(*command)
        except Exception:
            return []
        return reply if isinstance(reply, list) else [reply]

    try:
        started = time.monotonic()
        clock = [int(part) for part in await asked("TIME")]
        elapsed = time.monotonic() - started
        info = _fields(b"".join(await asked("INFO")))
        policy = b"".join((await asked("CONFIG", "GET", "maxmemory-policy"))[1:]).decode()
    finally:
        connection.end(Lost())
    return Condition(
        f"Redis {info.get('redis_version', 'of an unknown version')}",
        clock[0] + clock[1] / 1e6 if clock else time.time(),
        elapsed,
        tuple(_redis_hints(info, policy or info.get("maxmemory_policy", ""))),
    )


def _redis_hints(info: Mapping[str, str], policy: str) -> list[str]:
    hints = []
    if info.get("aof_enabled") == "0":
        hints.append(
            "Nothing is written to its disk at once (appendonly no): what it is told in its last moments is "
            "lost when it dies."
        )
    if policy not in {"", "noeviction"} and info.get("maxmemory", "0") != "0":
        hints.append(
            f"It may forget at any time what it is told (maxmemory-policy {policy}): use noeviction, or a "
            "Redis for django-onair alone."
        )
    return hints


def _fields(info: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in info.decode(errors="replace").splitlines())
    return {name: value for name, colon, value in lines if colon}


def _of_postgres(engine: EngineUrl, timeout: float) -> Condition:
    import psycopg

    from onair.engines.postgres.address import address_of

    with psycopg.connect(**address_of(engine.url).connecting(timeout)) as connection:
        started = time.monotonic()
        row = connection.execute(_POSTGRES).fetchone()
        elapsed = time.monotonic() - started
    assert row is not None
    version, clock, fsync = row
    hints = (
        ("It does not wait for its disk (fsync off): a crash may cost all of it.",) if fsync == "off" else ()
    )
    return Condition(f"PostgreSQL {version}", float(clock), elapsed, hints)


_POSTGRES = (
    "SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp()), "
    "current_setting('fsync')"
)

_ASK: Mapping[str, Callable[[EngineUrl, float], Condition]] = {
    "redis": _of_redis,
    "rediss": _of_redis,
    "postgres": _of_postgres,
    "postgresql": _of_postgres,
}
