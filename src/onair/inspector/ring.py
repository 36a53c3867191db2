"""The last events that a process has seen, and how far each has come. Bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from onair.inspector.record import EventTrace, Step
from onair.protocol.names import kind_of

#: Events that are kept, and the bytes of data that are kept with them: of older ones the data is forgotten.
MOST_EVENTS = 200
MOST_BYTES = 1024 * 1024


def digest_of(name: str, data: str, channels: Sequence[str]) -> str:
    """Return what two processes have in common of an event; nothing where it is encrypted on its way."""
    if any(kind_of(channel).encrypted for channel in channels):
        return ""
    return blake2b(f"{name}\0{data}".encode(errors="surrogatepass"), digest_size=8).hexdigest()


@dataclass(slots=True)
class _Seen:
    """An event, with its data as long as there is room for it."""

    number: int
    name: str
    channels: tuple[str, ...]
    data: str | None
    size: int
    digest: str
    from_client: bool
    steps: list[Step] = field(default_factory=list)


class Ring:
    """Keeps the last events. Any thread may call it.

    Args:
        process: the beginning of the events' ids.
    """

    def __init__(self, process: str, *, most: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._process = process
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._seen: OrderedDict[int, _Seen] = OrderedDict()
        self._last = 0
        #: Grows with every step: whoever has looked knows whether there is more to see.
        self.version = 0
        self._bytes = 0
        #: By number the events that have data still, the oldest first.
        self._with_data: OrderedDict[int, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def add(
        self, name: str, channels: tuple[str, ...], data: str, step: Step, *, from_client: bool = False
    ) -> int:
        """Add an event with its first step. Return its number."""
        digest = digest_of(name, data, channels)
        size = len(data.encode(errors="surrogatepass"))
        with self._lock:
            self._last += 1
            self.version += 1
            number = self._last
            self._seen[number] = _Seen(number, name, channels, data, size, digest, from_client, [step])
            self._with_data[number] = None
            self._bytes += size
            if len(self._seen) > self._most:
                self._forget_data(self._seen.popitem(last=False)[1])
            while self._bytes > self._most_bytes:
                self._forget_data(self._seen[next(iter(self._with_data))])
        return number

    def go_on(self, number: int, step: Step) -> None:
        """Add a step to an event; nothing happens where it is not kept any more."""
        with self._lock:
            seen = self._seen.get(number)
            if seen is not None:
                seen.steps.append(step)
                self.version += 1

    def traces(self) -> tuple[EventTrace, ...]:
        """Return the events, the newest first, without their data."""
        with self._lock:
            return tuple(self._trace(seen) for seen in reversed(self._seen.values()))

    def with_data(self, event_id: str) -> EventTrace | None:
        """Return one event with its data; None where it is not here, or not any more."""
        process, _, number = event_id.partition("-")
        if process != self._process or not number.isdecimal():
            return None
        with self._lock:
            seen = self._seen.get(int(number))
            return None if seen is None else replace(self._trace(seen), data=seen.data)

    def _trace(self, seen: _Seen) -> EventTrace:
        return EventTrace(
            f"{self._process}-{seen.number}",
            seen.name,
            seen.channels,
            seen.digest,
            seen.size,
            tuple(seen.steps),
            seen.from_client,
        )

    def _forget_data(self, seen: _Seen) -> None:
        if self._with_data.pop(seen.number, "") is None:
            self._bytes -= seen.size
            seen.data = None
