"""Which way events go. The scripts are sites that are no tests; in the process of the tests, tests are on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from onair import conf
from onair.engines import announcements, local
from onair.engines.announcements import Claim
from onair.protocol.publication import Publication
from onair.publishing.routes import Routes
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.real_server import serving
from tests.publishing.receiver import Receiver

Python = Callable[..., "subprocess.CompletedProcess[str]"]

PUBLISH = """
for number in range(3):
    onair.publish("room", "message", number)
"""


@pytest.fixture
def routes() -> Iterator[Routes]:
    routes = Routes()
    yield routes
    routes.close()


@pytest.fixture
def published() -> Iterator[list[Publication]]:
    """Be the server in this process."""
    publications: list[Publication] = []

    def publish_soon(app_id: str, more: Sequence[Publication]) -> None:
        assert app_id == "1"
        publications.extend(more)

    local.register("1", publish_soon)
    yield publications
    local.unregister("1")


@pytest.fixture
def same_site(settings: Any, temporary_folder: Path) -> None:
    """Be the site that the scripts are: secret key, folder and temporary folder are theirs."""
    settings.SECRET_KEY = "a secret"
    settings.BASE_DIR = temporary_folder


@pytest.fixture
def claim(same_site: None) -> Iterator[Claim]:
    claim = announcements.claim(conf.site_key())
    yield claim
    claim.withdraw()


def test_the_server_in_this_process_gets_them(
    routes: Routes, published: list[Publication], counted: Counting
) -> None:
    routes.deliver([outgoing("1", {"n": 1}, socket_id="1.2"), outgoing("2")])
    assert published == [Publication(("c",), "1", '{"n":1}', "1.2"), Publication(("c",), "2", "null")]
    assert counted() == Stats(sent=2)


def test_a_url_beats_the_server_in_this_process(
    routes: Routes, published: list[Publication], receiver: Receiver, settings: Any
) -> None:
    settings.ONAIR = {"URL": receiver.url}
    routes.deliver([outgoing("elsewhere")])
    assert receiver.next().body["name"] == "elsewhere"
    assert published == []


def test_the_route_follows_the_settings(
    routes: Routes, published: list[Publication], receiver: Receiver, settings: Any
) -> None:
    routes.deliver([outgoing("1")])
    settings.ONAIR = {"URL": receiver.url}
    routes.deliver([outgoing("2")])
    routes.deliver([outgoing("3")])
    settings.ONAIR = {}
    routes.deliver([outgoing("4")])
    assert [publication.event for publication in published] == ["1", "4"]
    requests = [receiver.next(), receiver.next()]
    assert [request.body["name"] for request in requests] == ["2", "3"]
    assert requests[0].connection == requests[1].connection


def test_pushers_settings_lead_to_its_library(routes: Routes, settings: Any) -> None:
    settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "42", "a-key", "a-secret"
    with mock.patch("pusher.Pusher") as client_class:
        routes.deliver([outgoing("message", {"n": 1})])
    assert client_class.call_args.kwargs["cluster"] == "mt1"
    client_class.return_value.trigger.assert_called_once_with(["c"], "message", {"n": 1}, None)


def test_settings_that_went_wrong_are_logged(
    routes: Routes, settings: Any, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ONAIR = {"URL": "ftp://a-key:a-secret@example.com/apps/1"}
    routes.deliver([outgoing()])
    assert counted() == Stats(failed=1)
    assert "unknown scheme" in caplog.text
    assert "a-secret" not in caplog.text


def test_in_tests_nobody_is_silence_and_counted(
    routes: Routes, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    routes.deliver([outgoing(), outgoing()])
    assert counted() == Stats(dropped=2)
    assert not caplog.records


def test_in_tests_no_other_process_is_looked_for(
    routes: Routes, receiver: Receiver, claim: Claim, counted: Counting
) -> None:
    claim.announce("127.0.0.1", receiver.port)
    routes.deliver([outgoing()])
    assert counted() == Stats(dropped=1)
    assert receiver.requests.empty()


def test_another_process_finds_the_announced_server(python: Python, claim: Claim) -> None:
    with serving(conf.app()) as site, site.joined("room") as client:
        claim.announce(site.host, site.port)
        python(PUBLISH)
        assert [client.receive()["data"] for _ in range(3)] == [0, 1, 2]


def test_another_process_reaches_a_server_that_a_url_names(python: Python) -> None:
    with serving(conf.app()) as site, site.joined("room") as client:
        python(PUBLISH, URL=site.url)
        assert [client.receive()["data"] for _ in range(3)] == [0, 1, 2]


def test_another_process_without_a_server_says_so_once(python: Python) -> None:
    result = python(PUBLISH + "\nimport atexit; atexit._run_exitfuncs(); print(stats.read())")
    assert result.stderr.count("No server of this site runs") == 1
    for remedy in ("manage.py runserver", "manage.py onair serve", "onair.asgi", "ONAIR_URL"):
        assert remedy in result.stderr
    assert "dropped=3" in result.stdout


def test_a_server_that_has_died_is_no_server(python: Python, same_site: None) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    site = announcements.claim(conf.site_key())
    site._pid = dead.pid
    site.announce("127.0.0.1", 1)
    site._lock.release()
    result = python(PUBLISH)
    assert "No server of this site runs" in result.stderr


def test_a_folder_that_cannot_be_trusted_is_logged_not_raised(python: Python, temporary_folder: Path) -> None:
    (temporary_folder / f"onair-{os.getuid()}").symlink_to(temporary_folder)
    result = python(PUBLISH)
    assert "is a link or a file" in result.stderr
    assert "Remove it" in result.stderr
