"""Reads what comes on the channels that a process listens to, in its loop."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable

import msgspec

from onair.engines.base import Entry, Sink
from onair.engines.postgres.line import Line, Row
from onair.engines.postgres.pace import Looks, Times

logger = logging.getLogger("onair.engines.postgres")

_LISTEN = b'LISTEN "onair_engine"'
_NOTIFY = b"SELECT pg_notify('onair_engine', $1)"
_EPOCH = b"SELECT onair_engine_connect($1)"
_LAST = b"SELECT coalesce(max(number + 0), 0)::text FROM onair_engine_log WHERE app = $1"
_READ = b"SELECT channel, number, previous, body FROM onair_engine_read($1, $2, $3, $4::text[], $5)"

#: Entries of all channels that one look goes through.
MOST = 1_000

#: Up to so many channels, all of their names are sent with each look; of more, those that have something new.
FEW = 100

_NEW = (
    b"SELECT channel, max(number)::text FROM ("
    b"SELECT channel, number FROM onair_engine_log WHERE app = $1 AND number + 0 > $2 "
    b"ORDER BY number + 0 LIMIT $3) fresh GROUP BY channel"
)

#: The highest number that there can be.
_ANY = b"9223372036854775807"


class EpochChanged(Exception):
    """The shared data has gone while the connection was there."""

    def __init__(self) -> None:
        super().__init__("its tables were emptied")


class Reader:
    """Which channels are listened to, and how far their logs were read.

    Args:
        app_id: The app.
        times: How long things take.
    """

    def __init__(self, app_id: str, times: Times) -> None:
        self._app = app_id.encode()
        self._times = times
        self._listened: set[str] = set()
        self._names = b"{}"
        self._last = 0
        self._epoch = b""
        self._line: Line | None = None
        self._looking = False
        self._waiting: list[asyncio.Future[None]] = []
        self._has_warned = False

    def listen(self, channel: str) -> asyncio.Future[None]:
        """Hear of a channel from the next look on. Done when there is no other look under way."""
        self._listened.add(channel)
        self._names = b""
        future = asyncio.get_running_loop().create_future()
        if self._looking:
            self._waiting.append(future)
        else:
            future.set_result(None)
        return future

    def unlisten(self, channel: str) -> None:
        """Hear of a channel no more."""
        self._listened.discard(channel)
        self._names = b""

    def wake(self) -> None:
        """Look soon: there is something."""
        if self._line is not None:
            self._line.wake()

    async def begin(self, line: Line, commands: Line, where: object) -> str:
        """Listen on a new connection, from now on, and return the epoch.

        Args:
            line: The reader's own connection.
            commands: Another one, by which it finds out whether notifications arrive.
            where: The address, for messages.
        """
        self._looks = Looks(self._times)
        await line.ask(_LISTEN)
        if not await self._hears(line, commands):
            self._looks.are_all_there_is()
            self._warn(where)
        self._epoch = (await commands.ask(_EPOCH, [self._app]))[0][0] or b""
        self._last = int((await line.ask(_LAST, [self._app]))[0][0] or 0)
        self._line = line
        return self._epoch.decode()

    async def follow(self, sink: Sink) -> None:
        """Give the sink what comes, until the connection is lost."""
        line = self._line
        assert line is not None, "it has begun"
        try:
            while True:
                if await self._look(line, sink):
                    self._looks.begin()
                    await asyncio.sleep(self._times.looks[0])
                    continue
                if await line.rest(self._looks.pause()):
                    line.notifications()
                    self._looks.begin()
        finally:
            self._line = None
            self._release()

    async def _hears(self, line: Line, commands: Line) -> bool:
        """Whether a notification arrives while nothing is asked; a pooler may bring it with an answer."""
        nonce = secrets.token_hex(8).encode()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._times.hearing
        await commands.ask(_NOTIFY, [nonce])
        while (left := until - loop.time()) > 0:
            await line.rest(left)
            if nonce in line.notifications():
                return True
        return False

    def _warn(self, where: object) -> None:
        if self._has_warned:
            return
        self._has_warned = True
        logger.warning(
            "PostgreSQL at %s passes no notifications on, as behind a PgBouncer that pools transactions: the "
            "engine looks every %d ms instead. Name the database itself in the engine's URL, or a pool of "
            "sessions.",
            where,
            1000 * self._times.deaf,
        )

    async def _look(self, line: Line, sink: Sink) -> bool:
        """Read what is new; whether there was anything, on whichever channel."""
        self._looking = True
        try:
            until, names = await self._wanted(line)
            params = [self._app, b"%d" % self._last, until, names, b"%d" % MOST]
            status, *rows = await line.ask(_READ, params, result_format=1)
        finally:
            self._release()
        epoch, last, *_ = status
        if epoch != self._epoch:
            raise EpochChanged
        if last is None:
            return False
        self._last = _number(last)
        self._hand_over(rows, sink)
        return True

    async def _wanted(self, line: Line) -> tuple[bytes, bytes]:
        """Return until which number to read, and the channels, as an array of PostgreSQL."""
        if len(self._listened) > FEW:
            found = await line.ask(_NEW, [self._app, b"%d" % self._last, b"%d" % MOST])
            # What comes between this question and the next one may be on other channels: it is not read yet.
            until = max((int(number or 0) for _, number in found), default=self._last)
            names = (channel.decode() for channel, _ in found if channel)
            return b"%d" % until, _array(name for name in names if name in self._listened)
        if not self._names:
            self._names = _array(self._listened)
        return _ANY, self._names

    def _hand_over(self, rows: Iterable[Row], sink: Sink) -> None:
        by_channel: dict[bytes, list[Entry]] = {}
        for channel, number, previous, body in rows:
            assert channel is not None, "its column is part of the key"
            by_channel.setdefault(channel, []).append(Entry(_number(number), _number(previous), body or b""))
        for channel, entries in by_channel.items():
            name = channel.decode()
            if name in self._listened:
                sink.received(name, entries)

    def _release(self) -> None:
        """The look is over: who has begun to listen meanwhile misses nothing from now on."""
        self._looking = False
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


def _number(value: bytes | None) -> int:
    return int.from_bytes(value or b"", signed=True)


def _array(names: Iterable[str]) -> bytes:
    # As an array of PostgreSQL. JSON quotes as it does, and no name of a channel has anything to escape.
    return b"{%s}" % b",".join(msgspec.json.encode(name) for name in names)
