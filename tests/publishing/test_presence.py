"""Who is there, asked in the server's process, over HTTP, and of hosted Pusher; and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from asgiref.sync import async_to_sync

import onair
from onair import conf
from onair.embedded.process import ProcessServer
from onair.engines import announcements, local
from onair.exceptions import BadChannel
from onair.publishing import presence
from onair.publishing.circuit import Circuit, Pace
from onair.publishing.presence import Member
from onair.publishing.route import Refused, Unavailable
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from tests.http_server import running
from tests.publishing.real_server import RealServer, serving
from tests.publishing.receiver import PATIENCE

Python = Callable[..., "subprocess.CompletedProcess[str]"]

CHANNEL = "presence-room"
TWO = [Member("7", {"name": "Zoë"}), Member("8", None)]


@pytest.fixture(autouse=True)
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test with a server of which nothing is known."""
    monkeypatch.setattr(presence, "_guard", presence._Guard())


@pytest.fixture
def site() -> Iterator[RealServer]:
    with (
        serving(conf.app()) as site,
        site.present(CHANNEL, "7", {"name": "Zoë"}),
        site.present(CHANNEL, "8"),
    ):
        yield site


@pytest.fixture
def in_process(site: RealServer) -> Iterator[RealServer]:
    local.register("1", site.server.publish_soon, site.server.members)
    yield site
    local.unregister("1")


def test_the_server_in_this_process_is_asked_directly(in_process: RealServer) -> None:
    assert onair.members(CHANNEL) == TWO
    assert onair.members("presence-nobody") == []


def test_the_sites_own_server_is_the_one_that_is_asked() -> None:
    server = ProcessServer(shared=False)
    server.open()
    try:
        assert local.find_members("1") == server.server.members
    finally:
        server.close()
    assert local.find_members("1") is None


def test_asynchronous_code_asks_as_well(in_process: RealServer) -> None:
    assert async_to_sync(onair.amembers)(CHANNEL) == TWO


@pytest.mark.parametrize("ask", ["members", "amembers"])
def test_code_in_the_servers_own_loop_is_answered(ask: str, in_process: RealServer) -> None:
    async def question() -> list[Member]:
        return await onair.amembers(CHANNEL) if ask == "amembers" else onair.members(CHANNEL)

    answer = asyncio.run_coroutine_threadsafe(question(), in_process.server.loop)
    assert answer.result(PATIENCE) == TWO


def test_a_loop_that_is_blocked_is_not_waited_for(
    in_process: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()
    in_process.server.loop.call_soon_threadsafe(done.wait, PATIENCE)
    try:
        assert onair.members(CHANNEL, timeout=0.01) == []
    finally:
        done.set()
    assert "something blocks its event loop" in caplog.text


def test_a_server_without_a_loop_has_nobody() -> None:
    server = Server([conf.app()], origins=OriginPolicy(["*"]))
    assert list(server.members("1", CHANNEL, PATIENCE)) == []


def test_a_server_elsewhere_is_asked_by_http(site: RealServer, settings: Any) -> None:
    settings.ONAIR = {"URL": site.url}
    assert onair.members(CHANNEL) == TWO
    assert onair.members("presence-cache-a=b@c,d.e;f") == []


ASK = """
print([(member.id, member.info) for member in onair.members("presence-room")])
"""


def test_another_process_finds_the_announced_server(
    python: Python, site: RealServer, settings: Any, temporary_folder: Any
) -> None:
    settings.SECRET_KEY = "a secret"
    settings.BASE_DIR = temporary_folder
    claim = announcements.claim(conf.site_key())
    with serving(conf.app()) as other, other.present(CHANNEL, "7", {"name": "Zoë"}):
        claim.announce(other.host, other.port)
        assert python(ASK).stdout == "[('7', {'name': 'Zoë'})]\n"
    claim.withdraw()


def test_where_no_server_runs_nobody_is_there_and_it_is_said_once(python: Python) -> None:
    result = python(ASK + ASK)
    assert result.stdout == "[]\n[]\n"
    assert result.stderr.count("No server of this site runs") == 1


def test_in_tests_the_developers_server_is_not_asked(settings: Any, temporary_folder: Any) -> None:
    settings.SECRET_KEY = "a secret"
    settings.BASE_DIR = temporary_folder
    claim = announcements.claim(conf.site_key())
    with serving(conf.app()) as developers, developers.present(CHANNEL, "7"):
        claim.announce(developers.host, developers.port)
        assert onair.members(CHANNEL) == []
    claim.withdraw()


def test_in_tests_no_server_is_silence(caplog: pytest.LogCaptureFixture) -> None:
    assert onair.members(CHANNEL) == []
    assert not caplog.records


@pytest.mark.parametrize(
    ("channel", "remedy"),
    [
        ("room", "Let the page join presence-room"),
        ("private-room", "Let the page join presence-room"),
        ("presence-a b", "not a channel's name"),
        (None, "not a channel's name"),
    ],
)
def test_other_channels_than_presence_channels_are_refused_with_the_remedy(channel: Any, remedy: str) -> None:
    with pytest.raises(BadChannel, match=remedy):
        onair.members(channel)


@contextmanager
def answering(status: int, body: object) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Run a server of another kind. Gives its address, and what it is asked, by the parameters."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(dict(parse_qsl(urlsplit(self.path).query)))
            answer = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server):
        yield f"http://a-key:a-secret@127.0.0.1:{server.server_address[1]}/apps/42", asked


