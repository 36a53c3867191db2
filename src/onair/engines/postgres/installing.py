"""The engine's tables in a database that no Django site migrates."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg

from onair.engines.postgres.address import Address, address_of
from onair.engines.postgres.faults import Late, check_version, trouble_of
from onair.engines.postgres_schema import VERSION, creation

#: Seconds.
_WITHIN = 15.0

_LOCK = int.from_bytes(b"onair.sc")


def ensure_schema(url: str) -> None:
    """Make the engine's tables, unless they are there; older ones are replaced.

    Args:
        url: The engine's URL.

    Raises:
        EngineDown: The database cannot be reached.
        EngineRefused: It may not be done, the tables are of a newer version, or the URL is wrong.
    """
    address = address_of(url)
    with ThreadPoolExecutor(1) as thread:  # this one may be in an event loop
        thread.submit(lambda: asyncio.run(make_tables(address, _WITHIN))).result()


async def make_tables(address: Address, seconds: float) -> None:
    """Do it in an event loop, in so many seconds.

    Raises:
        EngineDown, EngineRefused: As above.
    """
    try:
        async with (
            asyncio.timeout(seconds),
            await psycopg.AsyncConnection.connect(**address.connecting(seconds)) as connection,
            connection.transaction(),
        ):
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            found = await _version(connection)
            if found < VERSION:
                await connection.execute(creation().encode())
            else:
                check_version(found)
    except TimeoutError:
        raise trouble_of(Late(), address) from None
    except psycopg.Error as error:
        raise trouble_of(error, address) from None


async def _version(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> int:
    """The version of the tables that there are; 0 without any."""
    cursor = await connection.execute("SELECT to_regproc('onair_engine_version')")
    if await cursor.fetchone() == (None,):
        return 0
    row = await (await connection.execute("SELECT onair_engine_version()")).fetchone()
    return row[0] if row and isinstance(row[0], int) else 0
