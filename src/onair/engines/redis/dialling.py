"""The way to a Redis: Sentinel, sockets, TLS, and what is said first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import hiredis

from onair.engines.redis.address import Address, Command, Place, Tls
from onair.engines.redis.connection import Connection, Lost
from onair.engines.redis.errors import trouble_of

C = TypeVar("C", bound=Connection)


async def locate(address: Address, seconds: float) -> Place:
    """Return where Redis is now; sentinels are asked, one after the other.

    Args:
        seconds: How long each of them may take.

    Raises:
        EngineDown, EngineRefused: No sentinel knows.
    """
    if not address.service:
        return address.places[0]
    failure: Exception = OSError(f"no sentinel knows a service {address.service!r}")
    for sentinel in address.places:
        try:
            async with asyncio.timeout(seconds):
                place = await _ask_sentinel(sentinel, address, seconds)
        except (OSError, Lost, hiredis.ReplyError) as error:
            failure = error
            continue
        if place is not None:
            return place
    raise trouble_of(failure, address)


async def dial(place: Place, address: Address, seconds: float, make: Callable[[], C]) -> C:
    """Open a connection to Redis and introduce ourselves.

    Args:
        seconds: How long all of it may take.

    Raises:
        EngineDown, EngineRefused
    """
    try:
        async with asyncio.timeout(seconds):
            return await _open(place, address.tls, address.greeting(), make, seconds)
    except Exception as error:
        raise trouble_of(error, place) from None


async def _ask_sentinel(sentinel: Place, address: Address, seconds: float) -> Place | None:
    greeting = address.sentinel_login.commands()
    connection = await _open(
        sentinel, address.tls, greeting, partial(Connection, lambda reason: None), seconds
    )
    try:
        found = await connection.request("SENTINEL", "get-master-addr-by-name", address.service)
    finally:
        connection.end(Lost())
    return None if found is None else Place(found[0].decode(), int(found[1]))


async def _open(
    place: Place, tls: Tls | None, greeting: tuple[Command, ...], make: Callable[[], C], seconds: float
) -> C:
    loop = asyncio.get_running_loop()
    if place.path:
        _, connection = await loop.create_unix_connection(make, place.path)
    elif tls is None:
        _, connection = await loop.create_connection(make, place.host, place.port)
    else:
        _, connection = await loop.create_connection(
            make,
            place.host,
            place.port,
            ssl=tls.context(),
            server_hostname=place.host,
            ssl_handshake_timeout=seconds / 2,  # so that it is named, before the time is over for all
        )
    try:
        # Of several errors the first one is the cause.
        replies = [connection.request(*command) for command in (*greeting, ("PING",))]
        for reply in replies:
            await reply
    except BaseException:
        connection.end(Lost())
        raise
    return connection
