"""The requests of the fallback, as ASGI has them."""

from __future__ import annotations

from onair.engines.shared.node import SharedNode
from onair.protocol.errors import BadMessage
from onair.server.bodies import BodyTooLarge, ClientGone, read_body
from onair.server.fallback import paths
from onair.server.fallback.away import Away
from onair.server.fallback.paths import FallbackPath
from onair.server.fallback.relay import Gone, Relay, make_relay
from onair.server.fallback.response import CLIENT_BUFFER, COMMON, Headers
from onair.server.fallback.session import FallbackSession
from onair.server.scopes import handshake_of
from onair.server.server import Server
from onair.server.session import TOO_LARGE
from onair.server.types import Receive, Scope, Send

#: JSON writes one byte of a message with up to six (``\\u0007``), and a few messages may come together.
_ESCAPED = 6

#: How long an answer may get: the whole buffer of a client that streams, the first lines for one that polls.
_SHARES = {"xhr_streaming": CLIENT_BUFFER, "xhr": 0}

_ALLOWED = ", ".join(paths.METHODS).encode()

#: A browser asks before each request to another origin, since the body is said to be JSON.
_PREFLIGHT: Headers = (
    (b"access-control-allow-methods", _ALLOWED),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
)


class Fallback:
    """The sessions of a server that have no socket.

    Args:
        server: The server; its limits and rules are those of sockets.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sessions: dict[str, FallbackSession] = {}
        self._away = Away(server.max_connections)
        self._relay = make_relay(self._answer_here) if _is_one_of_many(server) else None
        if self._relay is not None:
            server.on_close_all.append(self._relay.let_go)

    def serves(self, scope: Scope) -> bool:
        """Whether a request is for the fallback, and the key is ours."""
        path = paths.split(scope["path"])
        return path is not None and scope["method"] in paths.METHODS and self._server.serves(path.socket)

    async def answer(self, path: FallbackPath, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to one of the fallback's paths."""
        method = scope["method"]
        if method == "OPTIONS":
            await _respond(send, 204, headers=_PREFLIGHT)
        elif method != "POST":
            text = f"{method} is not known here: POST to {path.endpoint}\n"
            await _respond(send, 405, text, ((b"allow", _ALLOWED),))
        elif self._relay is None or path.session in self._sessions:
            await self._answer_here(path, scope, receive, send)
        else:
            await self._find(self._relay, path, scope, receive, send)

    async def _find(
        self, relay: Relay, path: FallbackPath, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let the process answer that has the session: this one has it, where no other does."""
        is_new = path.endpoint in _SHARES
        while not is_new or not await relay.claim(path.session):
            try:
                return await relay.pass_on(path.session, scope, receive, send)
            except Gone:
                if not is_new:
                    break
        try:
            await self._answer_here(path, scope, receive, send)
        finally:
            if path.session not in self._sessions:
                relay.release(path.session)

    async def _answer_here(self, path: FallbackPath, scope: Scope, receive: Receive, send: Send) -> None:
        if path.endpoint in _SHARES:
            await self._attend(path, scope, receive, send)
        else:
            await self._take(path, scope, receive, send)

    async def _attend(self, path: FallbackPath, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._sessions.get(path.session) or self._open(path, scope)
        extension = scope.get("extensions", {}).get("onair", {})
        await session.attend(receive, send, _SHARES[path.endpoint], extension.get("abort"))

    def _open(self, path: FallbackPath, scope: Scope) -> FallbackSession:
        def forget(session: FallbackSession) -> None:
            if self._sessions.get(path.session) is session:
                del self._sessions[path.session]
                if self._relay is not None:
                    self._relay.release(path.session)

        session = self._sessions[path.session] = FallbackSession(self._server, self._away, forget)
        session.open(handshake_of(scope, path.socket))
        return session

    async def _take(self, path: FallbackPath, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._sessions.get(path.session)
        if session is None or not session.is_open:
            await _respond(send, 404, "There is no such session: open one with xhr_streaming or xhr\n")
            return
        try:
            await session.take(await read_body(scope, receive, _ESCAPED * session.message_limit))
        except ClientGone:
            return
        except BodyTooLarge as error:
            session.shut(TOO_LARGE, str(error))
            await _respond(send, 413, f"{error}\n")
        except BadMessage as error:
            await _respond(send, 400, f"{error.message}: send a JSON array of messages, each a string\n")
        else:
            await _respond(send, 204)


def _is_one_of_many(server: Server) -> bool:
    return any(isinstance(served.node, SharedNode) for served in server.served.values())


async def _respond(send: Send, status: int, text: str = "", headers: Headers = ()) -> None:
    body = text.encode()
    if text:
        sizes = (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))
        headers = *headers, *sizes
    await send({"type": "http.response.start", "status": status, "headers": [*COMMON, *headers]})
    await send({"type": "http.response.body", "body": body})
