"""This site's server in one process: who holds the sockets, and how the other processes find it.

Only one process of a site on a machine can hold the sockets, as its channels live in its memory. The first
one claims the site; any other stands by: it refuses sockets with a message that names the remedy, and takes
over when the first one has gone. Where the site has an engine, any number of processes hold sockets, and none
has to be found.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from weakref import WeakSet

from onair import conf, testrun
from onair.embedded import attendance, handovers, questions, signalling
from onair.embedded.companions import Companions
from onair.embedded.ending import close_with_uvicorn
from onair.embedded.origins import origin_policy
from onair.engines import announcements, local
from onair.engines.announcements import AlreadyServed, Claim, UnsafeFolder
from onair.engines.base import EngineRefused
from onair.engines.urls import EngineUrl
from onair.exceptions import ConfigurationError
from onair.protocol.app import App
from onair.protocol.errors import OverCapacity
from onair.server.server import Server, runs_here

logger = logging.getLogger("onair")

#: Seconds between two looks at whether the process that serves the site has gone.
STAND_BY = 1.0

#: Seconds that the close frames have to reach the network.
FLUSH = 0.05

#: Seconds that closing may take: Django's reloader kills its child 0.25 s after Ctrl-C.
CLOSE_WITHIN = 0.18


class ProcessServer:
    """The server of this site in this process; it needs a loop to :meth:`attach` to before there are sockets.

    Args:
        shared: Whether the site's other processes shall find it. A test's server is for its own process.
    """

    def __init__(self, *, shared: bool = True) -> None:
        self.app = conf.app()
        self._is_one_of_many = _engine() is not None
        self.server = make_server(self.app)
        signalling.connect(self.server)
        attendance.connect(self.server)
        questions.connect(self.server)
        self._end_handovers = handovers.connect(self.server)
        self.closed = False
        self._pid = os.getpid()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._claim: Claim | None = None
        self._address: tuple[str, int] | None = None
        self._shared = shared
        self._leaving: asyncio.Task[None] | None = None  # which the loop alone would not keep
        self._companions = Companions()

    @property
    def stands_by(self) -> bool:
        """Whether another process serves the site."""
        return self._shared and self._claim is None and not (self.closed or self._is_one_of_many)

    @property
    def is_public(self) -> bool:
        """Whether the site's other processes can find this one."""
        return self._claim is not None

    @property
    def has_address(self) -> bool:
        """Whether it is known where this process listens."""
        return self._address is not None

    def open(self, *, stand_by: bool = True) -> None:
        """Serve the site, or stand by while another process does.

        Raises:
            AlreadyServed: another process serves the site, and this one shall not stand by.
        """
        other = self._claim_site() if self._shared and not self._is_one_of_many else None
        if other is None:
            self._serve()
        elif stand_by:
            self._stand_by(other)
        else:
            raise other
        atexit.register(self.close)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run the sockets in this loop. In its thread, or before it runs."""
        if self._loop is not None and not self._loop.is_closed():
            return
        self._loop = loop
        self.server.attach(loop)
        close_with_uvicorn(self.server, loop)
        if self.stands_by:
            loop.call_later(STAND_BY, self._take_over)

    def announce(self, host: str, port: int) -> None:
        """Tell the site's other processes the address that this one listens at. The first address stays."""
        if self._address is None:
            self._address = (host, port)
            self._announce()
            questions.say("address", lambda: (host, port))

    def close(self) -> None:
        """Close every socket so that its client reconnects (4200), and leave the site to the next process.

        From any thread; it waits a moment for the close frames to leave, unless it runs in the loop itself.
        """
        if self.closed or os.getpid() != self._pid:
            return
        atexit.unregister(self.close)
        if not self.stands_by:
            local.unregister(self.app.id)
        if self._claim is not None:
            self._claim.withdraw()
            self._claim = None
        self.closed = True
        self._companions.stop()
        self._end_handovers()
        self._close_sockets()

    def _claim_site(self) -> AlreadyServed | None:
        try:
            self._claim = announcements.claim(conf.site_key())
        except AlreadyServed as other:
            return other
        except (UnsafeFolder, OSError) as error:
            self._shared = False
            logger.warning("The site's other processes cannot publish to the sockets of this one: %s", error)
        return None

    def _serve(self) -> None:
        server = self.server
        local.register(self.app.id, server.publish_soon, server.members, server.expel_soon, server.holds)
        _serving.add(self)
        self._announce()
        self._companions.start()

    def announce_again(self) -> None:
        """Tell the site's other processes what has changed since."""
        self._announce()

    def _announce(self) -> None:
        if self._claim is not None and self._address is not None:
            self._claim.announce(*self._address, live=_has_live_pages)

    def _stand_by(self, other: AlreadyServed) -> None:
        self.server.refuse(OverCapacity(f"Process {other.pid} serves this site: set ONAIR_URL to share it"))
        logger.error(
            "Process %d serves the sockets of this site already, so this one refuses them. "
            "Stop one of the two; or run the server alone (manage.py onair serve), "
            "and name it to all processes by ONAIR_URL.",
            other.pid,
        )

    def _take_over(self) -> None:
        if self.closed or self._loop is None:
            return
        if self._claim_site() is not None:
            self._loop.call_later(STAND_BY, self._take_over)
            return
        self.server.refuse(None)  # before the others find it
        self._serve()
        logger.warning("The process that served the sockets of this site has gone: this one serves them now.")

    def _close_sockets(self) -> None:
        loop = self._loop
        if loop is None or not loop.is_running():
            self.server.end_telling(conf.settings.DRAIN_TIMEOUT)
            self.server.join_telling()
            return
        if runs_here(loop):
            self.server.close_all()
            self.server.end_telling(conf.settings.DRAIN_TIMEOUT)
            self._leaving = loop.create_task(self.server.leave())
            return
        have_left = threading.Event()

        def close() -> None:
            self.server.close_all()
            self.server.end_telling(CLOSE_WITHIN)
            self._leaving = loop.create_task(self.server.leave())
            loop.call_later(FLUSH, have_left.set)

        loop.call_soon_threadsafe(close)
        have_left.wait(CLOSE_WITHIN)
        self.server.join_telling()


