"""The process that keeps the workers: it listens, starts them, and takes no connection itself."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from uvicorn.config import STARTUP_FAILURE

from onair.server.address import Address, UnixSocket
from onair.server.inherited import SERVES, VARIABLE, Urgency, descriptors
from onair.server.listening import bound_to, listen, why_not
from onair.supervision.crew import (
    Action,
    Announce,
    Crew,
    Finish,
    GiveUp,
    KeepOld,
    Kill,
    Report,
    Start,
    Tell,
    Terminate,
)

logger = logging.getLogger("onair.server")

#: Bytes to take at a time of the signals that have come.
_SIGNALS = 512


def supervise(workers: int, bind: Address, on_air: Callable[[str, int], object]) -> int:
    """Serve by so many processes, each of which is this command line anew, until a signal ends them.

    SIGTERM and SIGINT drain them, a second one closes all sockets at once, a third waits for nobody. SIGHUP
    replaces one after the other, and the old one drains when the new one serves. Only in the main thread.

    Args:
        workers: How many.
        bind: Where they listen, all of them.
        on_air: Called with the host and the port, the path and 0 of a Unix socket, when all of them serve.

    Returns:
        The exit code.
    """
    try:
        sockets = listen(bind)
    except OSError as error:
        logger.error("%s", why_not(str(bind), error))
        return STARTUP_FAILURE
    try:
        return Supervisor(workers, sockets, on_air).run()
    finally:
        if isinstance(bind, UnixSocket):
            Path(bind.path).unlink(missing_ok=True)
        for sock in sockets:
            sock.close()


@dataclass(frozen=True, slots=True)
class Child:
    """The process of a worker, and the parent's end of the line to it."""

    process: subprocess.Popen[bytes]
    line: socket.socket

    def tell(self, urgency: Urgency) -> None:
        with suppress(OSError):  # it ends already
            self.line.send(bytes([urgency]))


class Supervisor:
    """Does what a :class:`Crew` decides.

    Args:
        workers: How many shall serve.
        sockets: Where they listen.
        on_air: Called with the first socket's address when all of them serve.
    """

    def __init__(
        self, workers: int, sockets: Sequence[socket.socket], on_air: Callable[[str, int], object]
    ) -> None:
        self._crew = Crew(workers)
        self._sockets = sockets
        self._on_air = on_air
        self._children: dict[int, Child] = {}
        self._unborn: list[int] = []
        self._selector = selectors.DefaultSelector()
        self._code: int | None = None

    def run(self) -> int:
        """Keep the workers until the last one has ended, and return the exit code."""
        with closing(self._selector), _signals() as signals:
            self._selector.register(signals, selectors.EVENT_READ, lambda: self._take_signals(signals))
            self._do(self._crew.begin(monotonic()))
            while self._code is None:
                for key, _ in self._selector.select(self._timeout()):
                    key.data()
                while self._unborn:
                    self._do(self._crew.ended(self._unborn.pop(), STARTUP_FAILURE, monotonic()))
                self._do(self._crew.begin(monotonic()))
        return self._code

    def _timeout(self) -> float | None:
        """The seconds until something is to be done, whatever happens; None where nothing is."""
        due = self._crew.due()
        if self._unborn:
            return 0
        return None if due is None else max(due - monotonic(), 0)

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            _DO[type(action)](self, action)

    def _take_signals(self, signals: socket.socket) -> None:
        for number in signals.recv(_SIGNALS):
            match number:
                case signal.SIGTERM | signal.SIGINT:
                    self._do(self._crew.stop(monotonic()))
                case signal.SIGHUP:
                    self._do(self._crew.renew(monotonic()))
        self._reap()

    def _reap(self) -> None:
        ended = [number for number, child in self._children.items() if child.process.poll() is not None]
        for number in ended:
            child = self._children[number]
            self._hang_up(child)
            self._do(self._crew.ended(number, child.process.returncode, monotonic()))
            del self._children[number]

    def _hear(self, number: int, child: Child) -> None:
        """Take what a worker says; where it says nothing more it ends, which a signal tells."""
        if number not in self._children:  # its end was told in the same moment
            return
        try:
            said = child.line.recv(1)
        except OSError:
            said = b""
        if said == SERVES:
            self._do(self._crew.serves(number, monotonic()))
        else:
            self._selector.unregister(child.line)

    def _hang_up(self, child: Child) -> None:
        with suppress(KeyError):
            self._selector.unregister(child.line)
        child.line.close()

    def _start(self, action: Start) -> None:
        ours, theirs = socket.socketpair()
        value, inherited = descriptors(theirs, self._sockets)
        try:
            process = subprocess.Popen(  # noqa: S603 (the command line of this process)
                [sys.executable, *sys.orig_argv[1:]],
                env=os.environ | {VARIABLE: value},
                pass_fds=inherited,
                process_group=0,  # a Ctrl-C is for the parent, which tells them
            )
        except OSError as error:
            ours.close()
            logger.error("Worker %d cannot be started: %s.", action.worker, error)
            self._unborn.append(action.worker)
            return
        finally:
            theirs.close()
        child = self._children[action.worker] = Child(process, ours)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._hear(action.worker, child))

    def _tell(self, action: Tell) -> None:
        self._children[action.worker].tell(action.urgency)

    def _terminate(self, action: Terminate) -> None:
        if child := self._children.get(action.worker):
            child.process.terminate()

    def _kill(self, action: Kill) -> None:
        if child := self._children.get(action.worker):
            child.process.kill()

    def _announce(self, action: Announce) -> None:
        self._on_air(*bound_to(self._sockets))

    def _report(self, action: Report) -> None:
        child = self._children.get(action.worker)
        logger.warning(
            "Worker %d (process %s) has ended by itself (%s). Another one takes its place%s.",
            action.worker,
            "none" if child is None else child.process.pid,
            _end(action.code),
            f" in {action.pause:g} s" if action.pause else "",
        )

    def _give_up(self, action: GiveUp) -> None:
        logger.error("The workers end before they serve. Mend what they say above, and start again.")

    def _keep_old(self, action: KeepOld) -> None:
        logger.error(
            "A new worker ended before it served (%s), so those of before go on. Mend what it says above, "
            "and send SIGHUP again.",
            _end(action.code),
        )

    def _finish(self, action: Finish) -> None:
        self._code = action.code


_DO: Mapping[type[Action], Callable[[Supervisor, Any], None]] = {
    Start: Supervisor._start,
    Tell: Supervisor._tell,
    Terminate: Supervisor._terminate,
    Kill: Supervisor._kill,
    Announce: Supervisor._announce,
    Report: Supervisor._report,
    GiveUp: Supervisor._give_up,
    KeepOld: Supervisor._keep_old,
    Finish: Supervisor._finish,
}


def _end(code: int) -> str:
    """How a process ended, for people."""
    if code >= 0:
        return f"exit code {code}"
    return signal.Signals(-code).name


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket with the numbers of the signals that come; the process's own handlers return at the end."""

    def noted(number: int, frame: FrameType | None) -> None:
        """The interpreter has written the number already."""

    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        handlers = {number: signal.signal(number, noted) for number in numbers}
        descriptor = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield ours
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in handlers.items():
                signal.signal(number, handler)
