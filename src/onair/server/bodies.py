"""The body of an ASGI request, up to a limit."""

from __future__ import annotations

from onair.server.types import Receive, Scope


class ClientGone(Exception):
    """The client has gone before its request was complete: there is nobody to answer."""


class BodyTooLarge(Exception):
    """The body has more bytes than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body has more than {limit:,} bytes")
        self.limit = limit


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body, of at most so many bytes.

    Raises:
        BodyTooLarge: It has more, or its head says so.
        ClientGone: It did not come to its end.
    """
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge(limit)
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGone
        body += event.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge(limit)
        if not event.get("more_body", False):
            return bytes(body)
