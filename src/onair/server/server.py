"""The apps that one process serves."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from onair.engines.base import Bounds
from onair.engines.entries import Handed
from onair.engines.memory import MemoryNode
from onair.engines.node import Later, Node
from onair.engines.origin import origin
from onair.engines.shared.answers import answer_of
from onair.engines.shared.node import SharedNode
from onair.engines.urls import EngineUrl
from onair.hub import Attendance, Hub
from onair.hub.following import FollowingHub
from onair.protocol import handshake as protocol_handshake
from onair.protocol.app import App, Credential
from onair.protocol.errors import OverCapacity, ProtocolError, ReconnectNow, Unauthorized
from onair.protocol.member import Member
from onair.protocol.publication import Publication
from onair.server.counters import Counters
from onair.server.origins import OriginPolicy
from onair.server.watch import Timings, Watch
from onair.webhooks.telling import Teller, Telling

if TYPE_CHECKING:
    from onair.server.session import Session

T = TypeVar("T")

logger = logging.getLogger("onair.server")

#: Open files that the process keeps for the rest of its work (the database, static files, the log).
SPARE_FILES = 128

_NOT_LOOKED = -1

#: The random bytes of a hub's epoch: two lives of a server must not have the same, and nobody may guess it.
EPOCH_BYTES = 16

#: Turns of the event loop that a flush may wait for more events of the same read.
MAX_TURNS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """What a client asks for; path and query as they stand in the request's line."""

    path: str
    query: str
    origin: str | None
    host: str


