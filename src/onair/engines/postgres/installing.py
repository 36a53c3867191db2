"""The engine's tables in a database that no Django site migrates."""

from __future__ import annotations

import psycopg

from onair.engines.postgres.address import address_of
from onair.engines.postgres.faults import trouble_of
from onair.engines.postgres_schema import VERSION, creation

#: Seconds to connect.
_CONNECT = 15

_LOCK = int.from_bytes(b"onair.sc")


def ensure_schema(url: str) -> None:
    """Make the engine's tables, unless they are there.

    Args:
        url: The engine's URL.

    Raises:
        EngineDown: The database cannot be reached.
        EngineRefused: It may not be done, or the URL is wrong.
    """
    address = address_of(url)
    try:
        with psycopg.connect(**address.connecting(_CONNECT)) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if _version(connection) != VERSION:
                connection.execute(creation().encode())
    except psycopg.Error as error:
        raise trouble_of(error, address) from None


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    found = connection.execute("SELECT to_regproc('onair_engine_version')").fetchone()
    if found == (None,):
        return None
    row = connection.execute("SELECT onair_engine_version()").fetchone()
    return row and row[0]
