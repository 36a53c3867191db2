"""Telling our requests from the site's, and taking their sockets away from the WSGI server.

Only three kinds are ours: an upgrade of ``/app/<our key>`` to a WebSocket, the fallback's paths behind it,
and the HTTP API's paths that carry a signature, under ``/apps/<our id>/`` or with our key. All others run on
as if nothing were there.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from typing import Protocol, cast
from urllib.parse import quote

from django.core.servers.basehttp import WSGIRequestHandler

from onair.protocol.app import App
from onair.server.fallback import paths

#: The longest line of a request that the standard library's HTTP server reads, and the most lines of a head.
LINE_SIZE = 65_536
HEAD_LINES = 128


@dataclass(frozen=True, slots=True)
class Ours:
    """What the first line of a request for us looks like."""

    socket: re.Pattern[bytes]
    fallback: re.Pattern[bytes]
    api: re.Pattern[bytes]

    @classmethod
    def of(cls, app: App) -> Ours:
        """Return what belongs to an app, with every key that is still valid."""
        keys = b"|".join(re.escape(credential.key.encode()) for credential in app.credentials)
        app_id = re.escape(app.id.encode())
        methods, session = "|".join(paths.METHODS).encode(), f"{paths.SESSION}/(?:{paths.ENDPOINTS})".encode()
        return cls(
            socket=re.compile(rb"GET (?:/[^ ?]*)?/app/(?:%b)/?[? ]" % keys),
            fallback=re.compile(rb"(?:%b) (?:/[^ ?]*)?/app/(?:%b)%b[? ]" % (methods, keys, session)),
            api=re.compile(
                rb"[A-Z]+ (?:/apps/%b/[^ ?]*|/users/[^/ ?]+/terminate_connections%b)"
                rb"\?(?:[^ ]*&)?auth_signature=" % (app_id, _with_key(app))
            ),
        )


def _with_key(app: App) -> bytes:
    """What looks ahead for a key of ours in the query, escaped or not."""
    keys = [key for credential in app.credentials for key in (credential.key, quote(credential.key, safe=""))]
    return rb"(?=\?(?:[^ ]*&)?auth_key=(?:%b)[& ])" % b"|".join(re.escape(key.encode()) for key in keys)


class Adopter(Protocol):
    """Who takes over a socket; :class:`onair.embedded.process.ProcessServer` is one."""

    @property
    def ours(self) -> Ours: ...

    def adopt(self, sock: socket.socket, head: bytes, rest: bytes) -> None: ...


class HandoverHandler(WSGIRequestHandler):
    """Hands our requests' sockets over; a mixin for the handler that ``runserver`` uses.

    The hook is ``parse_request``, where the request's line has been read: looking at the socket before that
    (MSG_PEEK) misses an upgrade that is the second request of a connection, or that arrives in pieces.
    """

    adopter: Adopter

    def parse_request(self) -> bool:
        if not self._can_leave():
            return super().parse_request()
        ours, line = self.adopter.ours, self.raw_requestline
        if ours.api.match(line) or ours.fallback.match(line):
            return self._hand_over(line)
        if ours.socket.match(line):
            return self._parse_upgrade()
        return super().parse_request()

    @property
    def _socket(self) -> socket.socket:
        return cast("socket.socket", self.connection)

    def _can_leave(self) -> bool:
        """Whether the connection is a plain socket: a descriptor cannot carry the state of TLS with it."""
        return type(self._socket) is socket.socket

    def _parse_upgrade(self) -> bool:
        """Read the whole head, and hand over if it asks for a WebSocket; if not, it is for the site."""
        head = b"".join(self._head_lines())
        rfile, self.rfile = self.rfile, BytesIO(head)
        try:
            parsed = super().parse_request()
        finally:
            self.rfile = rfile
        if not parsed or not self._asks_for_websocket():
            return parsed
        self.log_message('"%s" %s %s', self.requestline, "101", "-")
        return self._hand_over(self.raw_requestline + head)

    def _head_lines(self) -> Iterator[bytes]:
        for _ in range(HEAD_LINES):
            line = self.rfile.readline(LINE_SIZE + 1)
            yield line
            if line in {b"", b"\n", b"\r\n"}:
                return

    def _asks_for_websocket(self) -> bool:
        return self.headers.get("Upgrade", "").lower() == "websocket"

    def _hand_over(self, head: bytes) -> bool:
        """Detach the socket and give it away, with all that was read of it. Return False: no more to do here.

        What the handler and the server still do to the connection (shutdown, close) then finds no descriptor
        and does nothing.
        """
        self.close_connection = True
        old = self._socket
        old.setblocking(False)
        rest = cast("BufferedReader", self.rfile).peek()
        self.adopter.adopt(socket.socket(old.family, old.type, old.proto, old.detach()), head, rest)
        return False
