"""Real ``manage.py runserver`` processes, with real sockets at their port."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from websockets.sync.client import connect

from onair.protocol import signing
from onair.protocol.app import Credential
from tests.embedded.running import (
    ON_AIR,
    PATIENCE,
    Site,
    copy_project,
    free_port,
    http,
    listener,
    runserver,
    started,
)
from tests.server.clients import Client, RawClient
from tests.server.fallback.clients import Address, PollingClient, StreamingClient, connected


class Row(NamedTuple):
    """A way to run the command. ``static`` is whether it serves static files."""

    apps: str
    arguments: tuple[str, ...] = ("--noreload",)
    static: bool = False
    host: str = "127.0.0.1"


STATICFILES = "django.contrib.staticfiles"
WHITENOISE = "whitenoise.runserver_nostatic"

WAYS = {
    "Django's own": Row("onair"),
    "with the reloader": Row("onair", ()),
    "without threads": Row("onair", ("--noreload", "--nothreading")),
    "on IPv6": Row("onair", host="[::1]"),
    "staticfiles first": Row(f"{STATICFILES},onair", static=True),
    "staticfiles last": Row(f"onair,{STATICFILES}", static=True),
    "whitenoise first": Row(f"{WHITENOISE},{STATICFILES},onair"),
    "whitenoise last": Row(f"onair,{STATICFILES},{WHITENOISE}", static=True),
    "daphne without ASGI": Row("daphne,onair", ("--noreload", "--noasgi")),
}


@pytest.mark.parametrize("row", WAYS.values(), ids=WAYS)
def test_a_plain_runserver_serves_pages_and_sockets(row: Row, tmp_path: Path) -> None:
    with (
        runserver(tmp_path / "site", *row.arguments, host=row.host, TEST_APPS=row.apps) as site,
        listener(site.socket_url) as client,
    ):
        assert site.get("/some/page") == "the site's page at /some/page"
        assert (site.get("/static/hello.txt") == "a static file\n") is row.static
        assert site.get("/publish") == "published"
        assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "view"}}
        site.process.wait_for(r'"GET /app/\S+ HTTP/1.1" 101 -')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that the tests below share: none of them stops it."""
    with runserver(tmp_path_factory.mktemp("shared") / "site", "--noreload") as site:
        yield site


OTHER_PROCESSES = {
    "shell": (("shell", "-c", "import onair; onair.publish('news', 'said', {'by': 'shell'})"), "shell"),
    "command": (("say",), "command"),
}


@pytest.mark.parametrize(("command", "name"), OTHER_PROCESSES.values(), ids=OTHER_PROCESSES)
def test_another_process_reaches_the_sockets_with_no_setting(
    command: tuple[str, ...], name: str, site: Site
) -> None:
    with listener(site.socket_url) as client:
        site.manage(*command)
        assert client.receive()["data"] == {"by": name}


def test_a_forked_child_reaches_the_sockets_of_its_parent(site: Site) -> None:
    with listener(site.socket_url) as client:
        assert site.get("/fork") == "forked"
        assert client.receive()["data"] == {"by": "fork"}
        site.get("/publish")
        assert client.receive()["data"] == {"by": "view"}


def test_200_sockets_and_200_pages_at_once(site: Site) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(400) as pool:
        loading = [pool.submit(site.get, f"/page/{number}") for number in range(200)]
        subscribing = [pool.submit(stack.enter_context, listener(site.socket_url)) for _ in range(200)]
        assert len({page.result(PATIENCE) for page in loading}) == 200
        clients = [client.result(PATIENCE) for client in subscribing]
        site.get("/publish")
        assert all(client.receive()["event"] == "said" for client in clients)


#: Requests that look a little like ours, and are the site's.
SITES_OWN = [
    ("GET", "/app/x", {}),
    ("GET", "/app/KEY", {}),
    ("GET", "/app/KEY/more", {"Upgrade": "websocket", "Connection": "Upgrade"}),
    ("GET", "/app/x", {"Upgrade": "websocket", "Connection": "Upgrade"}),
    ("GET", "/app/KEY", {"Upgrade": "h2c", "Connection": "Upgrade"}),
    ("POST", "/apps/1/events", {}),
    ("POST", "/apps/1/events?unauth_signature=1", {}),
    ("POST", "/apps/other/events?auth_signature=1", {}),
    ("GET", "/page?auth_signature=1", {}),
]


