"""Handing over to the site's code in the server's process, among the events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from onair.publishing.handover import MOST_BYTES, Handover, in_requests
from onair.publishing.http_api import HttpApi
from onair.publishing.route import Unavailable, attempt
from onair.publishing.routes import Routes
from onair.publishing.stats import Stats
from onair.server.api.errors import HandedTooMuch
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.real_server import RealServer, serving
from tests.publishing.receiver import APP


@pytest.fixture
def server() -> Iterator[RealServer]:
    with serving(APP) as server:
        yield server


@pytest.fixture
def taken(server: RealServer) -> list[tuple[str, bytes]]:
    """What the server takes, whatever it is called."""
    taken: list[tuple[str, bytes]] = []

    def take(name: str, body: bytes) -> bool:
        taken.append((name, body))
        return True

    server.server.served[APP.id].take = take
    return taken


def lines(*texts: bytes, name: str = "changes") -> list[Handover]:
    return [Handover(name, text) for text in texts]


def test_lines_of_one_name_go_together_within_a_size() -> None:
    large = b"x" * (MOST_BYTES // 2 + 1)
    a, b, c = lines(b"a", large, large)
    (d,) = lines(b"d", name="touch")
    (e,) = lines(b"e")
    assert list(in_requests([a, b, c, d, e])) == [[a, b], [c], [d], [e]]
    assert list(in_requests([])) == []


def test_what_is_handed_over_arrives_in_order_with_the_events(
    server: RealServer, taken: list[tuple[str, bytes]], counted: Counting, settings: object
) -> None:
    settings.ONAIR = {"URL": server.url}  # type: ignore[attr-defined]
    with server.joined("room") as client, closing(Routes()) as routes:
        routes.deliver([*lines(b"1", b"2"), outgoing("event", channels=("room",)), *lines(b"3")])
        assert client.receive()["event"] == "event"
    assert taken == [("changes", b"1\n2"), ("changes", b"3")]
    assert counted() == Stats(sent=4)


def test_a_server_of_others_is_asked_once_and_gets_the_events(
    server: RealServer, counted: Counting, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ONAIR = {"URL": server.url}  # type: ignore[attr-defined]
    with server.joined("room") as client, closing(Routes()) as routes:
        routes.deliver([*lines(b"1", b"2"), outgoing("event", channels=("room",)), *lines(b"3")])
        assert client.receive()["event"] == "event"
    assert counted() == Stats(sent=1, failed=3)
    assert 'set ONAIR["LIVE"] to False here' in caplog.text


def test_a_server_that_is_behind_is_asked_again(server: RealServer) -> None:
    def take(name: str, body: bytes) -> bool:
        raise HandedTooMuch

    server.server.served[APP.id].take = take
    with closing(HttpApi(APP, f"http://{server.host}:{server.port}")) as api:
        outage = attempt(api.for_handovers, lines(b"1"))
    assert outage is not None
    assert isinstance(outage.error, Unavailable)
    assert outage.left == 1


def test_where_no_server_is_nobody_misses_it(counted: Counting, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Routes()) as routes:
        routes.deliver(lines(b"1"))
    assert counted() == Stats(dropped=1)
    assert not caplog.records
