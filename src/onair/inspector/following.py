"""What comes by in this process is kept: what it publishes, and what its sockets get."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from onair.hub.seen import Seen
from onair.inspector.record import EventTrace, Stage, Step
from onair.inspector.ring import MOST_EVENTS, Ring
from onair.publishing.event import Outgoing

#: Seconds for each of which the number of messages is kept.
SECONDS = 60


class Following:
    """The last events of a process, by what it published and by what its sockets got.

    Args:
        process: the process's id.
        clock: the seconds since 1970.
    """

    def __init__(self, process: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._published = Ring(f"{process}p")
        self._heard = Ring(f"{process}s")
        #: The events that may come a step further, with their numbers.
        self._open: deque[tuple[Outgoing, int]] = deque(maxlen=MOST_EVENTS)
        self._rates: deque[int] = deque([0] * SECONDS, maxlen=SECONDS)
        self._this_second = 0

    @property
    def version(self) -> tuple[int, int]:
        """What changes with every step of every event."""
        return self._published.version, self._heard.version

    @property
    def rates(self) -> tuple[int, ...]:
        """The messages that were delivered in each of the last seconds, the newest last."""
        return tuple(self._rates)

    def traces(self) -> tuple[EventTrace, ...]:
        """Return what was seen of the last events, without their data."""
        return self._published.traces() + self._heard.traces()

    def with_data(self, event_id: str) -> EventTrace | None:
        """Return one event with its data; None where it is not here, or not any more."""
        return self._published.with_data(event_id) or self._heard.with_data(event_id)

    def tick(self) -> None:
        """A second has passed."""
        self._rates.append(self._this_second)
        self._this_second = 0

    def came_further(self, stage: str, events: Sequence[Outgoing], why: str) -> None:
        """Events that this process publishes have come a step further."""
        step = Step(Stage(stage), self._clock(), why=why)
        for event in events:
            number = self._number_of(event)
            if number is None:
                number = self._published.add(event.name, event.channels, event.text, step)
                self._open.append((event, number))
            else:
                self._published.go_on(number, step)
            if step.stage in _LAST and not event.encrypted:
                self._open = deque((one for one in self._open if one[0] is not event), MOST_EVENTS)

    def hear(self, seen: Seen) -> None:
        """An event has come to the sockets of this process."""
        self._heard.add(
            seen.event, (seen.channel,), seen.data, self._step(seen), from_client=seen.from_client
        )
        self._this_second += seen.listeners

    def _step(self, seen: Seen) -> Step:
        if seen.listeners:
            return Step(Stage.DELIVERED, self._clock(), seen.listeners, channel=seen.channel)
        why = ALONE if seen.is_spared else KEPT if seen.is_kept else NOBODY
        return Step(Stage.DROPPED, self._clock(), 0, why, seen.channel)

    def _number_of(self, event: Outgoing) -> int | None:
        """The number of an event; the parts of one that was split have the text of the whole."""
        for one, number in self._open:
            if one is event or (one.encrypted and one.text is event.text):
                return number
        return None


#: What a publishing process sees last of an event.
_LAST = frozenset({Stage.SENT, Stage.DROPPED})

#: Why an event reaches no socket of a process.
NOBODY = "nobody listens"
ALONE = "only who has sent it listens"
KEPT = "nobody listens; it is kept for who comes"