@pytest.mark.parametrize(("method", "path", "headers"), SITES_OWN)
def test_what_is_not_ours_reaches_the_site(
    method: str, path: str, headers: dict[str, str], site: Site
) -> None:
    path = path.replace("KEY", key_of(site))
    response = http.request(method, f"http://127.0.0.1:{site.port}{path}", headers=headers)
    assert response.status == 200
    assert response.headers["Server"].startswith("WSGIServer")


def test_sessions_over_http_and_pages_are_answered_on_one_connection(site: Site) -> None:
    client = PollingClient(Address(site.host, site.port), f"/pusher/app/{key_of(site)}?protocol=7")
    with connected(client):
        client.established()
        client.subscribe("news")
        for number in range(3):
            assert client.get(f"/page/{number}") == f"the site's page at /page/{number}"
            assert client.get("/publish") == "published"
            assert client.receive()["data"] == {"by": "view"}


@pytest.mark.parametrize("row", [WAYS["Django's own"], WAYS["without threads"]])
def test_a_streaming_session_leaves_the_pages_alone(row: Row, tmp_path: Path) -> None:
    with runserver(tmp_path / "site", *row.arguments) as site:
        path = f"/pusher/app/{key_of(site)}?protocol=7"
        with connected(StreamingClient(Address(site.host, site.port), path)) as client:
            client.established()
            client.subscribe("news")
            assert site.get_and_leave("/publish") == "published"
            assert client.receive()["data"] == {"by": "view"}
            site.process.interrupt()
            assert client.close_code() == 4200
        assert site.process.exit_code() == 0
        assert "Traceback" not in site.process.written


def test_the_signed_api_and_pages_are_answered_on_one_connection(site: Site) -> None:
    secret = site.manage("shell", "--no-imports", "-c", "from onair import conf; print(conf.app().secret)")
    credential = Credential(key_of(site), secret.strip())
    with listener(site.socket_url) as client, kept_connection(site) as connection:
        for text in ("a" * 70_000, "b"):
            body = json.dumps({"name": "said", "channels": ["news"], "data": json.dumps(text)}).encode()
            query = signing.signed_query(
                credential, "POST", "/apps/1/events", body, timestamp=int(time.time())
            )
            connection.request("POST", f"/apps/1/events?{urlencode(query)}", body)
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"{}")
            assert client.receive()["data"] == text
        connection.request("GET", "/page")
        assert connection.getresponse().read() == b"the site's page at /page"


