"""Requests of a session that another process of this machine has: passed on to it, and its answer back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from onair.engines.private_folder import UnsafeFolder, private_folder
from onair.server.fallback import paths
from onair.server.fallback.claims import Claims
from onair.server.fallback.paths import FallbackPath
from onair.server.types import Event, Receive, Scope, Send

logger = logging.getLogger("onair.server")

#: Answers a request for a session of this process.
Answer = Callable[[FallbackPath, Scope, Receive, Send], Awaitable[None]]

_LENGTH_BYTES = 4

#: What of a scope goes over.
_SCOPE = ("method", "path", "query_string", "headers")

_encoder = msgspec.msgpack.Encoder()


class Gone(Exception):
    """The process that had the session has gone, and has answered nothing."""


class Relay:
    """The door of this process, open while it has sessions, and the way to those of others.

    Args:
        claims: Which process has which session.
        answer: Answers what comes through the door.
    """

    def __init__(self, claims: Claims, answer: Answer) -> None:
        self._claims = claims
        self._answer = answer
        self._door: asyncio.Server | None = None
        self._opening = asyncio.Lock()
        self._own: set[str] = set()
        self._exchanges: set[asyncio.StreamWriter] = set()
        self._lets_go = False

    async def claim(self, session: str) -> bool:
        """Take a session for this process; whether no other has it."""
        async with self._opening:
            if self._door is None and not self._lets_go:
                self._claims.sweep()
                self._door = await asyncio.start_unix_server(self._take, self._claims.door)
            is_ours = self._claims.claim(session)
            if is_ours:
                self._own.add(session)
            self._close_if_done()
            return is_ours

    def release(self, session: str) -> None:
        """The session has ended."""
        if session in self._own:
            self._own.remove(session)
            self._claims.release(session)
            if not self._opening.locked():
                self._close_if_done()

    async def pass_on(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the process answer that has a session.

        Raises:
            Gone: there is none any more, and nothing is answered.
        """
        door = self._claims.door_of(session)
        if door is None:
            raise Gone
        try:
            await self._exchange(door, scope, receive, send)
        except Gone:
            if self._lets_go:
                return
            self._claims.release(session)
            raise

    def let_go(self) -> None:
        """Take no more from others, and break off what is passed on to them.

        Its clients come back by themselves, to a process that stays. An open door would outlive the loop.
        """
        self._lets_go = True
        for writer in self._exchanges:
            writer.close()
        if not self._opening.locked():
            self._close_if_done()

    async def _exchange(self, door: Path, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reader, writer = await asyncio.open_unix_connection(door)
        except OSError:
            raise Gone from None
        self._exchanges.add(writer)
        _write(writer, [scope[name] for name in _SCOPE])
        asking = asyncio.create_task(_ask(receive, writer))
        try:
            await _return_answer(reader, send, scope, asking)
        finally:
            self._exchanges.discard(writer)
            asking.cancel()
            writer.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a request that another process passes on."""
        try:
            asked = await _read(reader)
            if asked is None:
                return
            scope: Scope = {"type": "http", **dict(zip(_SCOPE, asked, strict=True))}
            scope["headers"] = [(name, value) for name, value in scope["headers"]]
            scope["extensions"] = {"onair": {"abort": writer.transport.abort}}
            path = paths.split(scope["path"])
            if path is not None:
                await self._answer(path, scope, _receiving(reader), _sending(writer))
        except ConnectionError:
            return  # the client of the other process has gone
        finally:
            writer.close()

    def _close_if_done(self) -> None:
        if self._lets_go:
            while self._own:
                self._claims.release(self._own.pop())
        if self._door is not None and not self._own:
            self._door.close()
            self._door = None
            self._claims.door.unlink(missing_ok=True)


def make_relay(answer: Answer) -> Relay | None:
    """The relay of a server that shares its apps with others; None where processes cannot find each other."""
    if not hasattr(asyncio, "start_unix_server"):
        return None
    try:
        return Relay(Claims(private_folder()), answer)
    except (UnsafeFolder, OSError) as error:
        logger.warning("Sessions over HTTP are known to the process alone that has them: %s", error)
        return None


async def _ask(receive: Receive, writer: asyncio.StreamWriter) -> None:
    """Pass on the request's body, and then its client's going, which is the end of the connection."""
    with suppress(ConnectionError):
        while (event := await receive())["type"] == "http.request":
            _write(writer, [event.get("body", b""), event.get("more_body", False)])
            await writer.drain()
    writer.close()


async def _return_answer(
    reader: asyncio.StreamReader, send: Send, scope: Scope, asking: asyncio.Task[None]
) -> None:
    has_begun = False
    while (event := await _read(reader)) is not None:
        if "headers" in event:
            event["headers"] = [(name, value) for name, value in event["headers"]]
        await send(event)
        has_begun = True
        if event["type"] == "http.response.body" and not event.get("more_body", False):
            return
    if asking.done():
        return  # the client has gone, and so has the answer
    if not has_begun:
        raise Gone
    abort = scope.get("extensions", {}).get("onair", {}).get("abort")
    if abort is not None:
        abort()
    else:
        await send({"type": "http.response.body", "body": b""})


def _receiving(reader: asyncio.StreamReader) -> Receive:
    async def receive() -> Event:
        part = await _read(reader)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part[0], "more_body": part[1]}

    return receive


def _sending(writer: asyncio.StreamWriter) -> Send:
    async def send(event: Event) -> None:
        _write(writer, event)
        await writer.drain()

    return send


def _write(writer: asyncio.StreamWriter, value: object) -> None:
    body = _encoder.encode(value)
    writer.write(len(body).to_bytes(_LENGTH_BYTES) + body)


async def _read(reader: asyncio.StreamReader) -> Any:
    """The next thing that the other end says; None at its end."""
    try:
        length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
        return msgspec.msgpack.decode(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
