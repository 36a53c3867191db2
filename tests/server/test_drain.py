"""The clean stop: sockets are closed in turn, and served until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from math import ceil
from signal import SIGTERM

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.server.drain import STEP, Turns
from onair.server.origins import OriginPolicy
from onair.server.pages import status_pages
from onair.server.server import Server
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import APP, TRANSPORTS
from tests.server.fallback.clients import CLIENTS, FallbackClient, connected
from tests.server.running import running

SOCKETS = 20

#: Longer than any test: what is not closed at once waits.
LONG = 600

totals = st.integers(0, 100_000)
durations = st.floats(0, LONG)


def steps(turns: Turns) -> Iterator[tuple[float, int]]:
    """The moments of a drain whose timers are never late, and how many have their turn at each."""
    elapsed, done = 0.0, 0
    while done < turns.total:
        due = turns.due(elapsed)
        yield elapsed, due - done
        done = due
        elapsed += turns.wait(done, elapsed)


@given(totals, durations)
def test_the_first_goes_at_once_and_the_last_in_time(total: int, seconds: float) -> None:
    assert Turns(total, seconds).due(0) >= min(total, 1)
    assert Turns(total, seconds).due(seconds) == total


@given(totals, durations, st.lists(st.floats(0, 2 * LONG)))
def test_nobody_has_a_second_turn(total: int, seconds: float, moments: list[float]) -> None:
    due = [Turns(total, seconds).due(moment) for moment in sorted(moments)]
    assert all(earlier <= later <= total for earlier, later in pairwise(due))


@given(st.integers(1, 2_000), st.floats(0.1, 20))
def test_all_have_their_turn_evenly(total: int, seconds: float) -> None:
    taken = list(steps(Turns(total, seconds)))
    assert sum(count for _, count in taken) == total
    assert max(count for _, count in taken) <= 1 + ceil(total * 2 * STEP / seconds)
    assert taken[-1][0] <= seconds + STEP


@contextmanager
def site_with_listeners(transport: str, drain: float) -> Iterator[tuple[Site, list[Client]]]:
    """A server that takes so long to drain, and twenty clients that listen to news."""
    server = Server([APP], origins=OriginPolicy())
    with (
        running(server, drain=drain, pages=status_pages(server), **TRANSPORTS[transport]) as site,
        ExitStack() as stack,
    ):
        clients = [Client(stack.enter_context(site.connect())) for _ in range(SOCKETS)]
        for client in clients:
            client.established()
            assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"
        yield site, clients


def test_sockets_are_served_until_their_turn_comes(transport: str) -> None:
    with site_with_listeners(transport, drain=LONG) as (site, clients):
        assert site.request("GET", "/readyz") == (200, "ready\n")
        site.runner.handle_exit(SIGTERM, None)
        wait_until(lambda: site.connections() < SOCKETS, "the first has been closed")

        status, text = site.request("GET", "/readyz")
        assert (status, text) == (503, "The server restarts: come back in a second\n")
        assert site.request("GET", "/healthz") == (200, "ok\n")
        with site.connect() as late:
            assert Client(late).error()["code"] == 4100
            assert Client(late).close_code() == 4100
        assert site.post("events", {"name": "late", "data": "{}", "channel": "news"}) == (200, "{}")

        site.runner.handle_exit(SIGTERM, None)
        ends = [client.end() for client in clients]
    assert {code for _, code in ends} == {4200}
    heard = ["late" in events for events, _ in ends]
    assert any(heard)
    assert not all(heard)


def test_a_drain_ends_by_itself_when_all_have_been_closed(transport: str) -> None:
    with site_with_listeners(transport, drain=0.3) as (site, clients):
        site.runner.handle_exit(SIGTERM, None)
        assert [client.end() for client in clients] == [(["pusher:error"], 4200)] * SOCKETS
    assert not site.server.connections()


def test_a_client_that_goes_by_itself_is_not_waited_for(transport: str) -> None:
    with site_with_listeners(transport, drain=LONG) as (site, clients):
        site.runner.handle_exit(SIGTERM, None)
        wait_until(lambda: site.connections() < SOCKETS, "the first has been closed")
        for client in clients:
            client.connection.close()


@pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("transport", ["wire"])
def test_a_session_over_http_is_told_too(make: Callable[[Site], FallbackClient], transport: str) -> None:
    with site_with_listeners(transport, drain=LONG) as (site, _), connected(make(site)) as client:
        client.established()
        client.subscribe("news")
        client.listen()
        site.runner.handle_exit(SIGTERM, None)
        wait_until(lambda: site.connections() <= SOCKETS, "the first has been closed")
        site.runner.handle_exit(SIGTERM, None)
        assert client.close_code() == 4200


@pytest.mark.parametrize("transport", ["wire"])
def test_without_a_drain_all_are_closed_at_once(transport: str) -> None:
    with site_with_listeners(transport, drain=0) as (site, clients):
        site.runner.handle_exit(SIGTERM, None)
        assert {code for _, code in map(Client.end, clients)} == {4200}
