"""What this process asks of an engine, over connections that are kept: each is one thread's at a time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from onair import conf
from onair.engines.base import Bounds, Client, EngineDown, EngineRefused, Op
from onair.engines.urls import EngineUrl
from onair.publishing import ending, testrun
from onair.publishing.route import NotThere, Unavailable

R = TypeVar("R")

#: Connections that are kept while nobody uses them.
MOST_IDLE = 4


class Share(NamedTuple):
    """What processes share: an app, through an engine."""

    engine: EngineUrl
    app_id: str
    bounds: Bounds


def share_of(target: conf.Target) -> Share | None:
    """Return what this process shares with the others of the site; in tests, nothing with anybody."""
    if not isinstance(target, conf.Embedded) or target.engine is None or testrun.is_on():
        return None
    return Share(target.engine, target.app.shared_name, conf.bounds())


def do(share: Share, op: Op[R], timeout: float) -> R:
    """Do something and return the reply.

    It may be done twice, where a connection that was kept turns out to be gone: so a ``Publish`` needs a
    publisher.

    Args:
        timeout: seconds that it may take.

    Raises:
        Unavailable: the engine does not answer, or cannot be used as it is configured.
    """
    with _translated():
        return _clients.do(share, op, timeout)


class Clients:
    """Connections to engines, for the threads of a process."""

    def __init__(self) -> None:
        # Reentrant: a signal's handler may ask while its thread is in here.
        self._lock = threading.RLock()
        self._idle: list[Client] = []
        self._share: Share | None = None
        self._is_ending = False

    def do(self, share: Share, op: Op[R], timeout: float) -> R:
        deadline = time.monotonic() + timeout
        kept = self._take(share)
        if kept is not None:
            try:
                return self._do(share, kept, op, timeout)
            except EngineDown:
                timeout = deadline - time.monotonic()
                if timeout <= 0:
                    raise
                # The engine has started again since, or has closed what was not used: so perhaps have all.
                self.close()
        return self._do(share, share.engine.connect(share.app_id, share.bounds), op, timeout)

    def close(self) -> None:
        """Let go of all that nobody uses."""
        self._close(self._take_all())

    def end(self) -> None:
        """Let go of all, and keep nothing from now on: the process ends."""
        self._is_ending = True
        self.close()

    def leave(self) -> None:
        """Let go of all, in the child of a fork, where the lock may be held for ever."""
        self._close(self._idle)

    def _do(self, share: Share, client: Client, op: Op[R], timeout: float) -> R:
        try:
            reply = client.do(op, timeout)
        except BaseException:
            self._close([client])
            raise
        self._put_back(share, client)
        return reply

    def _take(self, share: Share) -> Client | None:
        with self._lock:
            if share == self._share:
                return self._idle.pop() if self._idle else None
            old, self._idle, self._share = self._idle, [], share
        self._close(old)
        return None

    def _take_all(self) -> list[Client]:
        with self._lock:
            idle, self._idle = self._idle, []
        return idle

    def _put_back(self, share: Share, client: Client) -> None:
        with self._lock:
            if share == self._share and len(self._idle) < MOST_IDLE and not self._is_ending:
                self._idle.append(client)
                return
        self._close([client])

    def _close(self, clients: list[Client]) -> None:
        for client in clients:
            client.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except EngineDown as error:
        raise Unavailable("engine down", _sentence(error)) from error
    except EngineRefused as error:
        raise NotThere("engine refused", _sentence(error)) from error


def _sentence(error: Exception) -> str:
    return f"{str(error).rstrip('.')}."


_clients = Clients()


def _begin_anew() -> None:
    """Connect anew in the child of a fork: these connections are its parent's."""
    global _clients
    _clients, of_parent = Clients(), _clients
    of_parent.leave()


def _end() -> None:
    _clients.end()


# Registered before the sender's end, so called after it: what is sent last is sent by then.
ending.at_exit(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
