"""A site of several processes: the page is made by one that has no sockets."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.embedded.running import ON_AIR, free_port, http, listener, started
from tests.redis_server import RedisServer
from tests.server.clients import wait_until

PROJECT = Path(__file__).with_name("project")
GUNICORN = ("-m", "gunicorn", "wsgi", "--bind", "127.0.0.1:0", "--workers", "1", "--no-control-socket")


@dataclass(frozen=True, slots=True)
class Site:
    """The address of the pages, and of the sockets."""

    url: str
    socket_url: str

    def get(self, path: str) -> str:
        response = http.request("GET", self.url + path)
        assert response.status == 200, response.data
        return response.data.decode()

    def text(self, path: str = "/onair/") -> str:
        """A page as one reads it."""
        found = re.sub(r"<script.*?</script>|<!--.*?-->|<[^>]+>", " ", self.get(path), flags=re.DOTALL)
        return " ".join(html.unescape(found).split())

    def await_text(self, pattern: str, path: str = "/onair/") -> str:
        """The inspector, when it shows something."""
        texts: list[str] = []

        def shows() -> bool:
            texts.append(self.text(path))
            return re.search(pattern, texts[-1]) is not None

        wait_until(shows, f"the inspector shows {pattern}")
        return texts[-1]

    def payload(self, name: str) -> str:
        """The address of the page that shows what an event carries."""
        found = self.get("/onair/")
        place = found.index(f">{name}<") if f">{name}<" in found else found.index(name)
        match = re.search(r'name="event" value="([^"]+)"', found[place:])
        assert match is not None, found
        return f"/onair/event?event={match[1]}"


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Site]:
    """The project: sockets by ``onair serve``, pages by gunicorn."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    bind = f"127.0.0.1:{free_port()}"
    serve = ("manage.py", "onair", "serve", "--bind", bind, *options)
    with (
        started(folder, *serve, **environment) as sockets,
        started(folder, *GUNICORN, **environment) as pages,
    ):
        yield Site(pages.wait_for(r"Listening at: (\S+)"), sockets.wait_for(ON_AIR))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("inspected") / "site") as site:
        yield site


def test_the_page_of_a_process_without_sockets_shows_those_of_the_server(site: Site) -> None:
    with listener(site.socket_url):
        text = site.text()
    assert "connection 1 channel 1" in text
    assert "processes 2" in text
    assert "no sockets" in text


def test_the_path_of_an_event_goes_through_both_processes(site: Site) -> None:
    with listener(site.socket_url) as client:
        site.text()
        site.get("/publish/news/through_both")
        assert client.receive()["event"] == "through_both"
        site.await_text(r"through_both on news Payload 17 bytes published committed .* delivered to 1 socket")


def test_the_data_of_an_event_is_shown_that_the_server_alone_has_seen(site: Site) -> None:
    site.text()
    site.get("/publish/news/asked_for")
    site.await_text("asked_for .* nobody listens")
    assert "a page" not in site.get("/onair/")
    assert '"from": "a page"' in site.text(site.payload("asked_for"))


def test_processes_that_share_an_engine_are_one_site(tmp_path: Path, redis_server: RedisServer) -> None:
    with (
        serving(tmp_path / "site", "--workers", "2", ONAIR_URL=redis_server.url) as site,
        listener(site.socket_url) as first,
        listener(site.socket_url) as second,
    ):
        site.await_text("connections 2 channel 1 live regions 0 processes 3")
        site.get("/publish/news/shared")
        for client in (first, second):
            assert client.receive()["event"] == "shared"
        site.await_text("shared on news Payload 17 bytes published committed .* delivered to")
        site.get("/publish/nobody/unheard")
        site.await_text("unheard on nobody Payload 17 bytes published committed .* sent")


def test_a_page_without_a_server_says_how_to_start_one(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with started(folder, *GUNICORN) as pages:
        site = Site(pages.wait_for(r"Listening at: (\S+)"), "")
        text = site.text()
        assert "No server of this site runs. Start one:" in text
        assert "connections ? channels ? live regions ?" in text
        site.get("/publish/news/lost")
        site.await_text(
            "lost on news Payload 17 bytes published committed .* dropped .* No server of this site runs"
        )


def test_a_server_that_is_no_process_of_the_site_says_so(tmp_path: Path) -> None:
    folder, port = tmp_path / "site", free_port()
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    alone = ("-m", "onair", "serve", "--bind", f"127.0.0.1:{port}", "--app", "1:key:secret")
    url = f"http://key:secret@127.0.0.1:{port}/apps/1"
    with started(folder, *alone) as server, started(folder, *GUNICORN, ONAIR_URL=url) as pages:
        server.wait_for(ON_AIR)
        site = Site(pages.wait_for(r"Listening at: (\S+)"), "")
        assert "the server has to be a process of its site" in site.text()
        site.get("/publish/news/followed_here")
        site.await_text("followed_here on news Payload 17 bytes published committed .* sent")
