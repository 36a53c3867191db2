"""What the HTTP API answers: JSON on success, a line of text that says what to do on failure."""

from __future__ import annotations

import logging

import msgspec

from onair.engines.base import EngineDown, EngineRefused
from onair.protocol.errors import ProtocolError
from onair.server.api.errors import EngineAway, MethodNotAllowed

logger = logging.getLogger("onair.server")

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"

_encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True):
    """A status, a body, and the headers that are not the same for every answer."""

    status: int
    body: bytes
    content_type: bytes = JSON
    extra: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", self.content_type),
            (b"content-length", b"%d" % len(self.body)),
            *self.extra,
        ]


#: Success with nothing to say: ``{}`` exactly, which libraries insist on (P 1.7).
DONE = Answer(200, b"{}")
ACCEPTED = Answer(202, b"{}")


def found(content: object) -> Answer:
    """What was asked for, as JSON."""
    return Answer(200, _encode(content))


def refusal(error: Exception) -> Answer:
    """The answer to what was not carried out: each error knows its status.

    What nobody foresaw is logged, and answered without details, which may not be the client's business.
    """
    if isinstance(error, EngineDown | EngineRefused):
        error = EngineAway(error)
    if not isinstance(error, ProtocolError):
        logger.error("An unexpected error ends a request of the HTTP API", exc_info=error)
        return Answer(500, b"Internal Server Error\n", TEXT)
    extra = ((b"allow", error.allowed.encode()),) if isinstance(error, MethodNotAllowed) else ()
    return Answer(error.status, f"{error.message}\n".encode(errors="backslashreplace"), TEXT, extra)
