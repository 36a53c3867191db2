"""One answer to a client that receives."""

from __future__ import annotations

from collections.abc import Sequence

from onair.server.fallback import lines
from onair.server.types import Send

#: How much pusher-js takes in one answer, in UTF-16 code units. When it has more, at the end of a line, it
#: breaks off and comes back: what followed would be lost. An answer that ends earlier is a broken connection
#: to a client that streams.
CLIENT_BUFFER = 256 * 1024

Headers = Sequence[tuple[bytes, bytes]]

#: On every answer. No cookie counts here, so any page may read what its own session is told; which pages may
#: take part is decided when a session opens.
COMMON: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-content-type-options", b"nosniff"),  # browsers hold back the beginning of what they look into
)

_RECEIVING: Headers = (
    *COMMON,
    (b"content-type", b"application/javascript; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
)


class Response:
    """Lines as they come, until the answer has had its share.

    Args:
        send: ASGI's.
        share: The UTF-16 code units behind which the answer ends; 0 ends it behind the first lines.
    """

    __slots__ = ("_send", "_share", "is_over", "length")

    def __init__(self, send: Send, share: int) -> None:
        self._send = send
        self._share = share
        self.length = 0
        self.is_over = False

    async def begin(self) -> None:
        """Send the head at once: proxies give up who says nothing for long."""
        await self._send({"type": "http.response.start", "status": 200, "headers": _RECEIVING})

    async def write(self, block: bytes, *, is_last: bool = False) -> None:
        """Send some lines, and end the answer where it has had its share."""
        self.length += lines.length(block)
        # Said before it is sent: a client that has all of it goes at once.
        self.is_over = is_last or self.length > self._share
        await self._send({"type": "http.response.body", "body": block, "more_body": not self.is_over})

    def has_room_behind(self, block: bytes) -> bool:
        """Whether the client still reads what comes behind this block in the same answer."""
        return self.length + lines.length(block) <= CLIENT_BUFFER
