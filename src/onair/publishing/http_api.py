"""Events to a server in another process, by the signed HTTP API of the Pusher protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from onair.protocol.app import App
from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover, in_requests
from onair.publishing.route import NotThere, Refused
from onair.publishing.signed_client import SignedClient

#: Events that any server takes in one request (docs: server_api/http-api), and that ours takes.
BATCH = 10
OWN_BATCH = 500

#: Data of the events of one request, in bytes, unless one event alone has more.
BATCH_SIZE = 1024 * 1024


#: Seconds that a server is not asked again which has no such call.
DEAF_SECONDS = 60

NEEDS_THE_SITE = (
    "Live pages follow what this process writes only where the server is a process of the site: run "
    'manage.py onair serve there; or set ONAIR["LIVE"] to False here.'
)


class HttpApi:
    """One server's HTTP API, over one connection that is kept alive.

    Args:
        app: whose credential signs.
        base_url: what comes before ``/apps/…``, with the prefix of a proxy if there is one.
        batch: the events that the server takes in one request.
    """

    def __init__(self, app: App, base_url: str, *, batch: int = BATCH) -> None:
        self._client = SignedClient(app, base_url)
        self._batch = batch
        #: The way to the site's code in the same server's process, if that is one of the site.
        self.for_handovers = ForHandovers(self._client)

    def chunks(self, events: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
        """Events for one channel go together, one for several channels goes alone: its data is sent once."""
        return in_batches(events, self._batch, BATCH_SIZE)

    def post(self, chunk: Sequence[Outgoing], timeout: float) -> None:
        endpoint, content = (
            ("events", _event(chunk[0])) if len(chunk) == 1 else ("batch_events", _batch(chunk))
        )
        self._client.request("POST", endpoint, msgspec.json.encode(content), timeout=timeout)

    def close(self) -> None:
        self._client.close()


class ForHandovers:
    """An extension of our server, where it is a process of the site. Others have no such call."""

    def __init__(self, client: SignedClient) -> None:
        self._client = client
        self._deaf: tuple[float, Refused] | None = None

    def chunks(self, events: Sequence[Handover]) -> Iterator[Sequence[Handover]]:
        return in_requests(events)

    def post(self, chunk: Sequence[Handover], timeout: float) -> None:
        if self._deaf is not None and time.monotonic() < self._deaf[0]:
            raise self._deaf[1].with_traceback(None)
        body = b"\n".join(handover.line for handover in chunk)
        try:
            self._client.request("POST", f"onair/{chunk[0].name}", body, timeout=timeout)
        except NotThere as error:
            refused = Refused(error.kind, f"{error} {NEEDS_THE_SITE}")
            self._deaf = (time.monotonic() + DEAF_SECONDS, refused)
            raise refused from None

    def close(self) -> None:
        """The connection is that of the events."""


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
