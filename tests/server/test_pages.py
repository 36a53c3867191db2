"""What a server says of itself over HTTP."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from onair.protocol.errors import OverCapacity
from onair.server.metrics import MEASURES, metrics_page
from onair.server.origins import OriginPolicy
from onair.server.pages import status_pages
from onair.server.server import Server
from onair.server.watch import Timings
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import APP
from tests.server.running import running


@pytest.fixture
def site() -> Iterator[Site]:
    server = Server([APP], origins=OriginPolicy(), timings=Timings(tick=0.01, patience=0.05))
    pages = {**status_pages(server), **metrics_page(server, is_on=True)}
    with running(server, pages=pages) as site:
        yield site


def samples(site: Site) -> dict[tuple[str, ...], float]:
    """The numbers of our metrics, by name and labels."""
    status, text = site.request("GET", "/metrics")
    assert status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("onair_")
    }


def test_a_server_is_healthy_and_ready(site: Site) -> None:
    assert site.request("GET", "/healthz") == (200, "ok\n")
    assert site.request("GET", "/readyz") == (200, "ready\n")


def test_a_server_that_refuses_is_not_ready_and_says_why(site: Site) -> None:
    site.call(site.server.refuse, OverCapacity("Another process serves this site"))
    assert site.request("GET", "/readyz") == (503, "Another process serves this site\n")
    assert site.request("GET", "/healthz") == (200, "ok\n")


def test_the_pages_answer_head_and_no_other_method(site: Site) -> None:
    assert site.request("HEAD", "/healthz") == (200, "")
    assert site.request("POST", "/healthz") == (405, "POST is not known here: GET it\n")


def test_the_pages_are_never_cached(site: Site) -> None:
    response = site.http.request("GET", f"http://{site.host}:{site.port}/readyz")
    assert response.headers["cache-control"] == "no-store"


def test_other_paths_are_the_servers(site: Site) -> None:
    assert site.request("GET", "/health")[0] == 404


def test_a_server_without_pages_has_none() -> None:
    with running(Server([APP], origins=OriginPolicy())) as site:
        assert site.request("GET", "/healthz")[0] == 404


def test_metrics_count_what_is_there_and_what_happened(site: Site) -> None:
    with (
        site.connect() as connection,
        site.connect() as other,
        site.connect("/app/wrong?protocol=7") as wrong,
    ):
        for client in (Client(connection), Client(other)):
            client.established()
            client.subscribe("news")
        Client(other).subscribe("sport")
        assert Client(wrong).close_code() == 4001
        site.post("events", {"name": "said", "data": "{}", "channel": "news"})
        assert Client(connection).receive()["event"] == "said"
        assert Client(other).receive()["event"] == "said"
        found = samples(site)
    assert found["onair_connections", "1"] == 2
    assert found["onair_channels", "1"] == 2
    assert found["onair_subscriptions", "1"] == 3
    assert found["onair_published_events_total", "1"] == 1
    assert found["onair_deliveries_total", "1"] >= 2
    assert found["onair_closes_total", "", "4001"] == 1
    assert found["onair_slow_readers_closed_total", "1"] == 0


def test_metrics_count_readers_that_were_too_slow(site: Site) -> None:
    with site.subscribed_raw("news", buffer=4096):
        for _ in range(40):
            site.publish("news", "long", "x" * 90_000)
        wait_until(lambda: not site.connections(), "the reader was closed")
    found = samples(site)
    assert found["onair_slow_readers_closed_total", "1"] == 1
    assert found["onair_closes_total", "1", "4100"] == 1


def test_every_measure_is_exposed_with_its_kind(site: Site) -> None:
    _, text = site.request("GET", "/metrics")
    for measure in MEASURES:
        kind = "counter" if measure.name.endswith("_total") else "gauge"
        assert f"# TYPE {measure.name} {kind}\n" in text
        assert f"# HELP {measure.name} {measure.help}\n" in text


def test_metrics_have_the_process_too(site: Site) -> None:
    if sys.platform == "linux":
        assert "process_resident_memory_bytes" in site.request("GET", "/metrics")[1]


def test_metrics_are_off_unless_they_are_switched_on() -> None:
    server = Server([APP], origins=OriginPolicy())
    with running(server, pages=metrics_page(server, is_on=False)) as site:
        assert site.request("GET", "/metrics") == (
            404,
            "Metrics are off: start the server with --metrics\n",
        )


def test_metrics_without_the_extra_say_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_the_extra(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "prometheus_client":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_the_extra)
    server = Server([APP], origins=OriginPolicy())
    with running(server, pages=metrics_page(server, is_on=True)) as site:
        status, text = site.request("GET", "/metrics")
    assert status == 501
    assert 'pip install "django-onair[metrics]"' in text
