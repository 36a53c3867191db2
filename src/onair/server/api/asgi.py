"""The HTTP API under any ASGI server."""

from __future__ import annotations

from urllib.parse import quote

from onair.server.api.answers import Answer
from onair.server.api.call import Call, begin
from onair.server.api.request import Head
from onair.server.bodies import BodyTooLarge, ClientGone, read_body
from onair.server.server import Server
from onair.server.types import Receive, Scope, Send

#: What a path may hold unescaped (RFC 3986, 3.3), as the libraries send it.
_UNESCAPED = "/:@!$&'()*+,;=~"


async def answer(server: Server, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of ASGI to the HTTP API."""
    call = begin(server, head_of(scope))
    try:
        reply = call if isinstance(call, Answer) else await _carry_out(call, scope, receive)
    except ClientGone:
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": reply.body})


def head_of(scope: Scope) -> Head:
    """The head of a request of ASGI; its path as the client sees it, with what a proxy cut off."""
    path = _sent_path(scope)
    root = str(scope.get("root_path", ""))
    return Head(
        method=scope["method"],
        path=path if path.startswith(root) else root + path,
        query=scope["query_string"].decode("latin-1"),
    )


def _sent_path(scope: Scope) -> str:
    raw = scope.get("raw_path")  # which ASGI leaves to the server
    return quote(scope["path"], safe=_UNESCAPED) if raw is None else raw.decode("latin-1")


async def _carry_out(call: Call, scope: Scope, receive: Receive) -> Answer:
    try:
        body = await read_body(scope, receive, call.limit)
    except BodyTooLarge:
        return call.too_large()
    answer = call.answer(body)
    return answer if isinstance(answer, Answer) else await answer
