"""A live page of one process, whose sockets are in another; and of an ASGI site, which has both."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.running import free_port, started
from tests.live.rendering.pages import Page
from tests.workers.running import PROJECT, Newsroom, newsroom

PAGES = {"TEST_URLCONF": "pages_urls"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("pages") / "site", **PAGES) as site:
        yield site


def write(folder: Path, code: str) -> None:
    script = f"from jobs.models import Note\n{code}"
    with started(folder, "manage.py", "shell", "-c", script, **PAGES) as process:
        assert process.exit_code() == 0, process.written


def listening(page: Page) -> Page:
    """Exchange and join, as often as it takes until the server has heard of it."""
    for _ in range(50):
        for region, answer in page.exchange().items():
            assert "channel" in answer, answer
            page.client.send("pusher:subscribe", answer)
            if page.client.receive()["event"] == "pusher_internal:subscription_succeeded":
                page.channels = {region: answer["channel"]}
                return page
    raise AssertionError("the server does not admit the page")


def test_a_page_of_another_process_follows_what_a_third_one_writes(site: Newsroom) -> None:
    arguments = ("-m", "gunicorn", "wsgi", "--bind", "127.0.0.1:0", "--workers", "1")
    with started(site.folder, *arguments, **PAGES) as gunicorn:
        address = gunicorn.wait_for(r"Listening at: (\S+)")
        page = Page(address, site.site.socket_url)
        page.load("/notes/")
        with page.connected():
            listening(page)
            write(site.folder, "Note.objects.create(text='of a third process')")
            patch = page.patch()
            while "of a third process" not in str(patch):
                patch = page.patch()
            write(site.folder, "Note.objects.create(text='nobody may see this')")
            while "denied" not in (patch := page.patch()):
                assert "nobody may see this" not in str(patch)
            assert list(page.exchange().values()) == [{"denied": True}]
            write(site.folder, "Note.objects.all().delete()")


def test_an_asgi_site_with_async_views_follows_them(tmp_path: Path) -> None:
    folder, port = tmp_path / "site", free_port()
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with started(folder, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0") as process:
        assert process.exit_code() == 0, process.written
    arguments = ("-m", "uvicorn", "asgi:application", "--port", str(port))
    with started(folder, *arguments, **PAGES) as uvicorn:
        uvicorn.wait_for(r"Uvicorn running on (\S+)")
        page = Page(f"http://127.0.0.1:{port}", "")
        (key,) = re.findall(r'data-onair-key="(\w+)"', page.load("/anotes/"))
        page.socket_url = f"ws://127.0.0.1:{port}/app/{key}"
        with page.connected():
            listening(page)
            write(folder, "Note.objects.create(text='to all')")
            assert "to all" in str(page.patch())
