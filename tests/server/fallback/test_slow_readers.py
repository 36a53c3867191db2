"""Clients that do not read what they ask for: closed in time like sockets, and nobody else notices."""

from __future__ import annotations

import json
import socket

import pytest

from onair.protocol.errors import OverCapacity
from onair.server.session import Session
from onair.server.watch import BACKLOG, Timings
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import Serve
from tests.server.fallback.clients import FallbackClient, PollingClient, StreamingClient, connected

CHUNK = "x" * 60_000
SMALL = 4096


class DeafClient(StreamingClient):
    """Asks once on a connection with a small buffer, and reads nothing."""

    def listen(self) -> None:
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.sock.connect((self.site.host, self.site.port))
        head = f"POST {self.base}/xhr_streaming?{self.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        self.sock.sendall(head.encode())

    def close(self) -> None:
        self.sock.close()


def deaf_subscriber(site: Site) -> DeafClient:
    client = DeafClient(site)
    client.listen()
    wait_until(lambda: site.connections() == 1, "it is there")
    client.send("pusher:subscribe", {"channel": "news"})
    assert site.members("news") == 1
    return client


def publish_until_closed(site: Site, hearing: Client) -> None:
    while site.connections() == 2:
        site.publish("news", "saved", CHUNK)
        assert hearing.receive()["data"] == CHUNK


def test_a_reader_that_holds_too_much_is_given_up_and_the_others_get_everything(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.05, patience=600, linger=0.1))
    with connected(deaf_subscriber(site)), site.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        publish_until_closed(site, client)
        site.publish("news", "last")
        assert client.receive()["event"] == "last"
    wait_until(lambda: not site.runner.server_state.connections, "its connection has gone, too")


def test_a_client_that_does_not_come_back_for_what_waits_is_closed_and_learns_why(serve: Serve) -> None:
    site = serve(timings=Timings(tick=1, patience=0, absence=600))
    with connected(PollingClient(site)) as client:
        client.established()
        client.send("pusher:subscribe", {"channel": "news"})
        for _ in range(2):
            site.publish("news", "saved", CHUNK)
        wait_until(lambda: site.connections() == 0, "it is closed")
        assert last_error(client)["code"] == OverCapacity.code
        assert client.close_code() == OverCapacity.code


def last_error(client: FallbackClient) -> dict[str, object]:
    while (message := client.receive())["event"] != "pusher:error":
        pass
    return dict(message["data"])


def test_a_burst_never_closes_a_client_that_polls(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.5))
    with connected(PollingClient(site)) as client:
        client.established()
        client.subscribe("news")
        count = 400
        assert count * len(CHUNK) > 10 * BACKLOG
        for _ in range(count):
            site.publish("news", "saved", CHUNK)
        assert [client.receive()["event"] for _ in range(count)] == ["saved"] * count


@pytest.fixture
def asked(serve: Serve) -> Site:
    return serve(timings=Timings(tick=0.05, patience=600, absence=600))


def test_a_client_that_asks_and_never_reads_is_not_heard_for_ever(asked: Site) -> None:
    """Else its own questions would fill the memory with answers."""
    with connected(PollingClient(asked)) as client:
        client.established()
        question = json.dumps({"event": "x" * 9_000})
        client.send_text(*[question] * 6)
        answers = [client.post_soon("xhr_send", json.dumps([question] * 6).encode()) for _ in range(100)]
        wait_until(lambda: waiting(asked), "answers wait")
        assert waiting(asked) < BACKLOG
        for _ in range(6 * 101):
            assert client.error()["code"] is None
        for answer in answers:
            assert answer().status == 204


def waiting(site: Site) -> int:
    sessions: list[Session] = site.sessions()
    return max((session.waiting() for session in sessions), default=0)
