"""The server's HTTP API, asked over a connection of one's own that is kept alive."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from benchmarks.chaos.page import Address
from onair.protocol.signing import signed_query

#: Seconds to wait for an answer.
PATIENCE = 30.0

OK = 200


class Unanswered(Exception):
    """Nobody knows whether the request was carried out."""


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


class HttpApi:
    """One connection, made anew after it is lost."""

    def __init__(self, address: Address, app_id: str) -> None:
        self._address = address
        self._app_id = app_id
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, endpoint: str, content: object) -> Answer:
        """Post JSON.

        Raises:
            Unanswered: The connection was lost, or could not be made, or there was no answer in time.
        """
        return await self._ask("POST", endpoint, json.dumps(content).encode(), {})

    async def get(self, endpoint: str, **params: str) -> Answer:
        """Get an answer. Raises Unanswered as :meth:`post` does."""
        return await self._ask("GET", endpoint, b"", params)

    def close(self) -> None:
        """Let go of the connection; the next request makes another one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, endpoint: str, body: bytes, params: Mapping[str, str]) -> Answer:
        path = f"/apps/{self._app_id}/{endpoint}"
        credential = self._address.credential
        query = signed_query(credential, method, path, body, timestamp=int(time.time()), params=params)
        head = (
            f"{method} {path}?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(head.encode() + body)
        except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self.close()
            raise Unanswered(repr(error)) from None
        except asyncio.CancelledError:
            self.close()
            raise

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # the server has closed it while it was idle
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._address.port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        return Answer(int(head[0].split()[1]), body)


async def ask_afresh(address: Address, app_id: str, endpoint: str, **params: str) -> Answer | None:
    """The answer over a connection of its own, from whichever worker takes it; None where there is none."""
    api = HttpApi(address, app_id)
    try:
        return await api.get(endpoint, **params)
    except Unanswered:
        return None
    finally:
        api.close()
