"""What the cache knows of channels, and what is asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from onair import conf
from onair.conf import RemoteServer
from onair.protocol.signing import verify_request
from onair.rest import asking
from onair.rest import occupied as module
from onair.rest.occupied import key_of, occupied, record
from onair.rest.providers import PusherProvider
from tests.http_server import running
from tests.publishing.receiver import APP


def nobody() -> list[str]:
    return []


def unasked() -> list[str]:
    raise AssertionError("nothing is to be asked")


def test_what_the_cache_knows_is_not_asked() -> None:
    cache.set_many({key_of("a"): True, key_of("b"): False})
    assert occupied(["a", "b"], unasked) == ["a"]


def test_an_answer_is_kept_no_as_well_as_yes() -> None:
    assert occupied(["a", "b"], lambda: ["a", "c"]) == ["a"]
    assert occupied(["c", "b", "a"], unasked) == ["c", "a"]


def test_a_no_is_kept_no_longer_than_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < module.ABSENT_SECONDS < cache.default_timeout
    monkeypatch.setattr(module, "ABSENT_SECONDS", 0)
    assert occupied(["a"], nobody) == ["a"]
    assert occupied(["a"], lambda: ["a"]) == ["a"]


@pytest.mark.parametrize("channel", ["#server-to-user-7", "cache-prices", "private-cache-prices"])
def test_what_is_kept_for_later_or_no_server_tells_of_counts_as_occupied(channel: str) -> None:
    assert occupied([channel, "a"], nobody) == [channel]
    assert occupied([channel], unasked) == [channel]


def test_what_the_webhook_says_meanwhile_is_not_overwritten() -> None:
    def ask() -> list[str]:
        record("a", False, 2)
        record("b", True, 2)
        record("c", False, 2)
        return ["a", "c"]

    assert occupied(["a", "b"], ask) == ["b"]
    assert occupied(["c"], unasked) == []


def test_the_webhook_overwrites_an_answer() -> None:
    assert occupied(["a"], nobody) == []
    record("a", True, 1)
    assert occupied(["a"], unasked) == ["a"]


@given(st.lists(st.tuples(st.booleans(), st.integers(min_value=0, max_value=4)), min_size=1))
def test_in_whatever_order_webhooks_come_the_newest_holds(told: list[tuple[bool, int]]) -> None:
    cache.clear()
    for state, time_ms in told:
        record("a", state, time_ms)
    newest = max(time_ms for _, time_ms in told)
    assert cache.get(key_of("a")) is [state for state, time_ms in told if time_ms == newest][-1]


def test_where_nobody_answers_a_channel_counts_as_occupied_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> list[str]:
        raise OSError("no route to host")

    assert occupied(["a"], fail) == ["a"]
    assert occupied(["a"], unasked) == ["a"]
    assert "no route to host" in caplog.text


@pytest.mark.parametrize("backend", ["dummy.DummyCache", "nothing.Here"])
def test_a_cache_that_keeps_nothing_or_fails_loses_no_event(settings: Settings, backend: str) -> None:
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    assert occupied(["a"], nobody) == ["a"]


# A server elsewhere --------------------------------------------------------------------------------------


@contextmanager
def answering(status: int, content: Any) -> Iterator[RemoteServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            verify_request(APP, "GET", url.path, dict(parse_qsl(url.query)), now=int(time.time()))
            assert url.path == "/prefix/apps/42/channels"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server):
        yield RemoteServer(APP, f"http://127.0.0.1:{server.server_address[1]}/prefix")


def test_a_server_elsewhere_is_asked_by_the_http_api(settings: Settings) -> None:
    with answering(200, {"channels": {"a": {}, "b": {}}}) as target:
        assert asking.channels_of(target) == {"a", "b"}
        settings.ONAIR = {"URL": target.base_url.replace("//", "//a-key:a-secret@") + "/apps/42"}
        assert PusherProvider().occupied(["b", "c"]) == ["b"]


ANSWERS = [(401, {}), (200, b"<html>"), (200, {"error": 1}), (200, []), (302, {})]


@pytest.mark.parametrize(("status", "content"), ANSWERS)
def test_another_answer_is_none(status: int, content: Any) -> None:
    with answering(status, content) as target, pytest.raises(asking.NoAnswer, match=r'ONAIR\["URL"\]'):
        asking.channels_of(target)


def test_no_server_is_no_answer() -> None:
    with answering(200, {}) as target:
        pass
    with pytest.raises(asking.NoAnswer, match="does not answer"):
        asking.channels_of(target)


def test_the_sites_own_server_is_not_asked() -> None:
    assert conf.is_embedded()
    assert PusherProvider().occupied(["a"]) == ["a"]
