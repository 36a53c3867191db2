"""To a server in another process, by the signed HTTP API of the Pusher protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from onair.protocol.app import App
from onair.protocol.signing import signed_query
from onair.publishing.event import Outgoing
from onair.publishing.retry_after import retry_after_seconds
from onair.publishing.route import NotDelivered, Refused, Unavailable

#: Seconds that a connection may take to be made.
CONNECT_TIMEOUT = 2.0

#: Events that any server takes in one request (docs: server_api/http-api), and that ours takes.
BATCH = 10
OWN_BATCH = 500

#: Data of the events of one request, in bytes, unless one event alone has more.
BATCH_SIZE = 1024 * 1024

_HEADERS = {"Content-Type": "application/json", "User-Agent": "django-onair"}

#: Answers that an event in the request is the reason for.
_OF_THE_EVENT = {400, 413, 422}

#: What to do about an answer.
_REMEDIES = {
    401: 'Check the key and the secret in ONAIR["URL"], and the clocks of both machines.',
    403: "The app is disabled there, or over its quota.",
    404: 'Check the address and the app id in ONAIR["URL"].',
    429: "The app publishes more than its plan allows.",
    413: 'Publish less data in one event, or raise the server\'s limit (ours: ONAIR["MAX_EVENT_SIZE"]).',
}


class HttpApi:
    """One server's HTTP API, over one connection that is kept alive.

    Args:
        app: whose credential signs.
        base_url: what comes before ``/apps/…``, with the prefix of a proxy if there is one.
        batch: the events that the server takes in one request.
    """

    def __init__(self, app: App, base_url: str, *, batch: int = BATCH) -> None:
        self._app = app
        self._base_url = base_url
        self._batch = batch
        self._path = f"{urlsplit(base_url).path}/apps/{app.id}/"
        self._pool = urllib3.connection_from_url(base_url, maxsize=1, retries=False, headers=_HEADERS)

    def chunks(self, events: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
        """Events for one channel go together, one for several channels goes alone: its data is sent once."""
        return in_batches(events, self._batch, BATCH_SIZE)

    def post(self, chunk: Sequence[Outgoing], timeout: float) -> None:
        endpoint, content = (
            ("events", _event(chunk[0])) if len(chunk) == 1 else ("batch_events", _batch(chunk))
        )
        path = self._path + endpoint
        body = msgspec.json.encode(content)
        query = signed_query(self._app.credentials[0], "POST", path, body, timestamp=int(time.time()))
        answer = self._answer(f"{path}?{urlencode(query)}", body, timeout)
        if answer.status >= 300:
            raise self._error(answer)

    def close(self) -> None:
        self._pool.close()

    def _answer(self, target: str, body: bytes, timeout: float) -> urllib3.BaseHTTPResponse:
        limits = urllib3.Timeout(connect=min(CONNECT_TIMEOUT, timeout), read=timeout)
        try:
            return self._request(target, body, limits)
        except HTTPError as error:
            raise Unavailable(
                f"unreachable {self._base_url}",
                f"The server at {self._base_url} does not answer: {_reason(error)}. Start it, or let "
                'ONAIR["URL"] name one that runs.',
            ) from error

    def _request(self, target: str, body: bytes, timeout: urllib3.Timeout) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.urlopen("POST", target, body, timeout=timeout, redirect=False)
        except ProtocolError:
            # The server closed the connection that was kept alive in the moment when it was used again.
            return self._pool.urlopen("POST", target, body, timeout=timeout, redirect=False)

    def _error(self, answer: urllib3.BaseHTTPResponse) -> NotDelivered:
        text = answer.data.decode(errors="replace")
        return error_of(
            answer.status,
            f"The server at {self._base_url} answered {answer.status}: {_first_line(text) or 'nothing'}.",
            _REMEDIES.get(answer.status, "Its own log may say more."),
            answer.headers.get("Retry-After"),
        )


def error_of(status: int, message: str, remedy: str, retry_after: str | None) -> NotDelivered:
    """Return what an answer means for the events of its request."""
    kind, message = f"refused {status}", f"{message} {remedy}"
    if status in _OF_THE_EVENT:
        return Refused(kind, message)
    return Unavailable(kind, message, wish=retry_after_seconds(retry_after))


def in_batches(events: Sequence[Outgoing], most: int, size: int) -> Iterator[list[Outgoing]]:
    """Return the events in their order, in parts for one request each.

    Args:
        most: the events of a part; only events for one channel are put together.
        size: the bytes of data of a part that has more than one event.
    """
    part: list[Outgoing] = []
    filled = 0
    for event in events:
        single = len(event.channels) == 1
        if part and (not single or len(part) == most or filled + event.size > size):
            yield part
            part, filled = [], 0
        if single:
            part.append(event)
            filled += event.size
        else:
            yield [event]
    if part:
        yield part


def _batch(events: Sequence[Outgoing]) -> dict[str, Any]:
    return {"batch": [_content(event) | {"channel": event.channels[0]} for event in events]}


def _event(event: Outgoing) -> dict[str, Any]:
    return _content(event) | {"channels": event.channels}


def _content(event: Outgoing) -> dict[str, Any]:
    content = {"name": event.name, "data": event.wire_text}
    return content | {"socket_id": event.socket_id} if event.socket_id else content


def _first_line(text: str) -> str:
    """Return what of an answer is worth logging: a server that is none of ours answers with a whole page."""
    return text.strip().partition("\n")[0][:500]


def _reason(error: HTTPError) -> str:
    """Return the error's own words, without the connection object that urllib3 puts before them."""
    return str(error).rpartition(": ")[2] or type(error).__name__
