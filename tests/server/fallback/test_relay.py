"""Sessions over HTTP where several processes take the connections: whoever gets a request, it is answered."""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil
import pytest

from onair.engines.private_folder import private_folder
from onair.server.fallback.claims import Claims
from tests.deployments.running import processes_of
from tests.embedded.running import http
from tests.redis_server import RedisServer
from tests.server.clients import wait_until
from tests.server.fallback.clients import CLIENTS, Address, FallbackClient, PollingClient, connected
from tests.standalone.running import FIRST, Alone, serving
from tests.standalone.test_serve import publish

#: Enough that, of two processes that take connections, each gets requests of the other's sessions.
SESSIONS = 12


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes find each other: a path that is short enough."""
    return tmp_path_factory.mktemp("u")


@pytest.fixture
def served(folder: Path, redis_server: RedisServer) -> Iterator[Alone]:
    """Two workers."""
    with serving(
        folder, "--workers", "2", "--engine", redis_server.url, "--drain", "0", TMPDIR=str(folder)
    ) as alone:
        yield alone


class RestlessPollingClient(PollingClient):
    """Asks on a connection of its own each time, as one behind a proxy may."""

    def read(self) -> None:
        if not self._lines:
            answer = self.post(self.endpoint)
            assert answer.status == 200
            self._lines.extend(answer.read().decode().removesuffix("\n").split("\n"))
        self._take(self._lines.popleft())


KINDS: dict[str, type[FallbackClient]] = CLIENTS | {"xhr, restless": RestlessPollingClient}


def open_session(served: Alone, kind: type[FallbackClient]) -> FallbackClient:
    host, port = served.host.split(":")
    return kind(Address(host, int(port)), f"/pusher/app/{FIRST.key}?protocol=7")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_request_of_a_session_is_answered_by_the_process_that_has_it(
    kind: type[FallbackClient], served: Alone
) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(open_session(served, kind))) for _ in range(SESSIONS)]
        for client in clients:
            client.established()
            assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"
        for name in ("first", "second"):
            assert publish(served.host, FIRST, name) == (200, "{}")
            for client in clients:
                assert client.receive()["event"] == name
        assert {client.opened for client in clients} == {1}


def test_a_session_that_nobody_has_is_not_found(served: Alone) -> None:
    for _ in range(SESSIONS):
        url = f"http://{served.host}/pusher/app/{FIRST.key}/1/nobodys/xhr_send?protocol=7"
        assert http.request("POST", url, body=b"[]").status == 404


def test_a_message_that_cannot_be_read_is_refused_by_whoever_gets_it(served: Alone) -> None:
    with connected(open_session(served, KINDS["xhr_streaming"])) as client:
        client.established()
        for _ in range(SESSIONS):
            status, text = client.send_body(b"nothing")
            assert (status, "send a JSON array" in text) == (400, True)
            assert client.error()["code"] is None


def test_sessions_of_a_process_that_was_killed_can_be_opened_again(served: Alone) -> None:
    with ExitStack() as stack:
        clients = [
            stack.enter_context(connected(open_session(served, RestlessPollingClient)))
            for _ in range(SESSIONS)
        ]
        for client in clients:
            client.established()
        for worker in processes_of([served.process])[1:]:
            worker.kill()
        wait_until(lambda: _serve_anew(served), "other workers serve")
        for client in clients:
            assert client.established()
            assert client.opened == 2


def living_workers(served: Alone) -> list[psutil.Process]:
    found = []
    for worker in processes_of([served.process])[1:]:
        with suppress(psutil.NoSuchProcess):
            if worker.status() != psutil.STATUS_ZOMBIE:
                found.append(worker)
    return found


def _serve_anew(served: Alone) -> bool:
    return (
        len(living_workers(served)) == 2
        and http.request("GET", f"http://{served.host}/healthz").status == 200
    )


def test_a_process_that_ends_does_not_wait_for_answers_that_it_passes_on(served: Alone) -> None:
    before = {worker.pid for worker in living_workers(served)}
    with ExitStack() as stack:
        for _ in range(SESSIONS):
            client = stack.enter_context(connected(open_session(served, KINDS["xhr_streaming"])))
            client.established()
            # The session's next request, which comes to either process.
            stack.enter_context(closing(client.post(client.endpoint)))
        served.process.signal(signal.SIGHUP)
        wait_until(
            lambda: (
                (now := {worker.pid for worker in living_workers(served)})
                and not now & before
                and len(now) == 2
            ),
            "other workers serve",
        )
    assert "timeout graceful shutdown exceeded" not in served.process.written


def test_nothing_is_left_when_the_last_session_has_ended(served: Alone, folder: Path) -> None:
    with connected(open_session(served, KINDS["xhr_streaming"])) as client:
        client.established()
        [private] = folder.glob("onair-*")
        assert len(list(private.iterdir())) == 2
        served.process.signal(signal.SIGTERM)
        assert client.close_code() == 4200
    assert served.process.exit_code() == 0
    assert not list(private.iterdir())


def test_a_process_that_ends_leaves_nothing_of_sessions_between_two_requests(
    served: Alone, folder: Path
) -> None:
    with connected(open_session(served, KINDS["xhr"])) as client:
        client.established()
        [private] = folder.glob("onair-*")
        assert len(list(private.iterdir())) == 2
        served.process.signal(signal.SIGTERM)
        assert served.process.exit_code() == 0
    assert not list(private.iterdir())


def test_what_a_killed_process_left_is_swept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    private = private_folder()
    left = private / "door-0-left"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(left))
    (private / "session-left").symlink_to(left)
    claims = Claims(private)
    claims.door.touch()
    assert claims.claim("own")
    claims.sweep()
    assert [path.name for path in private.glob("*left*")] == []
    assert claims.door_of("own") == claims.door


def test_a_session_is_one_process_alone(tmp_path: Path) -> None:
    one, other = Claims(tmp_path), Claims(tmp_path)
    assert one.claim("session")
    assert not other.claim("session")
    assert other.door_of("session") == one.door
    one.release("session")
    assert other.door_of("session") is None
    assert other.claim("session")