def test_a_server_that_knows_ids_alone_gives_ids_alone(settings: Any) -> None:
    with answering(200, {"users": [{"id": "7"}, {"id": 8}]}) as (url, asked):
        settings.ONAIR = {"URL": url}
        assert onair.members(CHANNEL) == [Member("7"), Member("8")]
        assert asked[0]["info"] == "user_info"


@pytest.mark.parametrize(
    ("status", "body", "remedy"),
    [
        (200, ["no", "users"], "is no server of channels"),
        (200, {"users": 5}, "is no server of channels"),
        (401, {}, "Check the key and the secret"),
        (503, {}, "Its own log may say more"),
    ],
)
def test_a_server_that_does_not_answer_as_one_is_nobody_and_a_line_in_the_log(
    status: int, body: object, remedy: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(status, body) as (url, _):
        settings.ONAIR = {"URL": url}
        assert onair.members(CHANNEL) == []
    assert remedy in caplog.text
    assert f"So nobody seems to be on {CHANNEL}." in caplog.text
    assert "a-secret" not in caplog.text


def test_a_server_that_does_not_answer_is_left_alone_after_three_times(settings: Any) -> None:
    with answering(503, {}) as (url, asked):
        settings.ONAIR = {"URL": url}
        for _ in range(10):
            assert onair.members(CHANNEL) == []
    assert len(asked) == 3


def test_a_server_that_was_down_and_refuses_is_asked_again() -> None:
    guard = presence._Guard(Circuit(Pace(first_pause=0)))
    answers: list[Exception] = [Unavailable("down", "down")] * 3 + [Refused("no", "no")] * 2

    def answer() -> list[Member]:
        raise answers.pop(0)

    for expected in (Unavailable, Unavailable, Unavailable, Refused, Refused):
        with pytest.raises(expected):
            guard.ask(answer)
    assert guard.ask(lambda: TWO) == TWO


def test_a_server_that_cannot_be_reached_breaks_nothing(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    settings.ONAIR = {"URL": f"http://a-key:a-secret@127.0.0.1:{port}/apps/42"}
    assert onair.members(CHANNEL) == []
    assert "does not answer" in caplog.text


def test_a_server_that_takes_too_long_is_not_waited_for(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        settings.ONAIR = {"URL": f"http://a-key:a-secret@127.0.0.1:{port}/apps/42"}
        assert onair.members(CHANNEL, timeout=0.05) == []
    assert "timed out" in caplog.text


def test_hosted_pusher_is_asked_by_its_library_and_gives_ids(settings: Any) -> None:
    settings.ONAIR = {"URL": "pusher://a-key:a-secret@eu/42"}
    with mock.patch("pusher.Pusher.users_info", return_value={"users": [{"id": "7"}]}) as users_info:
        assert onair.members(CHANNEL) == [Member("7")]
    users_info.assert_called_once_with(CHANNEL)


def test_hosted_pusher_down_breaks_nothing(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.ONAIR = {"URL": "pusher://a-key:a-secret@eu/42"}
    with mock.patch("pusher.Pusher.users_info", side_effect=ConnectionError("no route to host")):
        assert onair.members(CHANNEL) == []
    assert "Check this machine's network and PUSHER_CLUSTER" in caplog.text


def test_a_forked_child_begins_with_a_server_of_which_nothing_is_known(python: Python) -> None:
    script = """
import warnings; warnings.simplefilter("ignore", DeprecationWarning)
from onair.publishing import presence
presence._guard._lock.acquire()  # as if another thread were asking in the moment of the fork
child = os.fork()
if child == 0:
    assert presence._guard._lock.acquire(blocking=False)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert python(script).stdout == "0\n"
