"""``manage.py onair serve``: the server alone, as a real process beside real WSGI processes."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.sync.client import connect, unix_connect

from tests.deployments.running import listeners_in_each
from tests.embedded.running import ON_AIR, PATIENCE, Process, copy_project, http, listener, started
from tests.redis_server import RedisServer
from tests.server.clients import Client


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[tuple[Process, str]]:
    """``onair serve`` on a free port, and the URL that it wrote."""
    command = ("manage.py", "onair", "serve", "--bind", "127.0.0.1:0", *options)
    with started(folder, *command, **environment) as process:
        yield process, process.wait_for(ON_AIR)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "site")


def test_the_command_alone_prints_its_help(folder: Path) -> None:
    with started(folder, "manage.py", "onair") as process:
        assert process.exit_code() == 0
        assert "serve" in process.written


def test_a_wsgi_site_and_its_commands_publish_to_the_server_beside_it(folder: Path) -> None:
    with (
        serving(folder) as (_, socket_url),
        started(folder, "wsgi.py") as wsgi,
        listener(socket_url) as client,
    ):
        page = wsgi.wait_for(r"WSGI at (\S+)")
        assert http.request("GET", f"{page}publish").data == b"published"
        assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "view"}}
        with started(folder, "manage.py", "say") as command:
            assert command.exit_code() == 0
        assert client.receive()["data"] == {"by": "command"}


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_closes_cleanly(signum: signal.Signals, folder: Path) -> None:
    with serving(folder) as (process, socket_url), listener(socket_url) as client:
        process.signal(signum)
        assert client.close_code() == 4200
        assert process.exit_code() == 0
        assert "Traceback" not in process.written
    with serving(folder) as (_, again):
        assert again != socket_url


def test_a_second_server_of_a_site_is_refused_with_the_remedy(folder: Path) -> None:
    with serving(folder) as (first, _), started(folder, "manage.py", "onair", "serve") as second:
        assert second.exit_code() == 1
        assert f"Process {first.pid} serves this site already" in second.written
        assert "ONAIR_URL" in second.written


def test_workers_share_the_site_through_an_engine(folder: Path, redis_server: RedisServer) -> None:
    environment = {"ONAIR_URL": redis_server.url}
    with (
        serving(folder, "--workers", "2", **environment) as (process, socket_url),
        listeners_in_each([socket_url], [process], 2) as clients,
    ):
        with started(folder, "manage.py", "say", **environment) as command:
            assert command.exit_code() == 0
        for client in clients.values():
            assert client.receive()["data"] == {"by": "command"}
        process.signal(signal.SIGTERM)
        assert {client.close_code() for client in clients.values()} == {4200}
        assert process.exit_code() == 0
        assert "Traceback" not in process.written
        assert process.written.count("On air") == 1


def test_a_site_with_an_engine_is_served_by_any_number_of_commands(
    folder: Path, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("u") / "onair.sock"
    environment = {"ONAIR_URL": redis_server.url}
    unix = ("manage.py", "onair", "serve", "--bind", f"unix:{path}")
    with (
        serving(folder, **environment) as (_, socket_url),
        started(folder, *unix, **environment) as second,
        listener(socket_url) as client,
    ):
        assert second.wait_for(ON_AIR).startswith(f"ws://unix:{path}:/app/")
        with started(folder, "manage.py", "say", **environment):
            assert client.receive()["data"] == {"by": "command"}


#: What ``ONAIR_URL`` is where workers would share nothing.
ALONE = {"no URL": {}, "the URL of a server": {"ONAIR_URL": "http://key:secret@localhost/apps/7"}}


@pytest.mark.parametrize("environment", ALONE.values(), ids=ALONE)
def test_workers_that_share_nothing_are_refused_with_the_remedy(
    environment: dict[str, str], folder: Path
) -> None:
    with started(folder, "manage.py", "onair", "serve", "--workers", "2", **environment) as process:
        assert process.exit_code() == 2
        assert "an event would reach the clients of one alone" in process.written
        assert "ONAIR_URL=redis://" in process.written


WRONG = {
    ("--bind", "nowhere"): "--bind: 'nowhere' is no address: give HOST:PORT",
    ("--drain", "soon"): "--drain: 'soon' is not a number of seconds",
    ("--tls-key", "key.pem"): "give --tls-certificate, too",
}


@pytest.mark.parametrize(("arguments", "text"), WRONG.items(), ids=[name for name, _ in WRONG])
def test_a_wrong_option_is_an_error_with_the_remedy(
    arguments: tuple[str, ...], text: str, folder: Path
) -> None:
    with started(folder, "manage.py", "onair", "serve", *arguments) as process:
        assert process.exit_code() == 2
        assert text in process.written
        assert "Traceback" not in process.written


def test_a_unix_socket_needs_a_url_that_the_other_processes_know(folder: Path) -> None:
    with started(folder, "manage.py", "onair", "serve", "--bind", "unix:here.sock") as process:
        assert process.exit_code() == 1
        assert "ONAIR_URL" in process.written


def test_a_unix_socket_is_served_where_a_url_says_how_to_reach_it(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("u") / "onair.sock"
    command = ("manage.py", "onair", "serve", "--bind", f"unix:{path}")
    with started(folder, *command, ONAIR_URL="http://key:secret@localhost/apps/7") as process:
        assert process.wait_for(ON_AIR) == f"ws://unix:{path}:/app/key"
        with unix_connect(str(path), "ws://localhost/app/key?protocol=7") as connection:
            Client(connection).established()


def test_the_server_beside_a_site_says_how_it_is(folder: Path) -> None:
    with serving(folder, "--metrics") as (_, socket_url):
        host = "http://" + socket_url.split("/")[2]
        assert http.request("GET", f"{host}/healthz").data == b"ok\n"
        assert http.request("GET", f"{host}/readyz").data == b"ready\n"
        assert b"onair_connections" in http.request("GET", f"{host}/metrics").data


def test_hosted_pusher_needs_no_server(folder: Path) -> None:
    with started(folder, "manage.py", "onair", "serve", ONAIR_URL="pusher://key:secret@eu/1") as process:
        assert process.exit_code() == 1
        assert "Hosted Pusher serves this site" in process.written


def test_a_port_that_is_taken_is_an_error(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with started(folder, "manage.py", "onair", "serve", "--bind", bind) as process:
            assert process.exit_code() != 0
            assert "address already in use" in process.written
    with serving(folder):
        pass


def test_the_app_of_the_url_is_served_under_its_own_key(folder: Path) -> None:
    url = "http://app-key:app-secret@127.0.0.1:{}/apps/7"
    with serving(folder, ONAIR_URL=url.format(1)) as (_, socket_url):
        assert socket_url.endswith("/app/app-key")
        port = socket_url.split("/")[2].rpartition(":")[2]
        with listener(socket_url) as client, started(folder, "manage.py", "say", ONAIR_URL=url.format(port)):
            assert client.receive()["data"] == {"by": "command"}


def test_pages_of_the_site_may_connect_and_others_may_not(folder: Path) -> None:
    with serving(folder) as (_, socket_url):
        with connect(f"{socket_url}?protocol=7", origin="http://localhost:8000") as own:
            Client(own).established()
        with connect(
            f"{socket_url}?protocol=7", origin="https://evil.example", open_timeout=PATIENCE
        ) as other:
            assert Client(other).error()["code"] == 4009
