"""A request for a WebSocket, and the answer to it (RFC 6455, 4.2).

Nearly every request is plain, and one look at it is enough. What is not plain is for the parser, and so is
every refusal: whatever :func:`plain` accepts, :func:`parsed` accepts just so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.utils import accept_key

from onair.server.reader import handshake_parser
from onair.server.server import Handshake

#: What is longer, or has more fields, is not plain: the parser knows what is too much.
MAX_PLAIN_BYTES = 8192
MAX_PLAIN_FIELDS = 100

# RFC 9110, 5.6.2; uvicorn writes the names of fields in lower case.
_NAME = rb"[-!#$%&'*+.^_`|~0-9a-z]+"
_TOKEN = rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+"
_VALUE = rb"(?:[!-~](?:[\t -~]*[!-~])?)?"

_HEAD = re.compile(rb"GET ([!-~]+) HTTP/1\.1\r\n((?:%b: %b\r\n)+)\r\n" % (_NAME, _VALUE))
_FIELD = re.compile(rb"([^:]+): ([^\r]*)\r\n")

#: What a plain request must have.
_NEEDED = {
    b"host": re.compile(rb".+"),
    b"upgrade": re.compile(rb"websocket", re.IGNORECASE),
    # A list of tokens, with this one among them.
    b"connection": re.compile(
        rb"(?=(?:.*[\t ,])?upgrade(?:[\t ,]|\Z))%b(?:[\t ]*,[\t ]*%b)*" % (_TOKEN, _TOKEN), re.IGNORECASE
    ),
    b"sec-websocket-version": re.compile(rb"13"),
    # Sixteen bytes in base64: the last digit has two bits of them, and four that are nought.
    b"sec-websocket-key": re.compile(rb"[A-Za-z0-9+/]{21}[AQgw]=="),
}

#: What makes a request more than plain: it has a body, or something to choose from.
_MORE = frozenset({b"content-length", b"transfer-encoding", b"sec-websocket-protocol"})

_END = b"\r\n\r\n"

_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)


class Upgrade(NamedTuple):
    """What to answer, and what the client asks for; None where the answer is a refusal."""

    answer: bytes
    handshake: Handshake | None


def upgrade(request: bytes) -> Upgrade:
    """Judge the head of a request, as uvicorn hands it over."""
    return plain(request) or parsed(request)


def plain(request: bytes) -> Upgrade | None:
    """Accept a plain request; None is for the parser to judge.

    Each field is there once at most: which of several counts is not for everybody the same.
    """
    head = _HEAD.fullmatch(request) if len(request) <= MAX_PLAIN_BYTES else None
    if head is None:
        return None
    target, block = head.groups()
    fields = _FIELD.findall(block)
    values = dict(fields)
    if len(values) != len(fields) or len(fields) > MAX_PLAIN_FIELDS or not _is_plain(values):
        return None
    accept = accept_key(values[b"sec-websocket-key"].decode())
    origin = values.get(b"origin")
    return Upgrade(
        _SWITCHING % accept.encode(),
        _handshake(target.decode(), None if origin is None else origin.decode(), values[b"host"].decode()),
    )


def parsed(request: bytes) -> Upgrade:
    """Judge any request by the whole parser, which would take what is behind the head for frames."""
    parser = handshake_parser()
    parser.receive_data(b"".join(request.partition(_END)[:2]))
    requests = [event for event in parser.events_received() if isinstance(event, Request)]
    for event in requests:
        parser.send_response(parser.accept(event))
    answer = b"".join(parser.data_to_send())
    if not requests or parser.handshake_exc is not None:
        return Upgrade(answer, None)
    headers = requests[0].headers
    return Upgrade(answer, _handshake(requests[0].path, headers.get("Origin"), _first(headers, "Host")))


def _is_plain(values: Mapping[bytes, bytes]) -> bool:
    return _MORE.isdisjoint(values) and all(
        pattern.fullmatch(values.get(name, b"")) for name, pattern in _NEEDED.items()
    )


def _handshake(target: str, origin: str | None, host: str) -> Handshake:
    path, _, query = target.partition("?")
    return Handshake(path=path, query=query, origin=origin, host=host)


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get_all(name)), "")
