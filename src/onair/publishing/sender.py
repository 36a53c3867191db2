"""The one thread of a process that sends its events, so that no request waits for the network.

The thread starts with the first event. At the end of the process the thread that ends it sends what is left:
from Python 3.12 no thread can be started then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from onair.publishing import failures, stats
from onair.publishing.event import Outgoing
from onair.publishing.queue import EventQueue

#: Most events, and bytes of their data, that are taken from the queue at a time.
MOST_EVENTS = 1_000
MOST_BYTES = 8 * 1024 * 1024

#: Sends events, until ``time.monotonic()`` reaches the deadline.
Deliver = Callable[[Sequence[Outgoing], float], object]


class Sender:
    """Queues events and sends them in their order, one batch at a time.

    Args:
        deliver: sends a batch; only one thread calls it at a time.
        queue: where events wait.
    """

    def __init__(self, deliver: Deliver, queue: EventQueue) -> None:
        self._deliver = deliver
        self._queue = queue
        self._changed = threading.Condition()
        self._delivering = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being sent."""
        return not self._queue and not self._delivering.locked()

    def put(self, events: Sequence[Outgoing]) -> None:
        """Add events to the queue, together. Returns at once, unless the process is ending."""
        with self._changed:
            dropped = sum(self._queue.put(event) for event in events)
            self._changed.notify()
        if dropped:
            _report_dropped(dropped)
        if self._thread is None:
            self._start()
        if self._closed:
            self._send_waiting(float("inf"))

    def drain(self, timeout: float) -> None:
        """Send what waits, on the calling thread, and end the background thread.

        Args:
            timeout: seconds after which the rest is given up, logged and counted.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._send_waiting(deadline)

    def _start(self) -> None:
        with self._changed:
            if self._thread is not None or self._closed:
                return
            thread = threading.Thread(target=self._run, name="onair-sender", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter ends, or the system has no more threads
                self._closed = True
            else:
                self._thread = thread

    def _run(self) -> None:
        while self._wait():
            with self._delivering:
                self._send_batch(float("inf"))

    def _wait(self) -> bool:
        """Wait for events. Return whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            return not self._closed

    def _send_waiting(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if not self._delivering.acquire(timeout=min(max(left, 0), threading.TIMEOUT_MAX)):
            self._give_up()
            return
        try:
            while self._send_batch(deadline):
                pass
        finally:
            self._delivering.release()

    def _send_batch(self, deadline: float) -> bool:
        """Send what was taken from the queue. Return whether there was anything."""
        with self._changed:
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
        with self._changed:
            lost = len(self._queue.take(max_events=len(self._queue), max_bytes=self._queue.size))
        stats.add(failed=lost)
        failures.report(
            "late",
            f'The process ended while a server was slow: {lost:,} events were lost (ONAIR["DRAIN_TIMEOUT"]).',
        )


def _report_dropped(events: int) -> None:
    stats.add(dropped=events)
    failures.report(
        "queue full",
        f"The queue of events is full, and the oldest were dropped ({events:,} now): the server is down, or "
        "too slow for what this process publishes. See the lines before this one. "
        'ONAIR["QUEUE_EVENTS"] and ONAIR["QUEUE_SIZE"] bound the queue.',
    )
