"""What is handed over to the site's code in the processes with sockets: among the events, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

#: The bytes of one request, unless one line alone has more.
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Handover:
    """A line, without a line's end in it, and the name that says what it is."""

    name: str
    line: bytes

    @property
    def size(self) -> int:
        return len(self.line)


def in_requests(handovers: Sequence[Handover]) -> Iterator[list[Handover]]:
    """Return what is handed over, in its order, in parts of one name for one request each."""
    for _, named in groupby(handovers, key=lambda handover: handover.name):
        part: list[Handover] = []
        filled = 0
        for handover in named:
            if part and filled + handover.size > MOST_BYTES:
                yield part
                part, filled = [], 0
            part.append(handover)
            filled += handover.size
        yield part
