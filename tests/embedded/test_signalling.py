"""Signals of the process that holds the sockets: sent where somebody listens, on a thread of their own."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from onair.embedded import process
from onair.embedded.process import ProcessServer
from onair.embedded.signalling import Signaller
from onair.protocol.app import Credential
from onair.protocol.notices import CacheMissed, MemberAdded, MemberRemoved
from onair.protocol.signing import sign_channel
from tests.embedded.running import ON_AIR, Site, free_port, runserver, started
from tests.receivers import PATIENCE, connected, receiving
from tests.server.clients import Client, wait_until

ADDED, REMOVED = MemberAdded("presence-a", "7"), MemberRemoved("presence-a", "7")

SAY_CREDENTIAL = "from onair import conf; print(conf.app().key, conf.app().secret)"


@pytest.fixture
def signaller() -> Iterator[Signaller]:
    signaller = Signaller("1")
    yield signaller
    signaller.end(time.monotonic() + PATIENCE)
    signaller.join()


def test_a_signal_is_wanted_while_it_has_a_receiver(signaller: Signaller) -> None:
    assert not signaller.wants("member_added")
    with receiving("member_added"):
        assert signaller.wants("member_added")
        assert not signaller.wants("member_removed")
    assert not signaller.wants("member_added")


def test_signals_are_sent_in_their_order_on_another_thread(signaller: Signaller) -> None:
    threads = []
    with (
        receiving() as received,
        connected("cache_miss", lambda **_: threads.append(threading.current_thread().name)),
    ):
        signaller.put(ADDED)
        signaller.put(CacheMissed("cache-a"))
        assert received.names(2) == ["member_added", "cache_miss"]
        wait_until(lambda: threads, "the second receiver has run")
    assert threads == ["onair-signals"]


class Slow:
    """A receiver that waits."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def __call__(self, **arguments: Any) -> None:
        self.began.set()
        assert self.may_end.wait(PATIENCE)


def test_a_receiver_that_is_slow_keeps_nobody_waiting(signaller: Signaller) -> None:
    slow = Slow()
    with connected("member_added", slow), receiving("cache_miss") as received:
        signaller.put(ADDED)
        assert slow.began.wait(PATIENCE)
        signaller.put(CacheMissed("cache-a"))
        assert received.is_empty
        slow.may_end.set()
        assert received.names(1) == ["cache_miss"]


def test_at_the_end_what_waits_is_sent(signaller: Signaller) -> None:
    slow = Slow()
    with connected("member_added", slow), receiving("cache_miss") as received:
        signaller.put(ADDED)
        assert slow.began.wait(PATIENCE)
        signaller.put(CacheMissed("cache-a"))
        signaller.end(time.monotonic() + PATIENCE)
        slow.may_end.set()
        signaller.join()
        assert received.names(1) == ["cache_miss"]


def test_what_there_is_no_time_for_is_said(signaller: Signaller, caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow()
    with connected("member_added", slow), receiving("cache_miss") as received:
        signaller.put(ADDED)
        assert slow.began.wait(PATIENCE)
        signaller.put(CacheMissed("cache-a"))
        signaller.end(time.monotonic())
        slow.may_end.set()
        wait_until(lambda: "before 1 signals were sent" in caplog.text, "it is said")
        assert received.is_empty


class Nameless:
    """A receiver that raises, and that Django cannot name in its log."""

    def __call__(self, **arguments: Any) -> None:
        raise LookupError("not today")


def test_a_receiver_that_fails_does_not_end_the_thread(
    signaller: Signaller, caplog: pytest.LogCaptureFixture
) -> None:
    nameless = Nameless()
    with connected("member_added", nameless), receiving("cache_miss") as received:
        signaller.put(ADDED)
        signaller.put(CacheMissed("cache-a"))
        assert received.names(1) == ["cache_miss"]
    assert "could not be sent" in caplog.text


@pytest.mark.parametrize("is_running", [True, False], ids=["while its loop runs", "when its loop has ended"])
def test_a_process_that_ends_tells_what_it_held_back(
    is_running: bool, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "CLOSE_WITHIN", PATIENCE)
    server = ProcessServer(shared=False)
    server.open()
    server.attach(loop)
    with receiving() as received:
        loop.call_soon_threadsafe(server.server.served["1"].telling.notice, REMOVED)
        if not is_running:
            loop.call_soon_threadsafe(loop.stop)
            wait_until(lambda: not loop.is_running(), "the loop has ended")
        server.close()
        assert received.names(1) == ["member_removed"]


# A real site -------------------------------------------------------------------------------------------


def credential_of(site: Site) -> Credential:
    return Credential(*site.manage("shell", "--no-imports", "-c", SAY_CREDENTIAL).split())


def visit(site: Site, credential: Credential, channel: str, user: str) -> None:
    """Join a presence channel, and go."""
    with connect(f"{site.socket_url}?protocol=7", compression=None) as connection:
        client = Client(connection)
        data = json.dumps({"user_id": user})
        auth = sign_channel(credential, client.established(), channel, data)
        answer = client.subscribe(channel, auth=auth, channel_data=data)
        assert answer["event"] == "pusher_internal:subscription_succeeded", answer


def told(site: Site, number: int) -> list[list[Any]]:
    """Wait until so many rows are in the database, and return them."""
    rows: list[list[Any]] = []

    def enough() -> bool:
        answer = site.get("/told")
        rows[:] = json.loads(answer)["told"] if answer.startswith("{") else []
        return len(rows) >= number

    wait_until(enough, f"{number} rows are written")
    return rows


def test_receivers_in_the_process_of_runserver_write_to_the_database(tmp_path: Path) -> None:
    with runserver(tmp_path / "site", "--noreload", TEST_DATABASE="1") as site:
        visit(site, credential_of(site), "presence-a", "7")
        rows = told(site, 4)
        assert [row[:3] for row in rows] == [
            ["channel_occupied", "presence-a", None],
            ["member_added", "presence-a", "7"],
            ["member_removed", "presence-a", "7"],
            ["channel_vacated", "presence-a", None],
        ]
        assert {row[3] for row in rows} == {site.process.pid}


def test_the_server_beside_the_site_sends_them_and_a_process_that_publishes_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    with runserver(folder, "--noreload", TEST_DATABASE="1") as site:
        credential = credential_of(site)
        address = f"127.0.0.1:{free_port()}"
        environment = {
            "TEST_DATABASE": "1",
            "ONAIR_URL": f"http://{credential.key}:{credential.secret}@{address}/apps/9",
        }
        with started(folder, "manage.py", "onair", "serve", "--bind", address, **environment) as beside:
            socket_url = beside.wait_for(ON_AIR)
            served = Site(folder, beside, "127.0.0.1", site.port, socket_url)
            visit(served, credential, "presence-a", "7")
            rows = told(site, 2)
    assert [row[3] for row in rows[:2]] == [beside.pid] * 2
    assert beside.pid != site.process.pid
