"""Redis' protocol, as hiredis reads and writes it. Pure."""

from __future__ import annotations

import hiredis

from onair.engines.redis.address import Command

#: What a reader gives while it waits for more bytes; a reply may be anything else.
NOT_YET = object()


def pack(command: Command) -> bytes:
    """Return a command as bytes."""
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]  # its stub has a tuple of one
    return packed


def new_reader() -> hiredis.Reader:
    """Return a reader of replies; errors are among them as exceptions."""
    return hiredis.Reader(notEnoughData=NOT_YET)
