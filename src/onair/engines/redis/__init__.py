"""Redis, or Valkey, as the engine."""

from __future__ import annotations

from onair.engines.base import Bounds
from onair.engines.redis.address import parse
from onair.engines.redis.client import RedisClient
from onair.engines.redis.engine import DEFAULT, RedisEngine, Times
from onair.engines.redis.wire import Keys


def open_engine(url: str, app_id: str, bounds: Bounds, times: Times = DEFAULT) -> RedisEngine:
    """Make the engine of an app.

    Args:
        times: How patient it is.

    Raises:
        EngineRefused: The URL cannot be read.
    """
    address = parse(url)
    return RedisEngine(address, Keys.of(app_id, address.prefix, address.db, bounds), times)


def open_client(url: str, app_id: str, bounds: Bounds) -> RedisClient:
    """Make a client of an app.

    Raises:
        EngineRefused: The URL cannot be read.
    """
    address = parse(url)
    return RedisClient(address, Keys.of(app_id, address.prefix, address.db, bounds))
