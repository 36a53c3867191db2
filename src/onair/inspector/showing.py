"""What the inspector's templates show, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from onair.inspector import following
from onair.inspector.merging import Channel, Connection, Event, Region, SiteView
from onair.inspector.path import duration, event_row
from onair.inspector.record import ProcessView, RegionView
from onair.inspector.site import Inspection
from onair.protocol.names import kind_of

#: The size of a graph, in its own units.
WIDTH, HEIGHT = 120, 24

_KINDS = {
    "": gettext_noop("public"),
    "private-": gettext_noop("private"),
    "private-encrypted-": gettext_noop("encrypted"),
    "presence-": gettext_noop("presence"),
    "cache-": gettext_noop("public, cached"),
    "private-cache-": gettext_noop("private, cached"),
    "private-encrypted-cache-": gettext_noop("encrypted, cached"),
    "presence-cache-": gettext_noop("presence, cached"),
}

_TRANSPORTS = {"websocket": gettext_noop("WebSocket"), "fallback": gettext_noop("without WebSockets")}

_CIRCUITS = {
    "closed": gettext_noop("answers"),
    "open": gettext_noop("down"),
    "half-open": gettext_noop("is being tried"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    """One line of the summary.

    Args:
        points: of the line, as SVG has them.
        note: what it is beside the line.
    """

    name: str
    label: str
    value: str
    points: str
    note: str


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel."""

    live_key: str
    kind: str
    subscriptions: int
    members: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One connection."""

    live_key: str
    transport: str
    user: str | None
    channels: tuple[str, ...]
    live_regions: int
    waiting: int
    process: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One live region, and what its last rendering took."""

    live_key: str
    view: RegionView
    took: str | None
    process: str


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process."""

    live_key: str
    view: ProcessView
    name: str
    server: str
    since: datetime | None

    @property
    def lost(self) -> int:
        """The events that it published and that went nowhere."""
        numbers = self.view.publishing
        return numbers.failed + numbers.dropped + numbers.expired


class Page:
    """What the page shows of a site."""

    def __init__(self, inspection: Inspection) -> None:
        self._site: SiteView = inspection.site
        self.note = inspection.note
        self.events = [event_row(event) for event in self._site.events]
        self.channels = [_channel(channel) for channel in self._site.channels]
        self.connections = [_connection(connection) for connection in self._site.connections]
        self.regions = [_region(region) for region in self._site.regions]
        self.processes = [_process(process) for process in self._site.processes]

    @property
    def figures(self) -> list[Figure]:
        """The numbers of the summary; what no process can say is a question mark."""
        site = self._site
        known = site.has_sockets
        numbers = (
            (
                "connections",
                site.connection_count if known else None,
                ngettext("connection", "connections", site.connection_count),
            ),
            (
                "channels",
                site.channel_count if known else None,
                ngettext("channel", "channels", site.channel_count),
            ),
            (
                "regions",
                site.region_count if known else None,
                ngettext("live region", "live regions", site.region_count),
            ),
            ("processes", len(site.processes), ngettext("process", "processes", len(site.processes))),
        )
        return [
            Figure(name, "?" if number is None else number_format(number), label)
            for name, number, label in numbers
        ]

    @property
    def graphs(self) -> list[Graph]:
        """What is shown over time, the newest at the right end."""
        site = self._site
        latencies, median = site.latencies, site.median
        rates = (0,) * (following.SECONDS - len(site.rates)) + site.rates
        at_most = _("at most %s")
        return [
            Graph(
                "latency",
                _("until delivery, median of the last events"),
                "?" if median is None else duration(median),
                points(latencies),
                at_most % duration(max(latencies)) if latencies else "",
            ),
            Graph(
                "rate",
                _("messages a second, in the last minute"),
                number_format(rates[-1]),
                points(rates),
                at_most % number_format(max(rates)),
            ),
        ]


def find(inspection: Inspection, event_id: str) -> Event | None:
    """Return an event by any of its ids."""
    return next((event for event in inspection.site.events if event_id in event.ids), None)


def points(numbers: Sequence[float]) -> str:
    """Return numbers as the points of a line in a picture of :data:`WIDTH` times :data:`HEIGHT`."""
    if len(numbers) < 2:
        return f"0,{HEIGHT} {WIDTH},{HEIGHT}"
    highest = max(numbers) or 1
    step = WIDTH / (len(numbers) - 1)
    return " ".join(
        f"{place * step:.1f},{HEIGHT - (HEIGHT - 2) * number / highest - 1:.1f}"
        for place, number in enumerate(numbers)
    )


def _channel(channel: Channel) -> ChannelRow:
    kind = _KINDS.get(channel.prefix, channel.prefix)
    return ChannelRow(channel.name, _(kind), channel.subscriptions, channel.members)


def _connection(connection: Connection) -> ConnectionRow:
    view = connection.view
    named = tuple(name for name in view.channels if not kind_of(name).attended)
    return ConnectionRow(
        view.socket_id,
        _(_TRANSPORTS.get(view.transport, view.transport)),
        view.user,
        named,
        len(view.channels) - len(named),
        view.waiting,
        _name(connection.process),
    )


def _region(region: Region) -> RegionRow:
    took = None if region.view.seconds is None else duration(region.view.seconds)
    return RegionRow(region.live_key, region.view, took, _name(region.process))


def _process(view: ProcessView) -> ProcessRow:
    since = view.watched_since
    return ProcessRow(
        view.id,
        view,
        _name(view),
        _(_CIRCUITS.get(view.publishing.circuit, view.publishing.circuit)),
        None if since is None else datetime.fromtimestamp(since, timezone.get_current_timezone()),
    )


def _name(view: ProcessView) -> str:
    return f"{view.host}:{view.pid}"
