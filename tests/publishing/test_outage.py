"""A service that is down for a while, beside a site under load. The scripts are sites that are no tests."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onair import conf
from onair.engines import announcements
from onair.engines.announcements import Claim
from tests.publishing.real_server import serving
from tests.publishing.receiver import PATIENCE, Receiver, Request, receiving
from tests.server.clients import Client

Python = Callable[..., "subprocess.CompletedProcess[str]"]

LOAD = 5_000
ROOM = 1_000

#: How a site names the service, and what it needs to reach the one of the test instead.
REMOTE = ("http://a-key:a-secret@127.0.0.1:{port}/apps/42", "")
HOSTED = (
    "pusher://a-key:a-secret@eu/42",
    """
import pusher
class LocalPusher(pusher.Pusher):
    def __init__(self, **options):
        super().__init__(**options | {{"ssl": False, "host": "127.0.0.1", "port": {port}}})
pusher.Pusher = LocalPusher
""",
)

#: An answer may be on its way when the test has the request: the end of the process waits for it.
COUNT = """
test.recv(1)
import atexit
atexit._run_exitfuncs()
now = stats.read()
"""

#: The server that was announced on this machine.
ANNOUNCED = ("", "")

BEGIN = """
import logging, socket, sys
test = socket.create_connection(("127.0.0.1", {control}))
class Tell(logging.Handler):
    def emit(self, record):
        sys.stderr.write(record.getMessage() + "\\n")
        test.sendall(b"d" if "Events wait until" in record.getMessage() else b".")
logging.getLogger("onair").addHandler(Tell())
"""


@dataclass
class Site:
    """A site in a process of its own, and what the test and it say to each other."""

    connection: socket.socket
    result: Future[subprocess.CompletedProcess[str]]

    def wait_for(self, sign: bytes) -> None:
        """Wait until the site says so; what its log says on the way is passed over."""
        while (said := self.connection.recv(1)) != sign:
            assert said

    def go_on(self) -> None:
        self.connection.sendall(b"g")


@contextmanager
def running(
    python: Python, target: tuple[str, str], port: int, script: str, **onair: object
) -> Iterator[Site]:
    url, preparation = (text.format(port=port) for text in target)
    onair |= {"URL": url} if url else {}
    with closing(socket.create_server(("127.0.0.1", 0))) as listener, ThreadPoolExecutor(1) as pool:
        listener.settimeout(PATIENCE)
        begin = preparation + BEGIN.format(control=listener.getsockname()[1])
        result = pool.submit(python, begin + script, **onair)
        connection, _ = listener.accept()
        with closing(connection):
            connection.settimeout(PATIENCE)
            yield Site(connection, result)


UNDER_LOAD = f"""
most = 0
for n in range({LOAD}):
    onair.publish(f"room-{{n % 2}}", str(n), {{"n": n}})
    most = max(most, stats.read().waiting)
test.sendall(b"p")  # nothing has raised, and nothing has waited: the service has not answered yet
test.recv(1)
onair.publish("room-0", "after")
{COUNT}
print(most, now.sent, now.dropped, now.expired, now.failed, now.waiting, now.waiting_bytes, now.circuit)
"""


@pytest.mark.parametrize("target", [REMOTE, HOSTED], ids=["server", "hosted"])
def test_a_site_under_load_does_not_notice_and_delivery_resumes_by_itself_in_order(
    target: tuple[str, str], python: Python, receiver: Receiver
) -> None:
    answers = iter([503, 429, 500, 503])
    held: list[Site] = []

    def answer(request: Request) -> int:
        if held:
            held.pop().wait_for(b"p")
        return next(answers, 200)

    receiver.answer = answer
    with running(python, target, receiver.port, UNDER_LOAD, QUEUE_EVENTS=ROOM) as site:
        held.append(site)
        refused = [receiver.next() for _ in range(4)]
        # The events that were dropped are the oldest, and a service that is down is asked for one at a time.
        assert [len(request.events) for request in refused[2:]] == [10, 1]
        arrived = receiver.events(ROOM)
        site.go_on()
        arrived += receiver.events(1)
        site.go_on()
        result = site.result.result(3 * PATIENCE)
    names = [event["name"] for event in arrived]
    assert names == [*(str(n) for n in range(LOAD - ROOM, LOAD)), "after"]
    dropped = LOAD - ROOM
    assert result.stdout == f"{ROOM} {ROOM + 1} {dropped} 0 0 0 0 closed\n"
    assert result.stderr.count("Events wait until it answers") == 1
    assert 'ONAIR["QUEUE_EVENTS"]' in result.stderr
    assert f"{dropped:,} were dropped" in result.stderr
    assert "The server answers again" in result.stderr
    assert "a-secret" not in result.stderr


def test_a_server_that_starts_again_gets_what_waited(python: Python) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    script = """
for n in range(30):
    onair.publish("room", str(n))
