"""Signed requests of the doctor: its clock, and hosted Pusher's answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pusher
import pytest
from pytest_django import Settings

from onair.doctor.examination import Options
from onair.doctor.outcome import Mark, Result
from onair.doctor.running import examine
from onair.doctor.table import HOPS
from onair.protocol.app import App, Credential
from tests.doctor.proxies import Rule, answering, proxy
from tests.publishing.real_server import serving

APP = App("42", (Credential("a-key", "a-secret"),))
OVER_HTTP = [hop for hop in HOPS if hop.name in ("settings", "server", "http api")]


def examined(options: Options) -> Mapping[str, Result]:
    return {result.hop: result for result in examine(options, OVER_HTTP)}


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_clock_that_is_wrong_is_named(skew: int, settings: Settings) -> None:
    with serving(APP) as server:
        settings.ONAIR = {"URL": server.url}
        results = examined(Options(clock=lambda: time.time() + skew))

    api = results["http api"]
    assert api.mark is Mark.FAILED
    assert "Timestamp expired" in api.says
    assert "within 600 s" in api.says
    assert "NTP" in api.remedy


def test_a_clock_that_is_a_little_wrong_does_no_harm(settings: Settings) -> None:
    with serving(APP) as server:
        settings.ONAIR = {"URL": server.url}
        assert examined(Options(clock=lambda: time.time() + 500))["http api"].mark is Mark.PASSED


@contextmanager
def hosted(rule: Rule, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the official library talk to a server that answers so, without TLS."""
    with proxy(rule=rule) as port:

        class LocalPusher(pusher.Pusher):  # type: ignore[misc]
            def __init__(self, **options: Any) -> None:
                super().__init__(**options | {"host": "127.0.0.1"}, ssl=False, port=port)

        monkeypatch.setattr(pusher, "Pusher", LocalPusher)
        settings.ONAIR = {"URL": "pusher://a-key:a-secret@eu/42"}
        yield


def test_hosted_pusher_takes_the_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with hosted(answering("200 OK", '{"users": []}'), settings, monkeypatch):
        results = examined(Options())

    assert results["http api"].mark is Mark.PASSED
    assert "cluster eu" in results["settings"].says


def test_hosted_pusher_does_not_know_the_key_in_this_cluster(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hosted(answering("401 Unauthorized", "Invalid signature"), settings, monkeypatch):
        api = examined(Options())["http api"]

    assert api.mark is Mark.FAILED
    assert "cluster" in api.remedy
    assert "secret" in api.remedy


def test_hosted_pusher_is_not_reached(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with hosted(answering("200 OK"), settings, monkeypatch):
        pass
    api = examined(Options(timeout=1))["http api"]

    assert api.mark is Mark.FAILED
    assert "does not answer" in api.says
