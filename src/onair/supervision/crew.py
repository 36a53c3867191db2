"""Which workers are to be started, and which are to end, and when. Decided here, done by the supervisor.

A worker is a number. What has happened is told, with the time; what is to be done comes back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from onair.server.inherited import Urgency

#: Seconds for which a worker must have served, so that its death counts as the first one.
STEADY = 10.0

#: Deaths in a row before all have served once, after which nothing more is tried.
GIVE_UP_AFTER = 3

#: Seconds from the second death in a row to the next start. Each one more doubles them.
PAUSE = 1.0
LONGEST_PAUSE = 30.0

#: What a shell says of a process that a signal has ended is this, and the signal's number.
_BY_SIGNAL = 128


@dataclass(frozen=True, slots=True)
class Start:
    """Start a worker of this number."""

    worker: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell a worker, which serves or has served, to end."""

    worker: int
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Terminate:
    """End a worker that does not listen to its parent yet."""

    worker: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End a worker whatever it does."""

    worker: int


@dataclass(frozen=True, slots=True)
class Announce:
    """All of them serve, for the first time."""


@dataclass(frozen=True, slots=True)
class Report:
    """A worker has ended that was not told to; its place is taken after so many seconds."""

    worker: int
    code: int
    pause: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """They end as soon as they begin: nobody is started any more."""


@dataclass(frozen=True, slots=True)
class KeepOld:
    """A worker that was to take another's place has ended before it served: the others stay."""

    code: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Nobody is left: end with this exit code."""

    code: int


Action = Start | Tell | Terminate | Kill | Announce | Report | GiveUp | KeepOld | Finish


class State(Enum):
    STARTING = auto()
    SERVING = auto()
    LEAVING = auto()


@dataclass(slots=True)
class Worker:
    """One of them; ``since`` is the time from which it has served."""

    state: State = State.STARTING
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Renewal:
    """One worker takes the place of another: that one ends when this one serves."""

    new: int
    old: int


def pause_after(deaths: int) -> float:
    """The seconds to wait after so many deaths in a row: the first one's place is taken at once."""
    return 0.0 if deaths < 2 else min(PAUSE * 2.0 ** min(deaths - 2, 10), LONGEST_PAUSE)


def exit_code(code: int) -> int:
    """What to end with after a worker that ended so: as a shell says it, and never as if all were well."""
    return (code if code >= 0 else _BY_SIGNAL - code) or 1


class Crew:
    """The workers of one server.

    Times are seconds of a clock that never goes back.

    Args:
        size: How many shall serve.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._workers: dict[int, Worker] = {}
        self._number = 0
        self._was_complete = False
        self._deaths = 0
        self._not_before = 0.0
        self._to_renew: deque[int] = deque()
        self._renewal: Renewal | None = None
        self._urgency = 0  # that of the end of all; there is none while it is 0
        self._code = 0

    def begin(self, now: float) -> list[Action]:
        """Start them; also what to do when :meth:`due` has come."""
        return list(self._next(now))

    def due(self) -> float | None:
        """When :meth:`begin` is to be called again, unless something happens before."""
        return self._not_before if self._missing() > 0 and not self._urgency else None

    def serves(self, number: int, now: float) -> list[Action]:
        """A worker takes connections."""
        worker = self._workers[number]
        if worker.state is not State.STARTING:
            return []
        worker.state, worker.since = State.SERVING, now
        actions: list[Action] = []
        if self._renewal is not None and self._renewal.new == number:
            actions += self._leave(self._renewal.old, Urgency.YIELD)
        return [*actions, *self._next(now)]

    def ended(self, number: int, code: int, now: float) -> list[Action]:
        """A worker has ended.

        Args:
            number: Which one.
            code: Its exit code; the negative number of the signal that ended it.
            now: When.
        """
        worker = self._workers.pop(number)
        actions: list[Action] = []
        if worker.state is not State.LEAVING:
            actions += self._died(number, worker, code, now)
        if self._renewal is not None and number in (self._renewal.old, self._renewal.new):
            old = self._workers.get(self._renewal.old)
            if old is None or old.state is not State.LEAVING:
                self._renewal = None
        return [*actions, *self._next(now)]

    def renew(self, now: float) -> list[Action]:
        """Replace all of them, one after the other; not while they have not all served yet."""
        if self._was_complete and not self._urgency:
            self._to_renew = deque(self._staff())
        return list(self._next(now))

    def stop(self, now: float) -> list[Action]:
        """End all of them; said again, more urgently."""
        self._urgency = min(self._urgency + 1, Urgency.FORCE)
        return [*self._stopping(), *self._next(now)]

    def _next(self, now: float) -> Iterator[Action]:
        if self._urgency:
            if not self._workers:
                yield Finish(self._code)
            return
        if now >= self._not_before:
            for _ in range(self._missing()):
                yield self._start()
        if self._is_complete():
            if not self._was_complete:
                self._was_complete = True
                yield Announce()
            yield from self._renew_next()

    def _renew_next(self) -> Iterator[Action]:
        while self._renewal is None and self._to_renew:
            old = self._to_renew.popleft()
            if old in self._staff():
                start = self._start()
                self._renewal = Renewal(start.worker, old)
                yield start

    def _died(self, number: int, worker: Worker, code: int, now: float) -> Iterator[Action]:
        has_served = worker.state is State.SERVING
        if self._renewal is not None and self._renewal.new == number and not has_served:
            self._to_renew.clear()
            yield KeepOld(code)
            return
        is_first = has_served and now - worker.since >= STEADY
        self._deaths = 1 if is_first else self._deaths + 1
        if not self._was_complete and self._deaths >= GIVE_UP_AFTER:
            self._code = exit_code(code)
            self._urgency = Urgency.HURRY
            yield GiveUp()
            yield from self._stopping()
            return
        pause = pause_after(self._deaths)
        self._not_before = now + pause
        yield Report(number, code, pause)

    def _stopping(self) -> Iterator[Action]:
        for number in list(self._workers):
            if self._urgency >= Urgency.FORCE:
                yield Kill(number)
            elif self._urgency >= Urgency.HURRY or self._workers[number].state is not State.LEAVING:
                yield from self._leave(number, Urgency(self._urgency))

    def _leave(self, number: int, urgency: Urgency) -> Iterator[Action]:
        worker = self._workers[number]
        yield Terminate(number) if worker.state is State.STARTING else Tell(number, urgency)
        worker.state = State.LEAVING

    def _start(self) -> Start:
        self._number += 1
        self._workers[self._number] = Worker()
        return Start(self._number)

    def _staff(self) -> list[int]:
        """Those that are to stay, and the one that a renewal will end."""
        return [number for number, worker in self._workers.items() if worker.state is not State.LEAVING]

    def _missing(self) -> int:
        staff = self._staff()
        renewal = self._renewal
        is_double = renewal is not None and renewal.new in staff and renewal.old in staff
        return self._size + is_double - len(staff)

    def _is_complete(self) -> bool:
        serving = [worker for worker in self._workers.values() if worker.state is State.SERVING]
        return len(serving) >= self._size and not self._missing()
