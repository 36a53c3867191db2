"""The engine over PostgreSQL: for sites that have no Redis."""

from __future__ import annotations

from onair.engines.base import Bounds
from onair.engines.postgres.address import address_of
from onair.engines.postgres.client import PostgresClient
from onair.engines.postgres.engine import PostgresEngine
from onair.engines.postgres.installing import ensure_schema
from onair.engines.postgres.pace import Times

__all__ = ["ensure_schema", "open_client", "open_engine"]


def open_engine(
    url: str, app_id: str, bounds: Bounds, times: Times | None = None, *, makes_tables: bool = False
) -> PostgresEngine:
    """Make the engine for an app; nothing is connected yet.

    Args:
        times: How long things take.
        makes_tables: Whether it makes the tables where they are missing.

    Raises:
        EngineRefused: The URL is wrong.
    """
    return PostgresEngine(address_of(url), app_id, bounds, times, makes_tables=makes_tables)


def open_client(url: str, app_id: str, bounds: Bounds) -> PostgresClient:
    """Make a client for an app; nothing is connected yet.

    Raises:
        EngineRefused: The URL is wrong.
    """
    return PostgresClient(address_of(url), app_id, bounds)
