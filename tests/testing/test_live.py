"""The live server that projects test against: pages, sockets and events in one process."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from websockets.sync.client import connect

import onair
from onair import conf
from onair.engines import announcements, local
from onair.testing import LiveServerTestCase, StaticLiveServerTestCase
from tests.receivers import receiving
from tests.server.clients import Client, wait_until


def publish(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        onair.publish("room", "message", {"from": "a page"}, exclude=request)
    return HttpResponse("published")


urlpatterns = [path("publish", publish), path("onair/", include("onair.urls"))]

live = pytest.mark.django_db(transaction=True)


def run(test: Callable[[Any], None], base: type[LiveServerTestCase] = LiveServerTestCase) -> None:
    """Run a function as a project's own live test."""
    case = override_settings(ROOT_URLCONF=__name__)(type("Case", (base,), {"test": test}))
    result = unittest.TestResult()
    unittest.TestSuite([case("test")]).run(result)
    for _, traceback in [*result.errors, *result.failures]:
        raise AssertionError(traceback)
    assert result.testsRun == 1


@contextmanager
def joined(case: Any, channel: str, **options: Any) -> Iterator[tuple[Client, str]]:
    with connect(f"{case.live_socket_url}?protocol=7", **options) as connection:
        client = Client(connection)
        socket_id = client.established()
        assert client.subscribe(channel)["event"] == "pusher_internal:subscription_succeeded"
        yield client, socket_id


@live
def test_what_the_test_publishes_reaches_the_browser() -> None:
    def test(self: Any) -> None:
        with joined(self, "room") as (client, _):
            onair.publish("room", "message", {"n": 1})
            assert client.receive()["data"] == {"n": 1}

    run(test)


@live
def test_what_a_page_publishes_reaches_the_browsers_but_its_own() -> None:
    def test(self: Any) -> None:
        with joined(self, "room") as (other, _), joined(self, "room") as (own, socket_id):
            request = Request(f"{self.live_server_url}/publish", headers={"X-Socket-ID": socket_id})
            assert urlopen(request).read() == b"published"
            onair.publish("room", "last")
            assert other.receive()["data"] == {"from": "a page"}
            assert own.receive()["event"] == "last"

    run(test)


@live
def test_a_transaction_of_the_test_is_waited_for() -> None:
    def test(self: Any) -> None:
        with joined(self, "room") as (client, _):
            with transaction.atomic():
                onair.publish("room", "in the transaction", using="default")
                onair.publish("room", "beside it", using="other")
            assert [client.receive()["event"] for _ in range(2)] == ["beside it", "in the transaction"]

    run(test)


@live
def test_the_pages_of_the_live_server_may_open_sockets_and_others_may_not() -> None:
    def test(self: Any) -> None:
        with joined(self, "room", origin=self.live_server_url):
            pass
        with connect(f"{self.live_socket_url}?protocol=7", origin="https://evil.example.com") as connection:
            assert Client(connection).close_code() == 4009

    run(test)


@live
def test_the_server_is_gone_after_the_tests_and_was_never_announced(settings: Any, tmp_path: Any) -> None:
    settings.BASE_DIR = tmp_path
    seen = []

    def test(self: Any) -> None:
        seen.append((announcements.find(conf.site_key()), local.find("1") is not None))

    run(test)
    assert seen == [(None, True)]
    assert local.find("1") is None


@live
def test_nothing_stays_open_after_the_tests() -> None:
    def test(self: Any) -> None:
        with joined(self, "room"):
            pass

    run(test)  # what is loaded and opened once
    before = psutil.Process().num_fds()
    for _ in range(5):
        run(test)
    wait_until(lambda: psutil.Process().num_fds() <= before, "every loop has closed")


@live
@pytest.mark.parametrize("elsewhere", ["ONAIR", "ONAIR_URL", "PUSHER"])
def test_the_settings_of_another_server_do_not_count(
    elsewhere: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "pusher://a-key:a-secret@eu/42"
    if elsewhere == "ONAIR":
        settings.ONAIR = {"URL": url, "PUBLIC_URL": "wss://live.example.com"}
    elif elsewhere == "ONAIR_URL":
        monkeypatch.setenv("ONAIR_URL", url)
    else:
        settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "42", "a-key", "a-secret"
    before = conf.target()

    def test(self: Any) -> None:
        assert isinstance(conf.target(), conf.Embedded)
        assert conf.public_url() is None
        with joined(self, "room") as (client, _):
            onair.publish("room", "message")
            assert client.receive()["event"] == "message"

    run(test)
    assert conf.target() == before


@live
def test_static_files_need_not_be_collected() -> None:
    def test(self: Any) -> None:
        with urlopen(f"{self.live_server_url}/static/onair/onair.js") as response:
            assert response.headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
        with joined(self, "room"):
            pass

    run(test, StaticLiveServerTestCase)


@live
def test_the_endpoint_of_channels_answers_on_the_live_server() -> None:
    def test(self: Any) -> None:
        body = urlencode({"socket_id": "1.2", "channel_name": "private-a"}).encode()
        request = Request(f"{self.live_server_url}/onair/auth", body, {"Origin": self.live_server_url})
        with pytest.raises(OSError, match="403"):
            urlopen(request)

    run(test)


@live
@override_settings(ONAIR={"WEBHOOKS": ["http://127.0.0.1:9/never"]})
def test_signals_are_sent_and_nothing_is_posted() -> None:
    def test(self: Any) -> None:
        assert conf.app().webhooks == ()
        with receiving("channel_occupied") as received, joined(self, "room"):
            name, arguments = received.next()
        assert (name, arguments["channel"]) == ("channel_occupied", "room")

    run(test)
