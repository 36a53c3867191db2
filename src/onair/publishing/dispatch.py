"""From a published event to its way: checked at once, held until the commit, then sent."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeGuard

from onair import commit, conf
from onair.exceptions import EventTooLarge
from onair.publishing import at_once, capture, ending, failures, onlooker, stats, testrun
from onair.publishing.call import Call, Item
from onair.publishing.carrier import Carrier
from onair.publishing.event import Event, Outgoing, prepare
from onair.publishing.handover import Handover
from onair.publishing.queue import EventQueue
from onair.publishing.route import deliver
from onair.publishing.routes import Routes, in_process
from onair.publishing.sender import Sender


def send(event: Event, *, using: str | None = None, instead: Event | None = None) -> None:
    """Send the event after the open transactions of this thread have committed.

    Nothing is raised for what happens on the way: it is logged and counted. Data above the limit is not sent.

    Args:
        using: the only database whose transaction is waited for.
        instead: the event to send where the data of the first is above the limit.

    Raises:
        BadEvent: the event itself is not acceptable.
        ConfigurationError: the settings do not say where events go.
        ConnectionDoesNotExist: there is no database ``using``.
    """
    try:
        outgoing = prepare(event, limit=event_limit())
    except EventTooLarge as error:
        if instead is not None:
            send(instead, using=using)
            return
        stats.add(dropped=1)
        failures.report("too large", str(error))
        onlooker.tell("dropped", [Outgoing(tuple(event.channels), event.name, "", 0)], str(error))
        return
    if outgoing.channels:
        onlooker.tell("published", [outgoing])
        _hold(outgoing, using)


def call(action: Callable[[], object], *, label: str, using: str | None = None, size: int = 0) -> None:
    """Run an action after the open transactions of this thread have committed, in order with the events.

    It may block: the background sender runs it, and no request waits for it. What is published later does, so
    it should bound its time. In tests it runs on the calling thread, before this returns, or with the tested
    code's commit. The end of the process waits for it as for the events. What it raises is logged and
    counted. It is called once, unless it raises ``ServiceDown``: then it and all behind it wait and are tried
    again, like events for a server that is down.

    Args:
        label: what is done, for the log: ``"The provider's call for article.create"``.
        using: the only database whose transaction is waited for.
        size: what the action keeps in memory until it has run, in bytes.

    Raises:
        ConnectionDoesNotExist: there is no database ``using``.
    """
    _hold(Call(action, label, size), using)


def hand_over(name: str, line: bytes) -> None:
    """Hand a line over to the site's code in the server's process, at once and in order with the events.

    Where processes share an engine, each that holds sockets gets it. Nothing is raised for what happens on
    the way. Where no other process is the server, it goes nowhere.

    Args:
        name: what it is called there (:mod:`onair.embedded.handovers`).
    """
    _leave([Handover(name, line)])


def hand_over_now(name: str, line: bytes) -> None:
    """Hand a line over as :func:`hand_over` does, and return when it is there, or cannot be for now."""
    with at_once.routes() as routes:
        routes.deliver([Handover(name, line)])


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
    """Items that have committed and wait for the others of their batch."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._databases: set[str | None] = set()

    def hold(self, item: Item, using: str | None) -> None:
        self._databases.add(using)
        commit.after_commit(partial(self._add, item), using)

    def end(self) -> None:
        """Let go of the committed items now, and of the others when the last of them has committed."""
        self._leave()
        for using in self._databases:
            commit.after_commit(self._leave, using)

    def _add(self, item: Item) -> None:
        self._items.append(item)

    def _leave(self) -> None:
        items, self._items = self._items, []
        if items:
            _leave(items)


#: Seconds that a fork waits for a delivery that is under way.
FORK_PATIENCE = 0.1

_batch: ContextVar[_Batch | None] = ContextVar("onair.batch", default=None)
# Reentrant: a signal's handler may publish while its thread is in here.
_lock = threading.RLock()
_sender: Sender | None = None
_ending = False


def event_limit() -> int:
    """Return the largest data of an event, in bytes."""
    target = conf.target()
    limit = target.app.limits.event_bytes
    hosted = isinstance(target, conf.HostedPusher) and target.host is None
    return min(limit, conf.HOSTED_EVENT_SIZE) if hosted else limit


def _hold(item: Item, using: str | None) -> None:
    batch = _batch.get()
    if batch is None:
        commit.after_commit(partial(_leave, [item]), using)
    else:
        batch.hold(item, using)


def _leave(items: Sequence[Item]) -> None:
    """Let the items go. Whatever happens is not the publisher's fault, and never reaches it."""
    try:
        _hand_over(items)
    except Exception as error:
        stats.add(failed=len(items))
        failures.report("internal", "Events were lost by an error of django-onair.", error=error)


def _hand_over(items: Sequence[Item]) -> None:
    onlooker.tell("committed", items)
    items = capture.collect(items)
    if not items:
        return
    items = [part for item in items for part in _parts(item)]
    if testrun.is_on():
        with closing(Routes(batch=False)) as routes:
            routes.deliver(items)
        return
    # The server in this process costs less than a queue; what waits in the queue goes first, though.
    server = in_process()
    if server is not None and (_sender is None or _sender.idle) and _are_events(items):
        deliver(server, items)
    else:
        _sender_of_process().put(items)


def _parts(item: Item) -> Sequence[Item]:
    return item.split() if isinstance(item, Outgoing) else [item]


def _are_events(items: Sequence[Item]) -> TypeGuard[Sequence[Outgoing]]:
    return all(isinstance(item, Outgoing) for item in items)


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
    sender = Sender(Carrier(Routes().attempt), queue, max_age=options.QUEUE_SECONDS)
    stats.measure(sender.measure)
    if _ending:
        sender.drain(options.DRAIN_TIMEOUT)
    ending.at_end_of_child(_drain)
    return sender


def _drain() -> None:
    global _ending
    _ending = True
    if _sender is not None:
        _sender.drain(conf.settings.DRAIN_TIMEOUT)


def _stand_still() -> None:
    if _sender is not None:
        _sender.stand_still(FORK_PATIENCE)


def _go_on() -> None:
    if _sender is not None:
        _sender.go_on()


def _begin_anew() -> None:
    """Begin without events in the child of a fork: its parent sends those that were waiting."""
    global _sender, _lock
    _sender, _lock = None, threading.RLock()


# Now, not with the first event: what is registered while the process ends is not called.
ending.at_exit(_drain)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_stand_still, after_in_parent=_go_on, after_in_child=_begin_anew)