test.recv(1)
"""
    with running(python, REMOTE, port, script) as site:
        site.wait_for(b"d")
        with receiving(port=port) as receiver:
            assert [event["name"] for event in receiver.events(30)] == [str(n) for n in range(30)]
            site.go_on()
            assert "does not answer" in site.result.result(3 * PATIENCE).stderr


@contextmanager
def announced() -> Iterator[tuple[Claim, Client]]:
    """Run a server of this site with a client in the room, and announce it."""
    claim = announcements.claim(conf.site_key())
    with serving(conf.app()) as server, server.joined("room") as client:
        claim.announce(server.host, server.port)
        yield claim, client
    claim.withdraw()


def test_a_server_of_this_machine_that_starts_again_is_waited_for(
    python: Python, settings: Any, temporary_folder: Path
) -> None:
    settings.SECRET_KEY, settings.BASE_DIR = "a secret", temporary_folder
    script = f"""
onair.publish("room", "before")
test.recv(1)
for n in range(5):
    onair.publish("room", str(n))
{COUNT}
print(now.sent, now.dropped)
"""
    with announced() as (claim, client), running(python, ANNOUNCED, 0, script) as site:
        assert client.receive()["event"] == "before"
        claim.withdraw()
        site.go_on()
        site.wait_for(b"d")
        with announced() as (_, client):
            names = [client.receive()["event"] for _ in range(5)]
            site.go_on()
            result = site.result.result(3 * PATIENCE)
    assert names == ["0", "1", "2", "3", "4"]
    assert result.stdout == "6 0\n"
    assert "The server of this site has gone. Start it again: manage.py runserver" in result.stderr


def test_an_event_that_is_refused_does_not_hold_up_the_others(python: Python, receiver: Receiver) -> None:
    receiver.answer = lambda request: 400 if "2" in [event["name"] for event in request.events] else 200
    script = f"""
with onair.batch():
    for n in range(5):
        onair.publish("room", str(n))
{COUNT}
print(now.sent, now.failed, now.retried)
"""
    with running(python, REMOTE, receiver.port, script) as site:
        arrived = receiver.events(10)
        site.go_on()
        result = site.result.result(3 * PATIENCE)
    assert [event["name"] for event in arrived[5:]] == ["0", "1", "2", "3", "4"]
    assert result.stdout == "4 1 0\n"
    assert "An event was lost" in result.stderr


def test_events_that_have_waited_too_long_are_given_up(python: Python, receiver: Receiver) -> None:
    receiver.answer = lambda request: 503
    script = f"""
onair.publish("room", "old")
{COUNT}
print(now.sent, now.expired, now.waiting)
"""
    with running(python, REMOTE, receiver.port, script, QUEUE_SECONDS=0.1) as site:
        site.wait_for(b".")
        site.go_on()
        result = site.result.result(3 * PATIENCE)
    assert result.stdout == "0 1 0\n"
    assert 'ONAIR["QUEUE_SECONDS"]' in result.stderr


def test_a_call_whose_service_is_down_is_made_again_before_what_follows(
    python: Python, receiver: Receiver
) -> None:
    script = f"""
from onair.exceptions import ServiceDown
from onair.publishing import dispatch
tries = []
def trigger():
    tries.append(1)
    if len(tries) < 5:
        raise ServiceDown("Ably does not answer: see its status page.")
    onair.publish("room", "by the call")
dispatch.call(trigger, label="The provider's call")
onair.publish("room", "behind it")
{COUNT}
print(len(tries), now.sent)
"""
    with running(python, REMOTE, receiver.port, script) as site:
        arrived = receiver.events(2)
        site.go_on()
        result = site.result.result(3 * PATIENCE)
    assert [event["name"] for event in arrived] == ["behind it", "by the call"]
    assert result.stdout == "5 3\n"
    assert "The provider's call failed: Ably does not answer" in result.stderr
