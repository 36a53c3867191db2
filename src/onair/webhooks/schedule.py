"""What is delivered to one webhook next, and when: pure, with the time and the chance given.

1. What gathered is sealed in a request when the next one can go. From then on it is the same bytes for five
   minutes: receivers refuse one that is older.
2. A request that is refused is tried again after 1 s, 2 s, 4 s … (at most 60 s, and a quarter more or less).
   The others pass it by meanwhile, so that one that the receiver never takes holds up nobody.
3. While the receiver is down nothing is tried but one request, the oldest, at the same growing intervals. So
   the rest follows in its order when it is back.
4. The last try is made shortly before the five minutes are over.
5. What finds no room is dropped, the oldest first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from heapq import heappop, heappush
from itertools import count
from math import ldexp

from onair.webhooks.counters import Counters
from onair.webhooks.inbox import MOST_BYTES, MOST_NOTICES
from onair.webhooks.post import Post

#: Receivers refuse what is older, in seconds (docs: server_api/webhooks).
FRESH = 300.0

_DOUBLINGS = 30  # beyond which a pause would be no number any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds."""

    #: Before the second try; before each further one twice as long, up to the longest.
    first_pause: float = 1.0
    longest_pause: float = 60.0
    #: That one try may take, to connect and to be answered.
    connect: float = 5.0
    answer: float = 10.0
    #: That a timer, or another request, may delay the last try.
    late: float = 5.0

    @property
    def lifetime(self) -> float:
        """From the sealing of a request until no try begins any more."""
        return FRESH - self.connect - self.answer

    @property
    def last_try(self) -> float:
        """From the sealing of a request to its last try."""
        return self.lifetime - self.late


#: Most events of one request, and bytes; Django reads no body above 2.5 MB.
BATCH = 100
BATCH_BYTES = 512 * 1024


class Outcome(Enum):
    """How a try ended."""

    DELIVERED = auto()
    REFUSED = auto()  # this request, not the others
    DOWN = auto()  # the receiver answers none


@dataclass(slots=True, eq=False)
class Delivery:
    """One request on its way."""

    post: Post
    events: int
    sealed: float
    due: float
    number: int
    tries: int = 0

    def __lt__(self, other: Delivery) -> bool:
        """Whether this one is tried first."""
        return (self.due, self.number) < (other.due, other.number)


class Schedule:
    """The deliveries to one webhook. ``now`` is in seconds of one clock, which never goes back.

    Args:
        make: Makes the request of some events.
        batch: Whether a request has more than one event.
        chance: A random number from 0 to 1.
        pace: How long things take.
        most: Events that may wait.
        most_bytes: The same, in bytes.
    """

    def __init__(
        self,
        make: Callable[[Sequence[bytes]], Post],
        *,
        batch: bool,
        chance: Callable[[], float],
        pace: Pace,
        most: int = MOST_NOTICES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.counters = Counters()
        self._make = make
        self._batch = BATCH if batch else 1
        self._chance = chance
        self._pace = pace
        self._most = most
        self._most_bytes = most_bytes
        self._gathered: deque[bytes] = deque()
        # By their numbers, in the order of their age.
        self._open: dict[int, Delivery] = {}
        # Those that wait for their turn; some may have been given up since.
        self._by_time: list[Delivery] = []
        self._numbers = count()
        self._events = 0
        self._bytes = 0
        self._failures = 0
        self._down_until = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._events

    def add(self, events: Sequence[bytes]) -> None:
        """Take events to deliver, and drop the oldest where there is no room."""
        self._gathered.extend(events)
        self._events += len(events)
        self._bytes += sum(map(len, events))
        while self._events > self._most or self._bytes > self._most_bytes:
            self._drop()

    def wait(self, now: float) -> float | None:
        """Seconds until there may be something to try; None where there is nothing."""
        if self._gathered:
            due = now
        elif self._by_time:
            due = self._by_time[0].due
        else:
            return None
        return max(due, self._down_until, now) - now

    def next(self, now: float) -> Delivery | None:
        """Return what to try now; before anything else :meth:`settle` is told how it went."""
        if now < self._down_until:
            return None
        self._seal(now)
        self._expire(now)
        while self._by_time and self._by_time[0].due <= now:
            delivery = heappop(self._by_time)
            if delivery.number in self._open:
                return delivery
        return None

    def rest(self, now: float) -> Sequence[Delivery]:
        """Return all that waits, in its order, for one last try of each."""
        self._seal(now)
        self._expire(now)
        self._by_time.clear()
        return tuple(self._open.values())

    def settle(self, delivery: Delivery, outcome: Outcome, now: float) -> None:
        """Take note of how a try ended."""
        delivery.tries += 1
        if delivery.tries > 1:
            self.counters += Counters(retried=1)
        self._failures = self._failures + 1 if outcome is Outcome.DOWN else 0
        if outcome is Outcome.DELIVERED:
            self._close(delivery, sent=delivery.events)
        elif now >= self._last_try(delivery):
            self._close(delivery, failed=delivery.events)
        elif outcome is Outcome.REFUSED:
            delivery.due = self._following(delivery.tries, delivery, now)
            heappush(self._by_time, delivery)
        else:
            self._down_until = self._following(self._failures, delivery, now)
            heappush(self._by_time, delivery)

    def give_up(self) -> int:
        """Forget all that waits. Return how many events that were."""
        left = self._events
        self._seal(0)
        for delivery in tuple(self._open.values()):
            self._close(delivery, failed=delivery.events)
        return left

    def _following(self, failures: int, delivery: Delivery, now: float) -> float:
        doubled = ldexp(self._pace.first_pause, min(failures - 1, _DOUBLINGS))
        pause = min(doubled, self._pace.longest_pause) * (0.75 + self._chance() / 2)
        return min(now + pause, self._last_try(delivery))

    def _last_try(self, delivery: Delivery) -> float:
        return delivery.sealed + self._pace.last_try

    def _seal(self, now: float) -> None:
        """Make requests of what gathered."""
        while self._gathered:
            events = [self._gathered.popleft()]
            size = len(events[0])
            while (
                self._gathered and len(events) < self._batch and size + len(self._gathered[0]) <= BATCH_BYTES
            ):
                size += len(self._gathered[0])
                events.append(self._gathered.popleft())
            post = self._make(events)
            self._bytes += len(post.body) - size
            delivery = Delivery(post, len(events), sealed=now, due=now, number=next(self._numbers))
            self._open[delivery.number] = delivery
            heappush(self._by_time, delivery)

    def _expire(self, now: float) -> None:
        """Give up what has become too old without a try."""
        while (oldest := self._oldest) is not None and oldest.sealed + self._pace.lifetime < now:
            self._close(oldest, failed=oldest.events)

    def _drop(self) -> None:
        if (oldest := self._oldest) is not None:
            self._close(oldest, dropped=oldest.events)
            return
        self._bytes -= len(self._gathered.popleft())
        self._events -= 1
        self.counters += Counters(dropped=1)

    @property
    def _oldest(self) -> Delivery | None:
        return next(iter(self._open.values()), None)

    def _close(self, delivery: Delivery, **counted: int) -> None:
        del self._open[delivery.number]
        self._events -= delivery.events
        self._bytes -= len(delivery.post.body)
        self.counters += Counters(**counted)
