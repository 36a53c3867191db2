"""The one thread of a process that sends its events, so that no request waits for the network.

The thread starts with the first event. At the end of the process the thread that ends it sends what is left:
from Python 3.12 no thread can be started then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from onair.publishing import failures, stats
from onair.publishing.call import Item
from onair.publishing.queue import EventQueue

#: Most events, and bytes of their data, that are taken from the queue at a time.
MOST_EVENTS = 1_000
MOST_BYTES = 8 * 1024 * 1024

#: Sends events, until ``time.monotonic()`` reaches the deadline.
Deliver = Callable[[Sequence[Item], float], object]


class Sender:
    """Queues events and sends them in their order, one batch at a time.

    Args:
        deliver: sends a batch; only one thread calls it at a time.
        queue: where events wait.
    """

    def __init__(self, deliver: Deliver, queue: EventQueue) -> None:
        self._deliver = deliver
        self._queue = queue
        # Reentrant: a signal's handler may publish while its thread is in here.
        self._lock = threading.RLock()
        # What the thread sleeps on. A condition variable would cost every publisher more.
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._asleep = False
        self._delivering = threading.Lock()
        self._deliverer: int | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being sent."""
        return not self._queue and self._deliverer is None

    def put(self, events: Sequence[Item]) -> None:
        """Add events to the queue, together. Returns at once, unless the process is ending."""
        with self._lock:
            dropped = sum(self._queue.put(event) for event in events)
        self._wake()
        if dropped:
            _report_dropped(dropped)
        if self._closed or not self._runs():
            self._send_waiting(float("inf"))

    def drain(self, timeout: float) -> None:
        """Send what waits, on the calling thread, and end the background thread.

        Args:
            timeout: seconds after which the rest is given up, logged and counted.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            self._closed = True
        self._wake()
        self._send_waiting(deadline)

    def _runs(self) -> bool:
        """Whether the background thread runs, after an attempt to start it where it does not."""
        with self._lock:
            if self._thread is None and not self._closed:
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
                self._send_batch(float("inf"))

    def _wait(self) -> bool:
        """Wait for events. Return whether to go on."""
        with self._lock:
            self._asleep = not self._queue and not self._closed
            asleep = self._asleep
        if asleep:
            self._bell.get()
        return not self._closed

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

    def _send_waiting(self, deadline: float) -> None:
        if self._deliverer == threading.get_ident():
            return  # a log handler publishes what goes wrong here: it goes with the next batch
        left = max(deadline - time.monotonic(), 0)
        with self._turn(min(left, threading.TIMEOUT_MAX)) as mine:
            if not mine:
                self._give_up()
            while mine and self._send_batch(deadline):
                pass

    def _send_batch(self, deadline: float) -> bool:
        """Send what was taken from the queue. Return whether there was anything."""
        with self._lock:
            events = self._queue.take(max_events=MOST_EVENTS, max_bytes=MOST_BYTES)
        if not events:
            return False
        try:
            self._deliver(events, deadline)
        except Exception as error:
            stats.add(failed=len(events))
            failures.report("internal", "Events were lost by an error of django-onair.", error=error)
        return True

    def _give_up(self) -> None:
        with self._lock:
            lost = len(self._queue.take(max_events=len(self._queue), max_bytes=self._queue.size))
        stats.add(failed=lost)
        failures.report(
            "late",
            f"The process ended while a server was slow: {lost:,} events were lost, and perhaps those that "
            'were on their way (ONAIR["DRAIN_TIMEOUT"]).',
        )


def _report_dropped(events: int) -> None:
    stats.add(dropped=events)
    failures.report(
        "queue full",
        f"The queue of events is full, and the oldest were dropped ({events:,} now): the server is down, or "
        "too slow for what this process publishes. See the lines before this one. "
        'ONAIR["QUEUE_EVENTS"] and ONAIR["QUEUE_SIZE"] bound the queue.',
    )
