"""A test with live pages in browsers: each is loaded, exchanged, subscribed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.backends.signals import connection_created
from django.test import Client as Browser
from django.test import override_settings

from onair.live.rendering import process
from onair.live.rendering.engine import Engine
from onair.live.rendering.log import log
from onair.testing import LiveServerTestCase
from tests.live.rendering.pages import Page
from tests.server.clients import wait_until
from tests.site.board.models import Column, Ticket


@override_settings(ROOT_URLCONF="tests.live.rendering.views")
class PagesTestCase(LiveServerTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        connection_created.connect(_read_while_others_write, dispatch_uid=__name__)
        cls.addClassCleanup(connection_created.disconnect, dispatch_uid=__name__)
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self.forget_the_test_before()
        self.column = Column(name="To do")

    def forget_the_test_before(self) -> None:
        """Let go of its pages. Its rows are gone, of which the engine, that is the class's, has not heard."""
        log.lose()
        self.engine.doubt(lambda viewer: True)
        wait_until(lambda: not self.engine._regions, "the pages of the test before are let go of")
        self.engine.memory.forget()

    def ticket(self, title: str = "Ticket", **values: Any) -> Ticket:
        if self.column.pk is None:
            self.column.save()
        return Ticket.objects.create(title=title, column=self.column, **values)

    def user(self, name: str, *, may_view: bool = False) -> User:
        user = User.objects.create_user(name)
        if may_view:
            user.user_permissions.add(view_ticket())
        return user

    def open(self, path: str, user: User | None = None, **cookies: str) -> Page:
        """A page that is loaded, in a browser with a socket that has not asked for anything."""
        page = Page(self.live_server_url, self.live_socket_url, cookies=cookies)
        if user is not None:
            browser = Browser()
            browser.force_login(user)
            page.cookies["sessionid"] = browser.cookies["sessionid"].value
        page.load(path)
        return self.enterContext(page.connected())

    def page(self, path: str, user: User | None = None, **cookies: str) -> Page:
        return self.open(path, user, **cookies).listen()

    @property
    def engine(self) -> Engine:
        engine = process.find()
        assert engine is not None
        return engine


def _read_while_others_write(connection: Any, **kwargs: Any) -> None:
    """Let threads share SQLite's database in memory as they share one of a site: it locks whole tables."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA read_uncommitted = 1")


def view_ticket() -> Permission:
    return Permission.objects.get(codename="view_ticket", content_type__app_label="board")
