"""The HTTP API below ASGI, as a class for uvicorn: ``uvicorn.Config(http=http_class(server))``.

A request under ASGI costs a task, an event and two writes, which is most of what publishing an event takes.
Here it is answered where its last byte is read, and the answers to what came in one read are one write. An
answer that must wait for the engine holds up those behind it on its connection, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import ClassVar, NamedTuple, TypeVar

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from onair.engines.node import Later
from onair.server.api.answers import Answer
from onair.server.api.call import Call, begin_at
from onair.server.api.request import Head
from onair.server.api.router import Target, locate
from onair.server.http import HttpProtocol
from onair.server.server import Server

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

#: Requests of one connection that may wait for the engine before no more are read from it.
MOST_WAITING = 256


class _Reply(NamedTuple):
    """An answer that is there or on its way, and what its request said of it."""

    answer: Later[Answer]
    has_body: bool
    keeps_alive: bool

    def is_there(self) -> bool:
        return not isinstance(self.answer, asyncio.Future) or self.answer.done()

    def get(self) -> Answer:
        return self.answer.result() if isinstance(self.answer, asyncio.Future) else self.answer


class ApiProtocol(HttpProtocol):
    """Answers what is for the HTTP API at once; everything else goes uvicorn's own way.

    So does a request of the API that must wait for its turn, or that uvicorn is to log or to count.
    """

    #: The server whose API it is; uvicorn has taken the name ``server`` for the address.
    sockets: ClassVar[Server]

    #: Whether the request at hand is answered here, and then the call that waits for its body.
    _is_here = False
    _call: Call | None = None
    _keeps_alive = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        self._replies: list[bytes] = []  # what this read has led to, and is not written yet
        self._replied = 0  # the bytes of it
        self._waiting: deque[_Reply] = deque()  # the first one is not there yet
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        self._is_here = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._is_ending():  # the client said that the request before was its last
            self._is_here = True
            return
        target = self._target()
        if target is None and self._waiting:  # it comes again on another connection, as after any close
            self._is_here = True
            self._close_behind()
        elif target is None:
            self._flush()
            super().on_headers_complete()
        else:
            self._advances = self.has_asked = True
            self._begin(target)

    def on_body(self, body: bytes) -> None:
        if not self._is_here:
            super().on_body(body)
            return
        self._advances = True
        if self._call is not None:
            self._size += len(body)
            if self._size > self._call.limit:
                self._reply(self._call.too_large())
            else:
                self._parts.append(body)

    def on_message_complete(self) -> None:
        if not self._is_here:
            super().on_message_complete()
            return
        self._advances = True
        if self._call is not None:
            served = self._call.served
            self._reply(self._call.answer(b"".join(self._parts)))
            served.settle()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._flush()
        self._keep_alive()

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn, which closes then."""
        self._flush()
        super().send_400_response(msg)

    def shutdown(self) -> None:
        """Called by uvicorn: what has begun is answered."""
        if self._waiting:
            self._close_behind()
        elif self._call is None:
            super().shutdown()
        else:
            self._keeps_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._call = None
        self._waiting.clear()
        super().connection_lost(exc)

    def _target(self) -> Target | None:
        """What the request is about if it is answered here."""
        if b"auth_signature=" not in self.url or not self._may_answer():
            return None
        url = httptools.parse_url(self.url)
        head = Head(
            method=self.parser.get_method().decode("ascii"),
            path=self.root_path + url.path.decode("ascii"),
            query=(url.query or b"").decode("latin-1"),
        )
        return locate(self.sockets, head)

    def _may_answer(self) -> bool:
        """Whether an answer may be written now, and nobody but us need know of it."""
        cycle: RequestResponseCycle | None = self.cycle
        is_first = cycle is None or cycle.response_complete
        # A handler for uvicorn's log of requests alone does not say that it is wanted.
        is_logged = self.config.access_log and self.access_log
        is_counted = is_logged or self.limit_concurrency is not None
        return is_first and not (is_counted or self.flow.write_paused or self.parser.should_upgrade())

    def _begin(self, target: Target) -> None:
        self._is_here = True
        self._has_body = target.head.method != "HEAD"
        self._keeps_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        self.sockets.attach(self.loop)
        call = begin_at(self.sockets, target)
        if isinstance(call, Answer):
            self._reply(call)
            return
        announced = dict(self.headers).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > call.limit:
            self._reply(call.too_large())
            return
        if self.expect_100_continue:
            self._write(_CONTINUE)
        self._call = call
        self._parts: list[bytes] = []
        self._size = 0

    def _reply(self, answer: Later[Answer]) -> None:
        self._call = None
        self._parts = []  # the connection may be kept for long
        reply = _Reply(answer, self._has_body, self._keeps_alive)
        if isinstance(answer, asyncio.Future):
            answer.add_done_callback(self._has_come)
        elif not self._waiting:
            self._answer(answer, reply)
            return
        self._waiting.append(reply)
        if len(self._waiting) >= MOST_WAITING:
            self.flow.pause_reading()

    def _has_come(self, _: asyncio.Future[Answer]) -> None:
        """An answer is there: write those whose turn it is now."""
        while self._waiting and self._waiting[0].is_there():
            reply = self._waiting.popleft()
            self._answer(reply.get(), reply)
        self._flush()
        if len(self._waiting) < MOST_WAITING and not self.transport.is_closing():
            self.flow.resume_reading()
        self._keep_alive()

    def _answer(self, answer: Answer, reply: _Reply) -> None:
        self.server_state.total_requests += 1
        lines = [STATUS_LINE[answer.status]]
        for name, value in (*self.server_state.default_headers, *answer.headers):
            lines += (name, b": ", value, b"\r\n")
        if not reply.keeps_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        if reply.has_body:
            lines.append(answer.body)
        self._write(b"".join(lines))
        if not reply.keeps_alive:
            self._flush()
            self._waiting.clear()
            self.transport.close()

    def _is_ending(self) -> bool:
        """Whether nothing more is answered on this connection, now or behind what waits."""
        is_last = bool(self._waiting) and not self._waiting[-1].keeps_alive
        return is_last or self.transport.is_closing()

    def _close_behind(self) -> None:
        """Close the connection behind the answers that are on their way."""
        self._waiting[-1] = self._waiting[-1]._replace(keeps_alive=False)

    def _keep_alive(self) -> None:
        """Give the client some seconds for its next request, once all before are answered."""
        if self._is_here and self._call is None and not self._waiting and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _write(self, wire: bytes) -> None:
        """Write at the end of this read; much of it at once, which tells whether the client reads."""
        self._replies.append(wire)
        self._replied += len(wire)
        if self._replied > HIGH_WATER_LIMIT:
            self._flush()

    def _flush(self) -> None:
        """Write what is not written yet: before anybody else writes, and at the end of each read."""
        if self._replies:
            self.transport.write(b"".join(self._replies))
            self._replies.clear()
            self._replied = 0


P = TypeVar("P", bound=ApiProtocol)


def bound_to(server: Server, base: type[P]) -> type[P]:
    """A class whose connections are answered from this server's API."""
    return type(base.__name__, (base,), {"sockets": server})


def http_class(server: Server) -> type[ApiProtocol]:
    """The class for ``uvicorn.Config(http=…)``, bound to the server whose API it answers."""
    return bound_to(server, ApiProtocol)
