"""uvicorn's HTTP protocol, with a bound on what it keeps of a request that nobody can judge yet."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes that may come in a row without ending a request's head or bringing some of its body.
MAX_HEAD = 64 * 1024


class HttpProtocol(HttpToolsProtocol):
    """Refuses a head, or the trailer of a body, that grows without end: the parser would keep all of it.

    It offers applications what ASGI has no word for: ``scope["extensions"]["onair"]["abort"]`` breaks the
    connection off.
    """

    #: Whether it has had the whole head of a request.
    has_asked = False

    _advances = False
    _held = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._extension: dict[object, object] = {"abort": transport.abort}

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope.setdefault("extensions", {})["onair"] = self._extension

    def data_received(self, data: bytes) -> None:
        self._advances = False
        super().data_received(data)
        self._held = 0 if self._advances else self._held + len(data)
        if self._held > MAX_HEAD:
            self.send_400_response(f"The head of a request has at most {MAX_HEAD:,} bytes.")

    def on_headers_complete(self) -> None:
        self._advances = self.has_asked = True
        super().on_headers_complete()
        if self.parser.should_upgrade() and not self._should_upgrade():
            # The parser reads no body with it, and what follows would count as the next request.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._advances = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._advances = True
        super().on_message_complete()
