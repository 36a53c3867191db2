"""The timer, with seconds that are short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onair.server.server import SPARE_FILES, open_file_limit
from onair.server.watch import Timings
from tests.server.clients import Client, RawClient, client_frame, wait_until
from tests.server.conftest import APP, Serve


def test_every_session_is_looked_at_in_its_turn(serve: Serve) -> None:
    site = serve(replace(APP, activity_timeout=1), timings=Timings(tick=0.01))
    clients: list[RawClient] = [site.raw() for _ in range(30)]
    for client in clients:
        assert client.read_message()["event"] == "pusher:connection_established"
    for client in clients:
        assert client.read_message()["event"] == "pusher:ping"
        client.sock.close()


@pytest.mark.parametrize("transport", ["wire", "wire on asyncio"])
def test_a_control_frame_is_a_sign_of_life(serve: Serve) -> None:
    site = serve()
    with site.raw() as client:
        client.read_message()
        site.pass_time(APP.activity_timeout)
        assert client.read_message()["event"] == "pusher:ping"
        client.send(client_frame(9))
        client.read_frame()
        site.pass_time(APP.activity_timeout + 31)
        assert site.connections() == 1


@pytest.mark.parametrize("transport", ["wire", "wire on asyncio"])
def test_a_client_that_does_not_answer_a_close_is_let_go(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.05, linger=0.1))
    with site.raw() as client:
        client.read_message()
        site.call(site.server.close_all)
        assert client.close_code() == 4200
        assert client.is_at_end()
        wait_until(lambda: not site.runner.server_state.connections, "uvicorn has forgotten it")


def test_the_timer_rests_when_nobody_is_there(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.01))
    assert not site.server.watch.is_running
    with site.connect() as connection:
        Client(connection).established()
        assert site.server.watch.is_running
    wait_until(lambda: not site.server.watch.is_running, "the timer rests")


def test_the_limit_of_open_files_leaves_some_for_other_work() -> None:
    resource = pytest.importorskip("resource")
    assert open_file_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
