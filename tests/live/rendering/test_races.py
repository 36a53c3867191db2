"""Nothing that is written while a page is on its way is missed, whenever that is."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.http import HttpRequest

from tests.http_client import request
from tests.live.markup.applying import apply
from tests.live.rendering import views
from tests.live.rendering.case import PagesTestCase
from tests.live.rendering.pages import Page
from tests.site.board.models import Column, Ticket

#: Seconds of random writes. Longer by hand: ``ONAIR_RACES=300 pytest tests/live/rendering/test_races.py``.
SECONDS = float(os.environ.get("ONAIR_RACES", "2"))


class Shown:
    """What a page shows: what it was loaded with, and the patches that it got."""

    def __init__(self, page: Page) -> None:
        self.page = page
        ((self.region, self.version),) = page.versions.items()
        self.content = content(page.html, self.region)

    def hear(self) -> None:
        patch = self.page.patch()
        if "html" in patch:
            self.content = patch["html"]
        elif patch["p"] == self.version:
            self.content = apply(self.content, patch["ops"])
        else:
            # The page has it already; or what it was before is on its way, since it has just joined.
            return
        self.version = patch["v"]


def content(html: str, region: str) -> str:
    return html.partition(f"<!--o:r:{region}-->")[2].partition(f"<!--/o:r:{region}-->")[0]


class Races:
    """For each database."""

    alias: str

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc]
        self.there = Column.objects.using(self.alias).create(name="To do")
        self.path = f"/raced/?on={self.alias}"

    def write(self, title: str = "new") -> None:
        Ticket.objects.using(self.alias).create(title=title, column=self.there)

    def write_elsewhere(self) -> None:
        """Write on a thread of its own: with another connection, as another request does."""

        def run() -> None:
            try:
                self.write()
            finally:
                connections[self.alias].close()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    @contextmanager
    def once_rendered(self, *, again: bool, times: int = 1) -> Iterator[None]:
        """Write when the page has been rendered: for a visitor, or again."""
        left = [None] * times

        def happen(request: HttpRequest) -> None:
            if left and bool(getattr(request, "onair_render", False)) is again:
                left.pop()
                self.write_elsewhere()

        views.AFTER_RENDERING.append(happen)
        try:
            yield
        finally:
            views.AFTER_RENDERING.remove(happen)

    def assert_not_stale(self, shown: Shown) -> None:
        fresh = content(
            request("GET", f"{self.live_server_url}{self.path}").data.decode(),  # type: ignore[attr-defined]
            shown.region,
        )
        while shown.content != fresh:
            shown.hear()

    def opened(self) -> Page:
        page: Page = self.open(self.path)  # type: ignore[attr-defined]
        return page

    def test_between_its_queries_and_its_answer(self) -> None:
        with self.once_rendered(again=False):
            page = self.opened()
        self.assert_not_stale(Shown(page.listen()))

    def test_between_its_answer_and_its_exchange(self) -> None:
        page = self.opened()
        self.write()
        self.assert_not_stale(Shown(page.listen()))

    def test_while_it_is_rendered_for_its_exchange(self) -> None:
        page = self.opened()
        self.engine.memory.forget()  # type: ignore[attr-defined]
        with self.once_rendered(again=True):
            page.listen()
        self.assert_not_stale(Shown(page))

    def test_between_its_exchange_and_its_subscription(self) -> None:
        page = self.opened()
        ((_, answer),) = page.exchange().items()
        self.write()
        page.client.send("pusher:subscribe", answer)
        assert page.client.receive()["event"] == "pusher_internal:subscription_succeeded"
        self.assert_not_stale(Shown(page))

    def test_while_it_is_rendered_again(self) -> None:
        page = self.opened().listen()
        with self.once_rendered(again=True, times=3):
            self.write()
            shown = Shown(page)
            while shown.content.count("<li>") < 4:
                shown.hear()
        self.assert_not_stale(shown)

    def test_with_another_page_that_has_older_content(self) -> None:
        first = self.opened()
        self.write()
        second = self.opened()
        self.write()
        shown = [Shown(second.listen()), Shown(first.listen())]
        self.write()
        for one in shown:
            self.assert_not_stale(one)

    def test_at_any_moment(self) -> None:
        chance = random.Random(7)
        steps: list[Callable[[], object]] = [
            self.write,
            lambda: Ticket.objects.using(self.alias).filter(title="new").update(title=chance.choice("abc")),
            self._delete_one,
            lambda: Ticket.objects.using(self.alias).filter(title=chance.choice("abc")).delete(),
        ]
        stop = threading.Event()

        def work() -> None:
            try:
                while not stop.is_set():
                    chance.choice(steps)()
                    time.sleep(chance.random() / 100)
            finally:
                connections[self.alias].close()

        until, pages = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            stop.clear()
            writer = threading.Thread(target=work)
            writer.start()
            try:
                shown = [Shown(self.opened().listen()) for _ in range(4)]
            finally:
                stop.set()
                writer.join()
            for one in shown:
                self.assert_not_stale(one)
                one.page.client.connection.close()
            pages += len(shown)
        assert pages

    def _delete_one(self) -> None:
        one = Ticket.objects.using(self.alias).order_by("?").first()
        if one is not None:
            one.delete()


class OnFileTests(Races, PagesTestCase):
    databases = {"default", "file"}  # noqa: RUF012
    alias = "file"


@pytest.mark.usefixtures("postgres")
class OnPostgresTests(Races, PagesTestCase):
    databases = {"default", "postgres"}  # noqa: RUF012
    alias = "postgres"
