"""From a published event to its way: checked at once, held until the commit, then sent."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial

from onair import commit, conf
from onair.exceptions import EventTooLarge
from onair.publishing import capture, failures, stats, testrun
from onair.publishing.event import Event, Outgoing, prepare
from onair.publishing.queue import EventQueue
from onair.publishing.route import deliver
from onair.publishing.routes import Routes, in_process
from onair.publishing.sender import Sender


def send(event: Event, *, using: str | None = None) -> None:
    """Send the event after the open transactions of this thread have committed.

    Nothing is raised for what happens on the way: it is logged and counted. Data above the limit is not sent.

    Args:
        using: the only database whose transaction is waited for.

    Raises:
        BadEvent: the event itself is not acceptable.
        ConfigurationError: the settings do not say where events go.
        ConnectionDoesNotExist: there is no database ``using``.
    """
    try:
        outgoing = prepare(event, limit=_limit())
    except EventTooLarge as error:
        stats.add(dropped=1)
        failures.report("too large", str(error))
        return
    if not outgoing.channels:
        return
    batch = _batch.get()
    if batch is None:
        commit.after_commit(partial(_leave, [outgoing]), using)
    else:
        batch.hold(outgoing, using)


@contextmanager
def batch() -> Iterator[None]:
    """Let the events published inside leave together: when the block ends, or their transaction commits.

    An exception in the block does not take back what was published before it. An inner ``batch`` adds to the
    outer one.
    """
    if _batch.get() is not None:
        yield
        return
    collected = _Batch()
    token = _batch.set(collected)
    try:
        yield
    finally:
        _batch.reset(token)
        collected.end()


class _Batch:
    """Events that have committed and wait for the others of their batch."""

    def __init__(self) -> None:
        self._events: list[Outgoing] = []
        self._databases: set[str | None] = set()

    def hold(self, event: Outgoing, using: str | None) -> None:
        self._databases.add(using)
        commit.after_commit(partial(self._add, event), using)

    def end(self) -> None:
        """Let go of the committed events now, and of the others when the last of them has committed."""
        self._leave()
        for using in self._databases:
            commit.after_commit(self._leave, using)

    def _add(self, event: Outgoing) -> None:
        self._events.append(event)

    def _leave(self) -> None:
        events, self._events = self._events, []
        if events:
            _leave(events)


_batch: ContextVar[_Batch | None] = ContextVar("onair.batch", default=None)
# Reentrant: a signal's handler may publish while its thread is in here.
_lock = threading.RLock()
_sender: Sender | None = None
_ending = False


def _limit() -> int:
    """Return the largest data of an event, in bytes."""
    target = conf.target()
    limit = target.app.limits.event_bytes
    hosted = isinstance(target, conf.HostedPusher) and target.host is None
    return min(limit, conf.HOSTED_EVENT_SIZE) if hosted else limit


def _leave(events: Sequence[Outgoing]) -> None:
    """Let the events go. Whatever happens is not the publisher's fault, and never reaches it."""
    try:
        _hand_over(events)
    except Exception as error:
        stats.add(failed=len(events))
        failures.report("internal", "Events were lost by an error of django-onair.", error=error)


def _hand_over(events: Sequence[Outgoing]) -> None:
    if capture.collect(events):
        return
    events = [part for event in events for part in event.split()]
    if testrun.is_on():
        with closing(Routes(batch=False)) as routes:
            routes.deliver(events)
        return
    # The server in this process costs less than a queue; what waits in the queue goes first, though.
    server = in_process()
    if server is not None and (_sender is None or _sender.idle):
        deliver(server, events)
    else:
        _sender_of_process().put(events)


def _sender_of_process() -> Sender:
    global _sender
    if _sender is None:
        with _lock:
            if _sender is None:
                _sender = _make_sender()
    return _sender


def _make_sender() -> Sender:
    options = conf.settings
    queue = EventQueue(max_events=options.QUEUE_EVENTS, max_bytes=options.QUEUE_SIZE)
    sender = Sender(Routes().deliver, queue)
    if _ending:
        sender.drain(0)
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:
        # Its processes end without ``atexit``.
        multiprocessing.Finalize(None, _drain, exitpriority=0)
    return sender


def _drain() -> None:
    global _ending
    _ending = True
    if _sender is not None:
        _sender.drain(conf.settings.DRAIN_TIMEOUT)


def _begin_anew() -> None:
    """Begin without events in the child of a fork: its parent sends those that were waiting."""
    global _sender, _lock
    _sender, _lock = None, threading.RLock()


# Now, not with the first event: what is registered while the process ends is not called.
atexit.register(_drain)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