@contextmanager
def kept_connection(site: Site) -> Iterator[HTTPConnection]:
    """A connection that is used again and again, as a proxy does, and never made anew."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.connect()
    connection.auto_open = 0
    yield connection
    connection.close()


def test_an_upgrade_may_be_the_second_request_of_a_connection(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as sock:
        sock.sendall(b"GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while not received.endswith(b"the site's page at /first"):
            received += sock.recv(65_536)
        client = RawClient(sock, upgrade(site))
        assert client.read_message()["event"] == "pusher:connection_established"


def test_a_frame_that_comes_with_the_upgrade_is_read(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as sock:
        client = RawClient(sock, upgrade(site) + masked(b'{"event":"pusher:ping","data":{}}'))
        assert client.read_message()["event"] == "pusher:connection_established"
        assert client.read_message()["event"] == "pusher:pong"


def test_a_head_that_arrives_byte_by_byte_is_read(site: Site) -> None:
    request = upgrade(site)
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(request) - 1):
            sock.send(request[at : at + 1])
        client = RawClient(sock, request[-1:])
        assert client.read_message()["event"] == "pusher:connection_established"


def test_a_head_without_end_is_refused(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as sock:
        client = RawClient(sock, upgrade(site).removesuffix(b"\r\n") + b"X-More: 1\r\n" * 200 + b"\r\n")
        assert client.response.startswith(b"HTTP/1.1 431 ")


def test_a_page_of_another_site_may_open_no_socket(site: Site) -> None:
    with connect(f"{site.socket_url}?protocol=7", origin="https://evil.example") as connection:
        assert Client(connection).error()["code"] == 4009
    with connect(f"{site.socket_url}?protocol=7", origin=f"http://localhost:{site.port}") as connection:
        Client(connection).established()


@pytest.mark.parametrize("arguments", [(), ("--noreload",)], ids=["reloader", "noreload"])
def test_ctrl_c_lets_the_clients_reconnect_and_leaves_no_trace(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    with runserver(tmp_path / "site", *arguments) as site:
        with listener(site.socket_url) as one, listener(site.socket_url) as two:
            site.process.interrupt()
            assert [one.close_code(), two.close_code()] == [4200, 4200]
        assert site.process.exit_code() == 0
        assert "Traceback" not in site.process.written


def test_after_a_reload_the_sockets_come_back_at_the_same_port(tmp_path: Path) -> None:
    with runserver(tmp_path / "site") as site:
        with listener(site.socket_url) as client, ThreadPoolExecutor(1) as pool:
            closing = pool.submit(client.close_code)
            touch_until(closing, site.folder / "pages" / "views.py")
            assert closing.result() == 4200
        assert site.process.wait_for(ON_AIR, count=2) == site.socket_url
        with listener(site.socket_url) as client:
            site.manage("say")
            assert client.receive()["data"] == {"by": "command"}
        assert "Traceback" not in site.process.written


def touch_until(future: Future[int], file: Path) -> None:
    """Touch a file until something has happened: the reloader must have looked at it once before."""
    modified = file.stat().st_mtime
    while not wait([future], timeout=0.5).done:
        modified += 1
        os.utime(file, (modified, modified))


def test_a_second_runserver_of_a_site_stands_by_until_the_first_has_gone(tmp_path: Path) -> None:
    with runserver(tmp_path / "site", "--noreload") as first:
        port = free_port()
        with started(first.folder, "manage.py", "runserver", "--noreload", str(port)) as second:
            second.wait_for(rf"Process {first.process.pid} serves .* this one refuses .*\s.*ONAIR_URL")
            socket_url = first.socket_url.replace(str(first.port), str(port))
            with connect(f"{socket_url}?protocol=7") as connection:
                assert Client(connection).error()["code"] == 4100
            with listener(first.socket_url) as client:
                http.request("GET", f"http://127.0.0.1:{port}/publish")
                assert client.receive()["data"] == {"by": "view"}
            first.process.kill()
            second.wait_for("this one serves them now")
            with listener(socket_url) as client:
                first.manage("say")
                assert client.receive()["data"] == {"by": "command"}


def test_a_port_that_is_taken_is_djangos_error_alone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(
            copy_project(tmp_path / "site"), "manage.py", "runserver", "--noreload", str(port)
        ) as process:
            assert process.exit_code() == 1
            assert "That port is already in use." in process.written
            assert "air" not in process.written


ELSEWHERE = {
    "hosted Pusher": "pusher://key:secret@eu/1",
    "a server elsewhere": "http://key:secret@127.0.0.1:6001/apps/1",
}


@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE)
def test_where_the_sockets_are_elsewhere_all_paths_are_the_sites(url: str, tmp_path: Path) -> None:
    folder, port = copy_project(tmp_path / "site"), free_port()
    with started(folder, "manage.py", "runserver", "--noreload", str(port), ONAIR_URL=url) as process:
        process.wait_for("Quit the server")
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        response = http.request("GET", f"http://127.0.0.1:{port}/app/key?protocol=7", headers=headers)
        assert response.data == b"the site's page at /app/key"
        assert "On air" not in process.written


def test_runserver_plus_says_once_what_to_use_instead(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "site")
    command = ("manage.py", "runserver_plus", str(free_port()))
    with started(folder, *command, TEST_APPS="onair,django_extensions") as process:
        process.wait_for(
            "Not on air: runserver_plus serves no sockets; use manage.py runserver; .*onair serve"
        )
        process.wait_for("Debugger is active")
        assert process.written.count("Not on air") == 1


def key_of(site: Site) -> str:
    return site.socket_url.rpartition("/")[2]


def upgrade(site: Site) -> bytes:
    """The request of a browser that opens a socket."""
    return (
        f"GET /app/{key_of(site)}?protocol=7 HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def masked(payload: bytes) -> bytes:
    """A client's frame with a mask of zeros."""
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload
