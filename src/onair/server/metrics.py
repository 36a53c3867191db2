"""The server's numbers for Prometheus, worked out when they are asked for (extra ``metrics``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onair.server.pages import Page, Pages
from onair.server.server import ServedApp, Server

if TYPE_CHECKING:
    from prometheus_client.core import Metric

PATH = "/metrics"

MISSING = 'Metrics need the Prometheus client: pip install "django-onair[metrics]"'

#: The values of a metric's labels, and its number.
Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: a counter if its name ends in ``_total``, else a gauge."""

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[Server], Iterable[Sample]]

    @property
    def is_counter(self) -> bool:
        """Whether it only ever grows."""
        return self.name.endswith("_total")


def _of_apps(read: Callable[[ServedApp], float]) -> Callable[[Server], Iterator[Sample]]:
    """What reads one number of each app."""
    return lambda server: (((app_id,), read(served)) for app_id, served in server.served.items())


def _subscriptions(served: ServedApp) -> int:
    return sum(served.hub.subscription_count(name) for name in served.hub.channels())


def _closes(server: Server) -> Iterator[Sample]:
    return (((app, str(code)), count) for (app, code), count in server.counters.closes.items())


def _webhook_events(server: Server) -> Iterator[Sample]:
    for app_id, served in server.served.items():
        if served.app.webhooks:
            counters = served.telling.counters
            for outcome in ("sent", "failed", "dropped"):
                yield (app_id, outcome), getattr(counters, outcome)


def _webhook_retries(server: Server) -> Iterator[Sample]:
    return (
        ((app_id,), served.telling.counters.retried)
        for app_id, served in server.served.items()
        if served.app.webhooks
    )


MEASURES: tuple[Measure, ...] = (
    Measure(
        "onair_connections",
        "Connections that are open.",
        ("app",),
        _of_apps(lambda served: len(served.sessions)),
    ),
    Measure(
        "onair_channels",
        "Channels that have subscribers.",
        ("app",),
        _of_apps(lambda served: len(list(served.hub.channels()))),
    ),
    Measure(
        "onair_subscriptions",
        "Subscriptions of all connections to all channels.",
        ("app",),
        _of_apps(_subscriptions),
    ),
    Measure(
        "onair_published_events_total",
        "Events that were published.",
        ("app",),
        _of_apps(lambda served: served.hub.published),
    ),
    Measure(
        "onair_deliveries_total",
        "Messages that were written to subscribers.",
        ("app",),
        _of_apps(lambda served: served.hub.delivered),
    ),
    Measure(
        "onair_closes_total",
        "Connections that the server closed, by close code. Of a client that was refused the app is empty.",
        ("app", "code"),
        _closes,
    ),
    Measure(
        "onair_slow_readers_closed_total",
        "Connections that the server closed because they did not read.",
        ("app",),
        lambda server: (((app,), server.counters.slow_readers[app]) for app in server.served),
    ),
    Measure(
        "onair_webhook_events_total",
        "Events of webhooks that were sent, failed (given up after five minutes) or dropped (too many).",
        ("app", "outcome"),
        _webhook_events,
    ),
    Measure(
        "onair_webhook_retries_total",
        "Requests to webhooks after the first for the same events.",
        ("app",),
        _webhook_retries,
    ),
)


def is_installed() -> bool:
    """Whether the extra is there."""
    try:
        import prometheus_client  # noqa: F401 (whether it can be imported is the question)
    except ImportError:
        return False
    return True


def metrics_page(server: Server, *, is_on: bool) -> Pages:
    """``/metrics``: the numbers, or how to get them."""
    if not is_on:
        return {PATH: lambda: Page(404, "Metrics are off: start the server with --metrics\n")}
    if not is_installed():
        return {PATH: lambda: Page(501, f"{MISSING}\n")}
    return {PATH: _exposition(server)}


def _exposition(server: Server) -> Callable[[], Page]:
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    registry = CollectorRegistry()
    registry.register(_Collector(server))
    ProcessCollector(registry=registry)
    return lambda: Page(200, generate_latest(registry).decode(), CONTENT_TYPE_LATEST)


class _Collector:
    """Makes the metrics anew at each scrape; prometheus_client asks it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for measure in MEASURES:
            family = (CounterMetricFamily if measure.is_counter else GaugeMetricFamily)(
                measure.name, measure.help, labels=measure.labels
            )
            for labels, value in measure.read(self._server):
                family.add_metric(labels, value)
            yield family
