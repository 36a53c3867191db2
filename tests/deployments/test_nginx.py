"""The documents' own files for nginx and systemd: nginx with that very file, in front of two workers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.certificates import self_signed, trusting
from tests.embedded.running import PATIENCE, ROOT, copy_project, free_port, started
from tests.redis_server import RedisServer
from tests.server.clients import Client, wait_until
from tests.test_asgi import key_of

FILES = ROOT / "docs" / "deploy"

HOST = "www.example.com"

pytestmark = pytest.mark.once

#: Around a file of ``conf.d``: what Debian's own ``nginx.conf`` does, less the paths of the system.
MAIN = """
daemon off;
master_process on;
worker_processes 1;
error_log stderr;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/newsroom.conf;
}}
"""


class NoNginx(Exception):
    """nginx is not on this machine."""

    def __init__(self) -> None:
        super().__init__("This needs nginx, and this machine has none: run scripts/install-nginx.")


def nginx_program() -> str:
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        raise NoNginx
    return found


class Proxied:
    """The site as browsers reach it."""

    def __init__(self, folder: Path, socket_path: str) -> None:
        self.plain_port, self.port = free_port(), free_port()
        self.socket_path = socket_path
        self.trust = trusting(folder / "fullchain.pem")
        self._pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self.port,
            ssl_context=self.trust,
            server_hostname=HOST,
            assert_hostname=HOST,
            timeout=PATIENCE,
            retries=False,
        )

    def get(self, path: str) -> str:
        return self._pool.request("GET", path, headers=self._headers).data.decode()

    @contextmanager
    def streaming(self) -> Iterator[Iterator[bytes]]:
        """What a session over HTTP receives."""
        path = f"/pusher{self.socket_path}/7/session/xhr_streaming?protocol=7"
        answer = self._pool.request("POST", path, headers=self._headers, preload_content=False)
        try:
            yield answer.stream()
        finally:
            answer.close()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Host": f"{HOST}:{self.port}"}

    @contextmanager
    def listener(self) -> Iterator[Client]:
        """A client that listens to news, as a page of the site does."""
        with connect(
            f"wss://{HOST}:{self.port}{self.socket_path}?protocol=7",
            sock=socket.create_connection(("127.0.0.1", self.port), PATIENCE),
            ssl=self.trust,
            origin=Origin(f"https://{HOST}:{self.port}"),
            open_timeout=PATIENCE,
        ) as connection:
            client = Client(connection)
            client.established()
            client.subscribe("news")
            yield client


def configured(folder: Path, short: Path, site: Proxied) -> None:
    """Write nginx's files: the documents' own, with ports and paths of the test."""
    text = (FILES / "nginx.conf").read_text()
    for theirs, ours in {
        "listen 80;": f"listen 127.0.0.1:{site.plain_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{site.port} ssl;",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "/etc/letsencrypt/live/www.example.com": str(folder),
        "/run/newsroom/site.sock": str(short / "site.sock"),
        "/run/onair/onair.sock": str(short / "onair.sock"),
        "/srv/newsroom": str(folder),
    }.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / "newsroom.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))


@pytest.fixture
def proxied(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer
) -> Iterator[Proxied]:
    """nginx, two workers of gunicorn and two of ``onair serve`` behind it."""
    program = nginx_program()
    short = tmp_path_factory.mktemp("u")
    for folder in (short, tmp_path):
        folder.chmod(0o755)
    site = copy_project(tmp_path / "site")
    self_signed(tmp_path, HOST)
    proxied = Proxied(tmp_path, f"/app/{key_of(site)}")
    configured(tmp_path, short, proxied)
    environment = {"ONAIR_URL": redis_server.url, "TEST_HOST": HOST}
    pages = ("-m", "gunicorn", "wsgi", "--bind", f"unix:{short}/site.sock", "--workers", "2")
    sockets = ("manage.py", "onair", "serve", "--bind", f"unix:{short}/onair.sock", "--workers", "2")
    with (
        started(site, *pages, **environment) as gunicorn,
        started(site, *sockets, **environment) as server,
        nginx(program, tmp_path),
    ):
        gunicorn.wait_for("Booting worker", count=2)
        server.wait_for("On air")
        yield proxied


@contextmanager
def nginx(program: str, folder: Path) -> Iterator[None]:
    """nginx with the folder's file, as the user of the tests."""
    user = ["-g", "user root;"] if os.getuid() == 0 else []
    process = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", *user])
    try:
        wait_until((folder / "nginx.pid").exists, "nginx runs")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_pages_and_sockets_are_reached_by_tls(proxied: Proxied) -> None:
    with proxied.listener() as first, proxied.listener() as second, proxied.listener() as third:
        assert proxied.get("/publish") == "published"
        for client in (first, second, third):
            assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "view"}}


def test_without_websockets_there_is_http(proxied: Proxied) -> None:
    with proxied.streaming() as received:
        assert any(b"pusher:connection_established" in some for some in received)


def test_what_is_not_encrypted_is_sent_to_what_is(proxied: Proxied) -> None:
    answer = urllib3.request(
        "GET", f"http://127.0.0.1:{proxied.plain_port}/a?b=1", headers={"Host": HOST}, redirect=False
    )
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/a?b=1")


UNITS = sorted(FILES.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_systemd_finds_nothing_wrong(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    assert program is not None, "the tests need systemd-analyze: run scripts/install-systemd"
    text = unit.read_text()
    for line in (line for line in text.splitlines() if line.startswith("ExecStart=")):
        executable = line.removeprefix("ExecStart=").split()[0]
        text = text.replace(executable, sys.executable)
    copy = tmp_path / unit.name
    copy.write_text(text)
    done = subprocess.run(
        [program, "verify", copy], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_of_the_unit_is_one_that_the_server_understands() -> None:
    from tests.test_docs import subcommands

    [command] = [
        line.partition(" onair serve ")[2].split()
        for line in (FILES / "onair.service").read_text().splitlines()
        if line.startswith("ExecStart=")
    ]
    given: Any = subcommands()["serve"].parse_args(command)
    assert (given.bind, given.workers) == ("unix:/run/onair/onair.sock", "2")
