"""The server inside an ASGI site, under the ASGI servers that people use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from websockets.sync.client import connect

from tests.embedded.running import PATIENCE, Site, copy_project, free_port, http, listener, started
from tests.server.clients import Client
from tests.server.fallback.clients import Address, StreamingClient, connected


class Row(NamedTuple):
    """A command that serves, and what it writes when it does."""

    command: str
    ready: str


SERVERS = {
    "uvicorn, the fast road": Row(
        "-m uvicorn --port PORT --ws onair.asgi:WebSocketProtocol APP:application",
        "Application startup complete",
    ),
    "uvicorn": Row("-m uvicorn --port PORT APP:application", "Application startup complete"),
    "daphne": Row("-m daphne -p PORT APP:application", "Listening on TCP address"),
    "hypercorn": Row("-m hypercorn --bind 127.0.0.1:PORT APP:application", "Running on"),
}

#: The codes that close a server's sockets when it ends. Where they are not ours, the server closes before it
#: tells the application, or before the application has noticed; clients come back all the same. Hypercorn
#: waits until they go (Python 3.12).
CLOSE_CODES = {"uvicorn, the fast road": {4200}, "uvicorn": {1012, 4200}, "daphne": {1006}}

UVICORNS = {name: row for name, row in SERVERS.items() if "uvicorn" in name}


@contextmanager
def served(folder: Path, row: Row, application: str = "live_asgi", **environment: str) -> Iterator[Site]:
    if not folder.exists():
        copy_project(folder)
    port = free_port()
    command = row.command.replace("PORT", str(port)).replace("APP", application).split()
    with started(folder, *command, **environment) as process:
        process.wait_for(row.ready)
        yield Site(folder, process, "127.0.0.1", port, f"ws://127.0.0.1:{port}/app/{key_of(folder)}")


def key_of(folder: Path) -> str:
    with started(
        folder, "manage.py", "shell", "--no-imports", "-c", "from onair import conf; print(conf.app().key)"
    ) as shell:
        return shell.wait_for(r"(\w{20})")


@pytest.mark.parametrize("row", SERVERS.values(), ids=SERVERS)
def test_pages_and_sockets_are_served_at_one_port(row: Row, tmp_path: Path) -> None:
    with served(tmp_path / "site", row) as site, listener(site.socket_url) as client:
        site.manage("say")
        assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "command"}}
        assert site.get("/app/x") == "the site's page at /app/x"
        assert site.get("/publish") == "published"
        assert client.receive()["data"] == {"by": "view"}


@pytest.mark.parametrize(("name", "codes"), CLOSE_CODES.items(), ids=CLOSE_CODES)
def test_a_server_that_ends_lets_its_clients_go(name: str, codes: set[int], tmp_path: Path) -> None:
    with served(tmp_path / "site", SERVERS[name]) as site:
        with listener(site.socket_url) as client:
            site.process.signal(signal.SIGTERM)
            assert client.close_code() in codes
        site.process.exit_code()
        assert "Traceback" not in site.process.written


@pytest.mark.parametrize("row", SERVERS.values(), ids=SERVERS)
def test_where_no_socket_passes_there_is_http(row: Row, tmp_path: Path) -> None:
    with served(tmp_path / "site", row) as site, streaming(site) as client:
        client.subscribe("news")
        for _ in range(2):
            site.get("/publish")
            assert client.receive()["data"] == {"by": "view"}
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"


@pytest.mark.parametrize("name", CLOSE_CODES)
def test_a_server_that_ends_does_not_wait_for_sessions_over_http(name: str, tmp_path: Path) -> None:
    with served(tmp_path / "site", SERVERS[name]) as site, streaming(site) as client:
        client.subscribe("news")
        site.process.signal(signal.SIGTERM)
        site.process.exit_code()
        assert "Traceback" not in site.process.written


@contextmanager
def streaming(site: Site) -> Iterator[StreamingClient]:
    """A session over HTTP."""
    path = site.socket_url.partition(f":{site.port}")[2]
    with connected(StreamingClient(Address(site.host, site.port), f"/pusher{path}?protocol=7")) as client:
        client.established()
        yield client


@pytest.mark.parametrize("row", UVICORNS.values(), ids=UVICORNS)
def test_the_sites_own_sockets_go_on_working(row: Row, tmp_path: Path) -> None:
    with served(tmp_path / "site", row, "chat_asgi") as site:
        with connect(f"ws://127.0.0.1:{site.port}/chat", open_timeout=PATIENCE) as own:
            own.send("hello")
            assert own.recv(PATIENCE) == "hello"
        with listener(site.socket_url) as client:
            site.get("/publish")
            assert client.receive()["data"] == {"by": "view"}


def test_the_first_socket_after_a_restart_announces_the_server_too(tmp_path: Path) -> None:
    with (
        served(tmp_path / "site", SERVERS["uvicorn, the fast road"]) as site,
        listener(site.socket_url) as client,
    ):
        site.manage("say")
        assert client.receive()["data"] == {"by": "command"}


def test_a_second_worker_stands_by_and_names_the_remedy(tmp_path: Path) -> None:
    with (
        served(tmp_path / "site", SERVERS["uvicorn"]) as first,
        served(first.folder, SERVERS["uvicorn"]) as second,
    ):
        second.process.wait_for(f"Process {first.process.pid} serves .* this one refuses .*\\s?.*ONAIR_URL")
        with connect(f"{second.socket_url}?protocol=7") as connection:
            assert Client(connection).error()["code"] == 4100
        with listener(first.socket_url) as client:
            second.get("/publish")
            assert client.receive()["data"] == {"by": "view"}


@pytest.mark.parametrize("row", UVICORNS.values(), ids=UVICORNS)
def test_where_the_sockets_are_elsewhere_the_site_has_all_paths(row: Row, tmp_path: Path) -> None:
    url = "pusher://key:secret@eu/1"
    with served(tmp_path / "site", row, "chat_asgi", ONAIR_URL=url) as site:
        with connect(f"ws://127.0.0.1:{site.port}/app/key", open_timeout=PATIENCE) as own:
            own.send("hello")
            assert own.recv(PATIENCE) == "hello"
        assert site.get("/app/key") == "the site's page at /app/key"


def test_a_worker_that_stands_by_takes_no_events_either(tmp_path: Path) -> None:
    with (
        served(tmp_path / "site", SERVERS["uvicorn"]) as first,
        served(first.folder, SERVERS["uvicorn"]) as second,
    ):
        second.process.wait_for("this one refuses")
        response = http.request("POST", f"http://127.0.0.1:{second.port}/apps/1/events?auth_signature=x")
        assert response.status == 503
        assert b"ONAIR_URL" in response.data
