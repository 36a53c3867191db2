"""What the sender gives its items to: it tries as the circuit allows, and says in the log how it goes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from onair.publishing import failures, stats
from onair.publishing.call import Item
from onair.publishing.circuit import Circuit, Pace, State
from onair.publishing.route import Outage, Unavailable

#: Sends items in their order until nobody answers, or until ``time.monotonic()`` reaches the deadline.
Attempt = Callable[[Sequence[Item], float], Outage | None]


class Carrier:
    """Tries, and tries again.

    Args:
        attempt: sends items; only one thread calls it at a time.
        pace: how long it waits after failures.
    """

    def __init__(self, attempt: Attempt, pace: Pace | None = None) -> None:
        self._attempt = attempt
        self._circuit = Circuit(pace)
        self._down_since: float | None = None

    @property
    def state(self) -> State:
        """What is known of the server."""
        return self._circuit.state

    @property
    def is_down(self) -> bool:
        """Whether the server is known to be down, so that one item is enough to see whether it still is."""
        return self.state is not State.CLOSED

    def pause(self) -> float:
        """Return the seconds until the next try."""
        return self._circuit.pause(time.monotonic())

    def begin(self, *, last: bool = False) -> bool:
        """Begin a try. Return whether it may be made now; with ``last`` it does not wait for its time."""
        return self._circuit.begin(time.monotonic(), last=last)

    def carry(self, items: Sequence[Item], deadline: float) -> Outage | None:
        """Send the items of a try that was begun. Return why the last of them did not arrive, if any."""
        try:
            outage = self._attempt(items, deadline)
        except Exception as error:
            stats.add(failed=len(items))
            failures.report("internal", "Events were lost by an error of django-onair.", error=error)
            outage = None
        except BaseException:  # the process is being ended
            self._circuit.fail(time.monotonic(), chance=0)
            raise
        if outage is None or outage.left < len(items):
            self._succeeded()
        if outage is not None:
            stats.add(retried=1)
            self._failed(outage.error)
        return outage

    def _succeeded(self) -> None:
        self._circuit.succeed()
        if self._down_since is not None:
            seconds = time.monotonic() - self._down_since
            self._down_since = None
            failures.logger.warning(
                "The server answers again, after %d s: what waited is being sent. %s", seconds, _lost_so_far()
            )

    def _failed(self, error: Unavailable) -> None:
        now = time.monotonic()
        chance = random.random()  # noqa: S311 # it spreads tries, and guards nothing
        self._circuit.fail(now, chance=chance, wish=error.wish)
        if self._down_since is None and self.is_down:
            self._down_since = now
            failures.report(
                error.kind,
                f"{error} Events wait until it answers: no more of them than "
                'ONAIR["QUEUE_EVENTS"] and ONAIR["QUEUE_SIZE"], no longer than ONAIR["QUEUE_SECONDS"].',
            )


def _lost_so_far() -> str:
    now = stats.read()
    return f"Of this process's events so far {now.dropped:,} were dropped and {now.expired:,} expired."