def make_server(app: App) -> Server:
    """Make the server of this site's app.

    Raises:
        ConfigurationError: the site's engine cannot be used as it is configured.
    """
    try:
        return Server((app,), origins=origin_policy(), engine=_engine())
    except EngineRefused as error:
        raise ConfigurationError(str(error)) from None


def _engine() -> EngineUrl | None:
    """What this process shares with others; a test's server is alone."""
    return None if testrun.is_set_up() else conf.engine()


_lock = threading.Lock()
_current: ProcessServer | None = None
_serving: WeakSet[ProcessServer] = WeakSet()
_has_live_pages = False


def show_live_pages() -> None:
    """Say that this process has pages that follow the database: the others are to tell it what they write."""
    global _has_live_pages
    if _has_live_pages:
        return
    _has_live_pages = True
    for server in tuple(_serving):
        server.announce_again()


def current() -> ProcessServer | None:
    """Return the server of this process, opened on first use; None where this site's sockets are elsewhere.

    Raises:
        ConfigurationError: the settings do not say where they are.
    """
    global _current
    if not isinstance(conf.target(), conf.Embedded):
        return None
    with _lock:
        if _current is None:
            _current = ProcessServer(shared=not testrun.is_set_up())
            _current.open()
        return _current


def close() -> None:
    """Close the server of this process, if it has one."""
    if _current is not None:
        _current.close()


def _forget() -> None:
    """Begin anew in the child of a fork: its parent holds the site and the sockets."""
    global _current, _lock, _serving
    _current, _lock, _serving = None, threading.Lock(), WeakSet()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
