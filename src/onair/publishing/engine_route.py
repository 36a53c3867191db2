"""Events to all processes that hold sockets, through what they share; and handovers, in their order.

Each entry has a number, so that what was said twice is done once: where an answer was lost, nobody knows what
became of the question. The next one begins with the first entry that is not confirmed, and says its number.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from onair.engines.base import Append, Publish
from onair.engines.entries import EVERYBODY, Event, Handed
from onair.engines.origin import origin
from onair.protocol.names import kind_of
from onair.publishing import engine_client
from onair.publishing.engine_client import Share
from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover

Sent = Outgoing | Handover

#: Entries of one question, and bytes of their data, unless one event alone has more.
MOST_ENTRIES = 500
MOST_BYTES = 1024 * 1024


class EngineRoute:
    """The way of a site whose processes share its app.

    Args:
        share: what they share.
        cache_seconds: how long the last event of a cache channel is kept.
    """

    def __init__(self, share: Share, *, cache_seconds: int) -> None:
        self._share = share
        self._cache_seconds = cache_seconds
        self._publisher = secrets.token_hex(8)
        # The number of the first entry whose fate is not known, and what was said from there on.
        self._number = 0
        self._unconfirmed: Sequence[Sent] = ()

    def chunks(self, events: Sequence[Sent]) -> Iterator[list[Sent]]:
        """Return what is sent in its order, in parts that are appended each at once."""
        part: list[Sent] = []
        entries = size = 0
        for item in events:
            more = _entries(item)
            if part and (entries + more > MOST_ENTRIES or size + more * item.size > MOST_BYTES):
                yield part
                part, entries, size = [], 0, 0
            part.append(item)
            entries += more
            size += more * item.size
        if part:
            yield part

    def post(self, chunk: Sequence[Sent], timeout: float) -> None:
        """Send one part.

        Raises:
            Unavailable: whether it was appended is not known; perhaps later.
        """
        self._pass_over(chunk[0])
        appends = tuple(append for item in chunk for append in self._appends(item))
        if len(chunk) > len(self._unconfirmed):
            self._unconfirmed = chunk
        engine_client.do(self._share, Publish(appends, self._publisher, self._number), timeout)
        self._number += len(appends)
        self._unconfirmed = self._unconfirmed[len(chunk) :]

    def close(self) -> None:
        """Nothing is kept open: the connections belong to the process."""

    def _pass_over(self, first: Sent) -> None:
        """Count what nobody says again: the queue had no room for it any more, or it waited too long.

        It may have been appended for all that, so that its numbers are taken.
        """
        given_up = 0
        for item in self._unconfirmed:
            if item is first:
                break
            self._number += _entries(item)
            given_up += 1
        self._unconfirmed = self._unconfirmed[given_up:]

    def _appends(self, item: Sent) -> Iterator[Append]:
        if isinstance(item, Handover):
            yield Append(EVERYBODY, Handed(item.name, item.line, origin()).encode())
            return
        body = Event(item.name, item.wire_text, item.socket_id).encode()
        for channel in item.channels:
            yield Append(channel, body, self._cache_seconds if kind_of(channel).cached else 0)


def _entries(item: Sent) -> int:
    return len(item.channels) if isinstance(item, Outgoing) else 1
