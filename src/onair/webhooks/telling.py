"""What one app's hub notices, told to its webhooks and to whoever asked in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Protocol

from onair.protocol.app import App
from onair.protocol.notices import Notice, name_of
from onair.webhooks.counters import Counters
from onair.webhooks.delay import HELD, Delay
from onair.webhooks.endpoint import Endpoint
from onair.webhooks.schedule import Pace

logger = logging.getLogger("onair.webhooks")

#: Seconds that others have to say whether a leaving is true.
CONFIRM = 1.0

CallLater = Callable[[float, Callable[[], object]], asyncio.TimerHandle]

#: A leaving and its contrary cancel each other: who wants one of the two needs to have both looked at.
_PAIRS = {
    "channel_occupied": "channel_vacated",
    "channel_vacated": "channel_occupied",
    "member_added": "member_removed",
    "member_removed": "member_added",
}


class Teller(Protocol):
    """Passes on what it is told, in a thread of its own: but for ``join``, nothing here waits or raises."""

    def wants(self, name: str) -> bool:
        """Whether notices of this name are wanted, now."""

    def put(self, notice: Notice) -> None:
        """Take a notice."""

    def end(self, deadline: float) -> None:
        """Pass on what was taken until ``time.monotonic()`` reaches the deadline, and nothing after it."""

    def join(self) -> None:
        """Wait for the end, or for its deadline."""


class Telling:
    """Sits between an app's hub, in the server's loop, and those who pass its notices on.

    There is a timer while something is held back, and none else.

    Args:
        app: Whose webhooks these are.
        call_later: That of the server's loop.
        held: Seconds that a leaving is held back.
        pace: How long the deliveries of webhooks take.
    """

    def __init__(
        self, app: App, call_later: CallLater, *, held: float = HELD, pace: Pace | None = None
    ) -> None:
        self._endpoints = [Endpoint(app, webhook, pace or Pace()) for webhook in app.webhooks]
        self._tellers: list[Teller] = [*self._endpoints]
        self._call_later = call_later
        self._delay = Delay(held)
        self._timer: asyncio.TimerHandle | None = None
        #: Asked of a leaving that was held back, before it is told: others may know that it is no more true.
        #: What cannot be answered is told.
        self.is_true: Callable[[Notice], bool | asyncio.Future[bool]] | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._tellers)

    @property
    def counters(self) -> Counters:
        """What became of the webhooks. From any thread."""
        return sum((endpoint.counters for endpoint in self._endpoints), Counters())

    def add(self, teller: Teller) -> None:
        """Tell this one, too."""
        self._tellers.append(teller)

    def wants(self, name: str) -> bool:
        """Whether anybody wants notices of this name, or of its contrary."""
        return self._wants(name) or self._wants(_PAIRS.get(name, name))

    def notice(self, notice: Notice) -> None:
        """Take what the hub notices. In the loop; never raises."""
        if not self.wants(name_of(notice)):
            return
        told = self._delay.put(notice, monotonic())
        if told is not None:
            self._tell([told])
        else:
            self._keep_time()

    def attach(self) -> None:
        """Keep time in the server's new loop: the timer went with the old one."""
        self._timer = None
        self._keep_time()

    async def confirm_held(self) -> None:
        """Tell what is held and true; in the loop, before the end, while others can be asked."""
        for notice in self._delay.take_all():
            answer = self.is_true is None or self.is_true(notice)
            if isinstance(answer, asyncio.Future):
                await asyncio.wait([answer], timeout=CONFIRM)
                if answer.done():
                    self._has_answer(notice, answer)
                    continue
            if answer:
                self._tell([notice])

    def end(self, deadline: float) -> None:
        """Tell at once all that is held, the last that is told. In the loop, or when it has ended.

        Args:
            deadline: When ``time.monotonic()`` reaches it, what was not passed on is given up.
        """
        self._tell(self._delay.take_all())
        for teller in self._tellers:
            teller.end(deadline)

    def join(self) -> None:
        """Wait until all was passed on, or for the deadline."""
        for teller in self._tellers:
            teller.join()

    def _wants(self, name: str) -> bool:
        return any(teller.wants(name) for teller in self._tellers)

    def _tell(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            name = name_of(notice)
            for teller in self._tellers:
                try:
                    if teller.wants(name):
                        teller.put(notice)
                except Exception:  # the hub is in the middle of its work
                    logger.exception("A notice was lost by an error of django-onair: %r", notice)

    def _keep_time(self) -> None:
        due = self._delay.due
        if due is not None and self._timer is None:
            self._timer = self._call_later(max(due - monotonic(), 0), self._ring)

    def _ring(self) -> None:
        self._timer = None
        for notice in self._delay.take(monotonic()):
            self._tell_if_true(notice)
        self._keep_time()

    def _tell_if_true(self, notice: Notice) -> None:
        answer = self.is_true is None or self.is_true(notice)
        if isinstance(answer, asyncio.Future):
            answer.add_done_callback(partial(self._has_answer, notice))
        elif answer:
            self._tell([notice])

    def _has_answer(self, notice: Notice, answer: asyncio.Future[bool]) -> None:
        if answer.cancelled() or answer.exception() is not None or answer.result():
            self._tell([notice])
