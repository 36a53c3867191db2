"""The fallback beside a site, and on servers that are not our own class of uvicorn."""

from __future__ import annotations

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from onair.server.types import Receive, Scope, Send
from onair.server.watch import Timings
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import Serve
from tests.server.fallback.conftest import Open
from tests.server.fallback.test_slow_readers import deaf_subscriber, publish_until_closed


async def site_of_pages(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers everything with its path."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.fixture
def beside(serve: Serve) -> Site:
    return serve(inner=site_of_pages)


def test_a_session_of_our_key_is_ours(beside: Site, open_client: Open) -> None:
    client = open_client(beside)
    client.established()
    client.subscribe("news")
    beside.publish("news", "saved")
    assert client.receive()["event"] == "saved"


THEIRS = [
    ("POST", "/pusher/app/nokey/7/abcdefgh/xhr"),
    ("OPTIONS", "/pusher/app/nokey/7/abcdefgh/xhr_send"),
    ("POST", "/pusher/app/key/7/abcdefgh/xhr_other"),
    ("GET", "/pusher/app/key/7/abcdefgh/xhr"),
    ("POST", "/pusher/app/key"),
]


@pytest.mark.parametrize(("method", "path"), THEIRS)
def test_everything_else_is_the_site_s(beside: Site, method: str, path: str) -> None:
    assert beside.request(method, f"{path}?protocol=7") == (200, path)


def test_a_connection_carries_sessions_and_pages_in_turn(beside: Site) -> None:
    pool = beside.http.connection_from_host(beside.host, beside.port)
    for _ in range(3):
        answer = beside.request("POST", "/pusher/app/key/7/abcdefgh/xhr?protocol=7")
        assert answer[0] == 200
        beside.request("POST", "/pusher/app/key/7/abcdefgh/xhr_send", b"[]")
        assert beside.request("GET", "/a/page") == (200, "/a/page")
    assert pool.num_connections == 1


@pytest.fixture
def foreign(serve: Serve) -> Site:
    """A server that offers no more than ASGI; it logs what it thinks of an answer without an end."""
    return serve(
        options={"http": H11Protocol}, timings=Timings(tick=0.05, patience=600, linger=0.1), may_log=True
    )


def test_a_server_that_is_not_ours_carries_sessions(foreign: Site, open_client: Open) -> None:
    client = open_client(foreign)
    client.established()
    client.subscribe("news")
    for number in range(20):
        foreign.publish("news", "saved", [number, "x" * 30_000])
        assert client.receive()["data"][0] == number
    assert client.opened == 1


def test_a_server_that_is_not_ours_gives_up_a_slow_reader(foreign: Site) -> None:
    deaf = deaf_subscriber(foreign)
    with foreign.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        publish_until_closed(foreign, client)
        wait_until(lambda: len(foreign.runner.server_state.tasks) == 0, "nobody waits for it")
    deaf.close()
