"""Which way this process's events go now: the settings say, and for the embedded server, who runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onair import conf
from onair.engines import announcements, local
from onair.engines.announcements import Announcement
from onair.engines.local import PublishSoon
from onair.exceptions import ConfigurationError
from onair.protocol.app import App
from onair.publishing import failures, onlooker, stats, testrun
from onair.publishing.call import Both, Call, Events, Handovers, Item, Part, run, runs
from onair.publishing.engine_client import Share, share_of
from onair.publishing.engine_route import EngineRoute
from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover
from onair.publishing.hosted import Hosted
from onair.publishing.http_api import BATCH, OWN_BATCH, HttpApi
from onair.publishing.route import Outage, Route, Unavailable, attempt

NO_SERVER = (
    "No server of this site runs, so its events reach nobody (said once). Start one: manage.py runserver to "
    "develop; manage.py onair serve beside a WSGI server; onair.asgi in an ASGI server. Or name one "
    'elsewhere: ONAIR = {"URL": …}, or the environment\'s ONAIR_URL.'
)

SERVER_GONE = (
    "The server of this site has gone. Start it again: manage.py runserver, manage.py onair serve, or the "
    "ASGI server with onair.asgi."
)


class InProcess:
    """To the server in this process."""

    def __init__(self, app: App, publish_soon: PublishSoon) -> None:
        self._app_id = app.id
        self._publish_soon = publish_soon

    def chunks(self, events: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
        yield events

    def post(self, chunk: Sequence[Outgoing], timeout: float) -> None:
        self._publish_soon(self._app_id, [event.publication() for event in chunk])

    def close(self) -> None:
        """Nothing is open: the server belongs to others."""


class Routes:
    """Finds the route, and keeps it as long as the same one is right.

    Args:
        batch: whether hosted Pusher gets several events in one call; in tests, each is a call of ``trigger``.
    """

    def __init__(self, *, batch: bool = True) -> None:
        self._batch = batch
        self._route: Route[Outgoing] | None = None
        self._taken_for: object = None
        # Whether there was a server in another process. While it starts again its events wait.
        self._has_found = False
        self._shared: EngineRoute | None = None
        self._shared_for: Share | None = None

    def attempt(self, items: Sequence[Item], deadline: float = float("inf")) -> Outage | None:
        """Send the events and do the calls in their order, until nobody answers.

        Args:
            deadline: when to stop, by ``time.monotonic()``.
        """
        left = len(items)
        shared = self._shared_route()
        for part in runs(items, together=shared is not None):
            outage = self._do(part, shared, deadline)
            left -= 1 if isinstance(part, Call) else len(part.items)
            if outage is not None:
                return Outage(outage.error, left + outage.left)
        return None

    def deliver(self, items: Sequence[Item]) -> None:
        """Send the events and do the calls, once. What fails is logged and counted, never raised."""
        outage = self.attempt(items)
        if outage is not None:
            outage.give_up()

    def close(self) -> None:
        """Let go of what is kept open."""
        if self._route is not None:
            self._route.close()
            self._route = None

    def _do(self, part: Part, shared: EngineRoute | None, deadline: float) -> Outage | None:
        match part:
            case Call():
                return _call(part)
            case Both(items):
                assert shared is not None
                return attempt(shared, items, deadline)
            case Handovers(handovers):
                return self._hand_over(handovers, deadline)
            case Events(events):
                return self._send(events, deadline)

    def _shared_route(self) -> EngineRoute | None:
        """Return the way that this site's processes share, None where they do not."""
        try:
            target = conf.target()
        except ConfigurationError:  # as each event says
            return None
        share = share_of(target)
        if share != self._shared_for:
            cache_seconds = target.app.limits.cache_seconds
            self._shared = None if share is None else EngineRoute(share, cache_seconds=cache_seconds)
            self._shared_for = share
        return self._shared

    def _hand_over(self, items: Sequence[Handover], deadline: float) -> Outage | None:
        """Hand over to a server that another process may be; where there is none, nobody waits for it."""
        try:
            route = self._current()
        except (ConfigurationError, announcements.UnsafeFolder):  # as each event says
            route = None
        if isinstance(route, HttpApi):
            return attempt(route.for_handovers, items, deadline)
        stats.add(dropped=len(items))
        return None

    def _send(self, events: Sequence[Outgoing], deadline: float) -> Outage | None:
        try:
            route = self._current()
        except (ConfigurationError, announcements.UnsafeFolder) as error:
            stats.add(failed=len(events))
            failures.report("no route", f"{error} Events are lost until then.")
            onlooker.tell("dropped", events, str(error))
            return None
        if route is not None:
            return attempt(route, events, deadline)
        if self._has_found:
            return Outage(Unavailable("server gone", SERVER_GONE), len(events))
        stats.add(dropped=len(events))
        onlooker.tell("dropped", events, NO_SERVER)
        if not testrun.is_on():
            failures.warn_once("no server", NO_SERVER)
        return None

    def _current(self) -> Route[Outgoing] | None:
        target = conf.target()
        way = embedded_way(target.app) if isinstance(target, conf.Embedded) else None
        if self._route is None or self._taken_for != (target, way):
            self.close()
            self._route = self._make(target, way)
            self._taken_for = (target, way)
        return self._route

    def _make(self, target: conf.Target, way: PublishSoon | Announcement | None) -> Route[Outgoing] | None:
        if isinstance(target, conf.HostedPusher):
            return Hosted(target, batch=BATCH if self._batch else 1)
        if isinstance(target, conf.RemoteServer):
            return HttpApi(target.app, target.base_url)
        if isinstance(way, Announcement):
            self._has_found = True
            return HttpApi(target.app, base_url(way), batch=OWN_BATCH)
        return InProcess(target.app, way) if way is not None else None


def _call(call: Call) -> Outage | None:
    try:
        run(call)
    except Unavailable as error:
        return Outage(error, 1)
    return None


def in_process() -> InProcess | None:
    """Return the route to the server in this process, None where there is none or events go elsewhere.

    What processes share goes one way from all of them, also from those that hold the sockets: in one order.
    """
    publish_soon = local.find(conf.EMBEDDED_APP_ID)
    if publish_soon is None:
        return None
    target = conf.target()
    if not isinstance(target, conf.Embedded) or share_of(target) is not None:
        return None
    return InProcess(target.app, publish_soon)


def embedded_way(app: App) -> PublishSoon | Announcement | None:
    """Find the embedded server: in this process, else, never in tests, in another one of this site."""
    publish_soon = local.find(app.id)
    if publish_soon is not None or testrun.is_on():
        return publish_soon
    return announcements.find(conf.site_key())


def base_url(announcement: Announcement) -> str:
    """Return where an announced server's HTTP API is."""
    host = f"[{announcement.host}]" if ":" in announcement.host else announcement.host
    return f"http://{host}:{announcement.port}"