class ServedApp:
    """One app in this process: its node, and its sessions by their sockets' ids."""

    def __init__(self, app: App, server: Server, engine: EngineUrl | None) -> None:
        self.app = app
        self.sessions: dict[str, Session] = {}
        self.telling = Telling(app, self._call_later, held=server.watch.timings.held)
        self.hub, self.node = (
            self._alone() if engine is None else self._shared(engine, server.watch.timings.held)
        )
        if self.telling.is_wanted:
            self.hub.notify = self.telling.notice
        #: Takes what other processes of the site hand over, by its name, and says whether it can: set by the
        #: site's code in this process. It must not wait.
        self.take: Callable[[str, bytes], bool] | None = None
        #: Called when something was handed over to every process that this one will never get.
        self.missed: Callable[[], object] | None = None
        #: Answers what other processes of the site ask of it, by its name and parameters; None where it knows
        #: nothing of that name. It must not wait.
        self.answer: Callable[[str, Mapping[str, str]], bytes | None] | None = None
        #: What else this process says of itself to the others.
        self.about: Callable[[], dict[str, object]] = dict
        self._server = server
        self._waits = False

    def publish(self, publications: Sequence[Publication]) -> Later[None]:
        """Publish at the next flush; one that cannot be sent is logged."""
        return self.node.publish(publications)

    def tell(self, teller: Teller) -> None:
        """Tell somebody in this process what is noticed of the app's channels."""
        self.telling.add(teller)
        self.hub.notify = self.telling.notice

    def attend(self, attendance: Attendance) -> None:
        """Tell somebody in this process who comes to the channels of live regions, and who goes."""
        self.hub.attendance = attendance

    def expel(self, channel: str, socket_id: str, event: str, data: str) -> None:
        """End a subscription to a live region's channel; what cannot be sent is logged."""
        try:
            self.hub.expel(channel, socket_id, event, data)
        except ProtocolError:
            logger.exception("An event cannot be sent to a socket that is to leave: %r", event)

    def terminate(self, user_id: str) -> None:
        """Close the connections that a user has here; their clients do not come back by themselves."""
        for listener in self.hub.connections_of(user_id):
            # The server's listeners are its sessions.
            cast("Session", listener).close(Unauthorized("The user's connections were terminated"))

    def settle(self) -> None:
        """Flush at the next turn of the loop: nothing is on its way that belongs to what was published."""
        self._waits = False

    def _alone(self) -> tuple[Hub, Node]:
        hub = Hub(self.app, wake=self._wake, clock=monotonic, epoch=token_hex(EPOCH_BYTES))
        return hub, MemoryNode(hub, self._publish_here, self.terminate)

    def _shared(self, engine: EngineUrl, held: float) -> tuple[Hub, Node]:
        hub = FollowingHub(self.app, wake=self._wake, clock=monotonic, epoch=token_hex(EPOCH_BYTES))
        limits = self.app.limits
        node = SharedNode(
            hub,
            engine.open(self.app.shared_name, Bounds(limits.history_events, limits.history_seconds)),
            terminate=self.terminate,
            handed=self._handed,
            missed=self._missed,
            info=self._info,
            held=held,
            wants=self.telling.wants,
        )
        self.telling.is_true = node.is_true
        return hub, node

    def _publish_here(self, publications: Sequence[Publication]) -> None:
        for publication in publications:
            try:
                self.hub.publish(publication)
            except ProtocolError:
                logger.exception("An event cannot be published: %r", publication.event)

    def _handed(self, handed: Handed) -> None:
        if self.take is None or handed.origin == origin():
            return
        try:
            self.take(handed.name, handed.line)
        except ProtocolError:
            logger.exception("What was handed over as %r is lost in this process", handed.name)
            self._missed()

    def _missed(self) -> None:
        if self.missed is not None:
            self.missed()

    def _info(self) -> bytes:
        return msgspec.json.encode(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "connections": len(self.sessions),
                **self.about(),
            }
        )

    def _wake(self) -> None:
        self._waits = True
        self._soon(self._settle, 0, _NOT_LOOKED)

    def _settle(self, turn: int, published: int) -> None:
        """Flush, unless more events came in the last turn of the loop.

        Under ASGI, requests that came in one read are answered one turn after the other: a flush at the first
        turn would write to every listener once for each.
        """
        if self._waits and self.hub.published != published and turn < MAX_TURNS:
            self._soon(self._settle, turn + 1, self.hub.published)
        else:
            self.hub.flush()

    def _soon(self, callback: Callable[..., None], *arguments: int) -> None:
        self._server.loop.call_soon(callback, *arguments)

    def _call_later(self, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        return self._server.loop.call_later(seconds, callback)


class Server:
    """The sockets of some apps, in one process and one event loop.

    Args:
        apps: The apps to serve; their ids and keys are unique.
        origins: Which pages may connect.
        max_connections: Sockets to accept at a time; beyond them clients are sent away with 4100.
            By default what the limit of open files leaves.
        timings: How long things may take.
        engine: What processes share these apps through; None where this one is alone.

    Raises:
        EngineRefused: The engine's library is missing, or its URL is wrong.
    """

    def __init__(
        self,
        apps: Sequence[App],
        *,
        origins: OriginPolicy,
        max_connections: int | None = None,
        timings: Timings | None = None,
        engine: EngineUrl | None = None,
    ) -> None:
        self.origins = origins
        self.max_connections = open_file_limit() if max_connections is None else max_connections
        self.counters = Counters()
        self.watch = Watch(timings or Timings(), on_sweep=self._tick)
        self.served = {app.id: ServedApp(app, self, engine) for app in apps}
        #: Called when every socket is closed, to end what is none of them and would stay.
        self.on_close_all: list[Callable[[], object]] = []
        self._by_key = {credential.key: app for app in apps for credential in app.credentials}
        self._refusal: ProtocolError | None = None
        self._leaving: ProtocolError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that this server is attached to."""
        if self._loop is None:
            raise RuntimeError(
                "The server has no event loop yet: call attach() in the loop that it shall run in"
            )
        return self._loop

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run in this loop. The first socket does it too; call it again after the old loop was closed.

        Raises:
            RuntimeError: The server runs in another loop.
        """
        if self._loop is loop:
            return
        if self._loop is not None and not self._loop.is_closed():
            raise RuntimeError("The server runs in another event loop: make a Server for each loop")
        self._loop = loop
        self.watch.attach(loop)
        for served in self.served.values():
            served.telling.attach()
        for session in self.watch:
            session.lost()
        for served in self.served.values():
            served.node.attach(loop)
            served.hub.flush()  # what the old loop left; the hub wakes nobody while something is pending

    def serves(self, path: str) -> bool:
        """Whether a path is ``[/PREFIX]/app/KEY`` with a key of ours."""
        return protocol_handshake.key_of(path) in self._by_key

    def served_by_key(self, key: str) -> ServedApp | None:
        """The app that has this key, or None."""
        app = self._by_key.get(key)
        return None if app is None else self.served[app.id]

    def admit(self, handshake: Handshake) -> tuple[ServedApp, Credential]:
        """The app that a client may connect to.

        Raises:
            ProtocolError: It may not; the reason says what it is to be told.
        """
        if self.turns_away is not None:
            raise self.turns_away.with_traceback(None)
        app, credential = protocol_handshake.accept(self._by_key, handshake.path, handshake.query)
        if not self.origins.allows(handshake.origin, handshake.host):
            raise Unauthorized(f"Origin {handshake.origin!r:.200} may not connect: {self.origins.remedy}")
        served = self.served[app.id]
        self._check_capacity(served)
        return served, credential

    def publish(self, app_id: str, publications: Sequence[Publication]) -> None:
        """Publish to the subscribers of an app. Only in this server's loop."""
        done = self.served[app_id].publish(publications)
        if done is not None:
            done.add_done_callback(answer_of)

    def publish_soon(self, app_id: str, publications: Sequence[Publication]) -> None:
        """Publish to an app's sockets, from any thread. Never waits; without a loop nobody listens."""
        self._soon(self.publish, app_id, publications)

    def expel_soon(self, app_id: str, channel: str, socket_id: str, event: str, data: str) -> None:
        """End a socket's subscription to a live region's channel, from any thread. Never waits.

        The socket gets what was published before, then this event, and nothing more. Its client may subscribe
        again.

        Args:
            data: JSON text.
        """
        self._soon(self.served[app_id].expel, channel, socket_id, event, data)

    def members(self, app_id: str, channel: str, timeout: float) -> Sequence[Member]:
        """List who is on a presence channel, from any thread; without a loop nobody is.

        In this server's loop it answers at once. Another thread waits for the loop's next turn.

        Raises:
            TimeoutError: the loop had no turn in so many seconds.
        """
        node = self.served[app_id].node
        if self._loop is None:
            return ()
        if runs_here(self._loop):
            return self.served[app_id].hub.members(channel)
        answer: Future[tuple[Member, ...]] = Future()
        try:
            self._loop.call_soon_threadsafe(lambda: pass_on(node.members(channel), answer))
        except RuntimeError:  # the loop was closed in this moment, and its sockets with it
            return ()
        return answer.result(timeout)

    def holds(self, socket_id: str) -> bool:
        """Whether a socket is in this process. From any thread."""
        return any(socket_id in served.sessions for served in self.served.values())

    @property
    def refusal(self) -> ProtocolError | None:
        """Why nothing is served now; None where all is well."""
        return self._refusal

    def refuse(self, reason: ProtocolError | None) -> None:
        """Refuse every new socket, and every event, with this reason; None accepts again."""
        self._refusal = reason

    def drain(self) -> None:
        """Take no new socket from now on; those that are open, and events, are served as ever."""
        self._leaving = OverCapacity("The server restarts: come back in a second")

    @property
    def turns_away(self) -> ProtocolError | None:
        """Why new sockets are refused now, whosever they are; None where they are taken."""
        return self._refusal or self._leaving

    def close_all(self, *, linger: float | None = None) -> None:
        """Close every socket at once, and let its client reconnect (4200). Only in this server's loop.

        Args:
            linger: Seconds that the clients have to go by themselves; the server's usual time if None.
        """
        for session in self.watch:
            session.close(ReconnectNow(), linger=linger)
        for call in self.on_close_all:
            call()

    def end_telling(self, seconds: float) -> None:
        """Tell at once what is held back, and give up what was not passed on in so many seconds.

        When the sockets are closed; in this server's loop, or after its end.
        """
        for served in self.served.values():
            served.telling.end(monotonic() + seconds)

    def join_telling(self) -> None:
        """Wait until all was passed on, or for the time that it was given. From any thread."""
        for served in self.served.values():
            served.telling.join()

    def connections(self) -> int:
        """How many sessions are open."""
        return sum(len(served.sessions) for served in self.served.values())

    @property
    def is_connected(self) -> bool:
        """Whether what this process shares with others can be reached, as far as is known."""
        return all(served.node.is_connected for served in self.served.values())

    async def leave(self) -> None:
        """Say to the processes that share the apps that this one is gone. When the sockets are closed."""
        for served in self.served.values():
            if served.node.is_shared:
                await served.telling.confirm_held()
            await served.node.close()

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        """Call in the loop, from any thread, in the order of these calls."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:  # the loop was closed in this moment, and its sockets with it
            return

    def _tick(self) -> bool:
        """Let every hub do what is due. Return whether any waits for more."""
        waits = [served.hub.tick() for served in self.served.values()]
        return any(waits)

    def _check_capacity(self, served: ServedApp) -> None:
        limit = served.app.limits.connections
        if limit is not None and len(served.sessions) >= limit:
            raise OverCapacity(f"App {served.app.id} has {limit} connections, and no more are allowed")
        if self.connections() >= self.max_connections:
            raise OverCapacity(
                f"The server has {self.max_connections} connections, and takes no more: "
                "raise its limit of open files (ulimit -n), and its limit of connections where one is set"
            )


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the calling code runs in this loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def pass_on(found: Later[T], to: Future[T]) -> None:
    """Give what was found to a thread that waits, now or when it is there."""
    if not isinstance(found, asyncio.Future):
        to.set_result(found)
        return

    def done(answered: asyncio.Future[T]) -> None:
        try:
            to.set_result(answered.result())
        except Exception as error:
            to.set_exception(error)

    found.add_done_callback(done)


def open_file_limit() -> int:
    """The sockets that this process may hold: its limit of open files, less some for other work."""
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else max(soft - SPARE_FILES, 1)
