"""The one thread of a process that sends its events, so that no request waits for the network.

The thread starts with the first event. At the end of the process the thread that ends it sends what is left:
from Python 3.12 no thread can be started then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue

from onair.publishing import failures, onlooker, stats
from onair.publishing.call import Item
from onair.publishing.carrier import Carrier
from onair.publishing.queue import EventQueue
from onair.publishing.route import Outage

#: Most events, and bytes of their data, that are taken from the queue at a time.
MOST_EVENTS = 1_000
MOST_BYTES = 8 * 1024 * 1024

#: Seconds between two looks for what has waited too long, while nothing can be sent.
LOOK = 5.0

_EVER = float("inf")


class Sender:
    """Queues items and sends them in their order, one batch at a time.

    Args:
        carrier: sends a batch, and knows when; only one thread calls it at a time.
        queue: where items wait.
        max_age: seconds after which what could not be sent is given up.
    """

    def __init__(self, carrier: Carrier, queue: EventQueue, *, max_age: float = _EVER) -> None:
        self._carrier = carrier
        self._queue = queue
        self._max_age = max_age
        # Reentrant: a signal's handler may publish while its thread is in here.
        self._lock = threading.RLock()
        # What the thread sleeps on. A condition variable would cost every publisher more.
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._asleep = False
        self._delivering = threading.Lock()
        self._deliverer: int | None = None
        self._thread: threading.Thread | None = None
        self._forking: set[int] = set()
        self._ending = threading.Event()
        #: Seconds that the end of the process may still take.
        self._time_left = 0.0
        self._has_given_up = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being sent."""
        return not self._queue and self._deliverer is None

    def measure(self, counted: stats.Stats) -> stats.Stats:
        """Complete the counters with what waits, and with what is known of the server."""
        return replace(
            counted, waiting=len(self._queue), waiting_bytes=self._queue.size, circuit=self._carrier.state
        )

    def put(self, items: Sequence[Item]) -> None:
        """Add items to the queue, together. Returns at once, unless the process is ending."""
        now = time.monotonic()
        with self._lock:
            dropped = sum([self._queue.put(item, now) for item in items])
            asleep, self._asleep = self._asleep, False
        if asleep:
            self._bell.put(None)
        if dropped:
            _report_dropped(dropped)
        if self._ending.is_set():
            self._send_last()
        elif self._thread is None and not self._runs():
            self._send_waiting()

    def drain(self, timeout: float) -> None:
        """Send what waits, on the calling thread, and end the background thread.

        Only the first call's time counts: later calls, and what is published after it, share what is left.

        Args:
            timeout: seconds after which the rest is given up, logged and counted.
        """
        if not self._ending.is_set():
            self._time_left = timeout
        self._ending.set()
        self._wake()
        self._send_last()

    def stand_still(self, patience: float) -> None:
        """Let no delivery be under way while the calling thread forks, until it calls :meth:`go_on`.

        The child would inherit, locked for ever, what the delivery has locked: the import of a module, the
        name of the temporary folder.

        Args:
            patience: seconds to wait for the delivery. A longer one waits for the network, and has locked
                nothing.
        """
        thread = threading.get_ident()
        if self._deliverer != thread and self._delivering.acquire(timeout=patience):
            self._forking.add(thread)

    def go_on(self) -> None:
        """Deliver again, after :meth:`stand_still`, in the process that has forked."""
        thread = threading.get_ident()
        if thread in self._forking:
            self._forking.remove(thread)
            self._delivering.release()

    def _runs(self) -> bool:
        """Whether the background thread runs, after an attempt to start it where it does not."""
        with self._lock:
            if self._thread is None and not self._ending.is_set():
                thread = threading.Thread(target=self._run, name="onair-sender", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the interpreter ends, or the system has no more threads now
                    return False
                self._thread = thread
            return self._thread is not None

    def _run(self) -> None:
        while self._wait():
            with self._turn():
                self._send_batch(_EVER)

    def _wait(self) -> bool:
        """Wait for events, and for the time of the next try. Return whether to go on."""
        with self._lock:
            self._asleep = not self._queue and not self._ending.is_set()
            asleep = self._asleep
        if asleep:
            self._bell.get()
        else:
            self._ending.wait(min(self._carrier.pause(), LOOK))
        return not self._ending.is_set()

    def _wake(self) -> None:
        with self._lock:
            asleep, self._asleep = self._asleep, False
        if asleep:
            self._bell.put(None)

    @contextmanager
    def _turn(self, timeout: float = -1) -> Iterator[bool]:
        """Be the only thread that delivers. Gives False where that took too long."""
        if not self._delivering.acquire(timeout=timeout):
            yield False
            return
        self._deliverer = threading.get_ident()
        try:
            yield True
        finally:
            self._deliverer = None
            self._delivering.release()

    def _send_waiting(self) -> None:
        """Send what can be sent now, where there is no background thread."""
        if self._deliverer == threading.get_ident():
            return  # a log handler publishes what goes wrong here: it goes with the next batch
        with self._turn():
            while self._queue and self._carrier.pause() == 0 and self._send_batch(_EVER) is None:
                pass

    def _send_last(self) -> None:
        """Send what waits while the process ends, and count the time that it took."""
        started = time.monotonic()
        self._finish(started + self._time_left)
        self._time_left = max(self._time_left - (time.monotonic() - started), 0.0)

    def _finish(self, deadline: float) -> None:
        """Send what waits while the process ends: no longer than the deadline, or than it makes sense."""
        if self._deliverer == threading.get_ident():
            return  # as above
        if self._has_given_up:
            self._give_up(_DOWN)
            return
        left = max(deadline - time.monotonic(), 0)
        with self._turn(min(left, threading.TIMEOUT_MAX)) as mine:
            if not mine:
                self._give_up(_SLOW)
            while mine and self._queue:
                outage = self._send_batch(deadline, last=True)
                if outage is not None and not self._has_chance(deadline):
                    self._give_up(_DOWN if self._carrier.is_down else str(outage.error))
                time.sleep(self._carrier.pause() if self._queue else 0)

    def _has_chance(self, deadline: float) -> bool:
        """Whether another try makes sense while the process ends."""
        return not self._carrier.is_down and time.monotonic() + self._carrier.pause() < deadline

    def _send_batch(self, deadline: float, *, last: bool = False) -> Outage | None:
        """Send what was taken from the queue, if its time has come. Return what held it up."""
        with self._lock:
            expired = self._queue.expire(time.monotonic() - self._max_age)
        _report_expired(expired)
        most = 1 if self._carrier.is_down else MOST_EVENTS
        if not self._queue or not self._carrier.begin(last=last):
            return None
        with self._lock:
            taken = self._queue.take(max_events=most, max_bytes=MOST_BYTES)
        outage = self._carrier.carry([waiting.item for waiting in taken], deadline)
        if outage is not None:
            with self._lock:
                dropped = self._queue.put_back(taken[len(taken) - outage.left :])
            _report_dropped(dropped)
        return outage

    def _give_up(self, why: str) -> None:
        self._has_given_up = True
        with self._lock:
            taken = self._queue.take(max_events=len(self._queue), max_bytes=self._queue.size)
        lost = len(taken)
        onlooker.tell("dropped", [waiting.item for waiting in taken], why)
        stats.add(failed=lost)
        failures.report("late", f"{why} {_events(lost)} lost{_PERHAPS if why is _SLOW else ''}.")


_DOWN = "The process ended before the server answered again."
_SLOW = 'The process ended while a server was slow (ONAIR["DRAIN_TIMEOUT"]).'
_PERHAPS = ", and perhaps those that were on their way"


def _report_dropped(events: int) -> None:
    if events:
        stats.add(dropped=events)
        failures.report(
            "queue full",
            f"The queue of events is full, and the oldest were dropped ({events:,} now): the server is down, "
            "or too slow for what this process publishes. See the lines before this one. "
            'ONAIR["QUEUE_EVENTS"] and ONAIR["QUEUE_SIZE"] bound the queue.',
        )


def _report_expired(events: int) -> None:
    if events:
        stats.add(expired=events)
        failures.report(
            "too old",
            f"The oldest events were given up ({events:,} now): the server has been down for longer than "
            'ONAIR["QUEUE_SECONDS"]. See the lines before this one.',
        )


def _events(number: int) -> str:
    return "1 event was" if number == 1 else f"{number:,} events were"
