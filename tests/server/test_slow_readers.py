"""Clients that do not read, over both transports: closed in time, and nobody else notices."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from onair.protocol import signing
from onair.protocol.errors import OverCapacity
from onair.protocol.member import Member
from onair.server.watch import BACKLOG, Timings
from tests.server.clients import Client, RawClient, Site, client_frame, text_frame, wait_until
from tests.server.conftest import APP, Serve

#: What one event carries, and how much a client's kernel takes for it.
CHUNK = "x" * 60_000
SMALL = 4096


@pytest.fixture
def slow(serve: Serve) -> Iterator[tuple[Site, RawClient]]:
    site = serve(timings=Timings(tick=0.05, patience=600, linger=0.1))
    with site.subscribed_raw("news", buffer=SMALL) as client:
        yield site, client


def waiting(site: Site) -> int:
    """The most that waits for any session."""
    return max((session.waiting() for session in site.sessions()), default=0)


def test_a_reader_that_holds_too_much_is_closed_and_the_others_get_everything(
    slow: tuple[Site, RawClient],
) -> None:
    site, _ = slow
    with site.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        sent = 0
        while site.connections() == 2:
            site.publish("news", "saved", CHUNK)
            sent += 1
            assert client.receive()["data"] == CHUNK
        assert sent * len(CHUNK) > BACKLOG
        site.publish("news", "last")
        assert client.receive()["event"] == "last"


#: Events that block a reader for sure, and a limit that they do not reach.
MANY = 200
ROOM = 2 * MANY * len(CHUNK)


def test_a_reader_that_is_blocked_for_too_long_is_closed_however_little_it_holds(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.05, patience=0.3, linger=0.1), event_bytes=ROOM)
    with site.subscribed_raw("news", buffer=SMALL):
        for _ in range(MANY):
            site.publish("news", "saved", CHUNK)
        wait_until(lambda: site.connections() == 0, "it is closed")


def test_a_closed_reader_that_reads_again_learns_why(serve: Serve) -> None:
    site = serve(timings=Timings(tick=2, patience=0), event_bytes=ROOM)
    with site.subscribed_raw("news", buffer=SMALL) as client:
        for _ in range(MANY):
            site.publish("news", "saved", CHUNK)
        wait_until(lambda: site.connections() == 0, "it is closed")
        assert client.close_code() == OverCapacity.code


@pytest.mark.parametrize(
    "transport", ["wire", "wire on asyncio"]
)  # ASGI has no way to break a connection off
def test_what_a_closed_reader_held_is_given_up(slow: tuple[Site, RawClient]) -> None:
    site, client = slow
    while site.connections():
        site.publish("news", "saved", CHUNK)
    wait_until(lambda: not site.runner.server_state.connections, "its transport has gone")
    assert client.close_code() == 1006


def test_a_burst_never_closes_a_reader_that_reads(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.5, patience=10))
    count = 400
    with site.subscribed_raw("news") as client:
        for _ in range(count):
            site.publish("news", "saved", CHUNK)
        received = [client.read_message()["event"] for _ in range(count)]
    assert received == ["saved"] * count


def test_a_client_that_asks_and_never_reads_is_not_heard_for_ever(serve: Serve) -> None:
    """Else its own questions would fill the memory with answers."""
    site = serve(timings=Timings(tick=0.05, patience=0.3, linger=0.1))
    message = b'{"event":"' + b"x" * 9_000 + b'"}'
    wire = client_frame(1, message) * 10
    with site.raw(buffer=SMALL) as client:
        most = 0

        def flood() -> None:
            try:
                while True:
                    client.send(wire)
            except OSError:
                return

        thread = threading.Thread(target=flood)
        thread.start()
        wait_until(lambda: site.connections() == 1, "it is there")
        while site.connections():
            most = max(most, waiting(site))
        with suppress(OSError):  # it may know by now that the server has gone
            client.sock.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        assert not thread.is_alive()
        assert most < 2 * BACKLOG


class Elsewhere:
    """A listener of the hub that throws away what it gets."""

    socket_id = "1.1"

    def write(self, wire: bytes) -> None:
        """Keep nothing."""


def test_what_one_read_asks_is_answered_as_fast_as_the_answers_are_read(serve: Serve) -> None:
    """One read holds hundreds of questions, and each is answered with all members of a channel."""
    site = serve(timings=Timings(patience=600))
    channel, rounds = "presence-news", 300
    member = Member("1", json.dumps(CHUNK).encode())
    site.call(site.server.served[APP.id].hub.subscribe, Elsewhere(), channel, member)
    with site.raw(buffer=SMALL) as client:
        socket_id = client.read_message()["data"]
        data = json.dumps({"user_id": "2"})
        auth = signing.sign_channel(APP.credentials[0], json.loads(socket_id)["socket_id"], channel, data)
        join = text_frame("pusher:subscribe", {"channel": channel, "auth": auth, "channel_data": data})
        client.send((join + text_frame("pusher:unsubscribe", {"channel": channel})) * rounds)
        wait_until(lambda: waiting(site), "it is blocked")
        assert waiting(site) < BACKLOG
        answers = [client.read_message()["event"] for _ in range(rounds)]
    assert answers == ["pusher_internal:subscription_succeeded"] * rounds
