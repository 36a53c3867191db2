"""Pages that follow the database: real pages, a real server, real sockets."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client as Browser
from django.test import override_settings

from onair.testing import LiveServerTestCase
from tests.live.rendering.pages import Page
from tests.site.board.models import Column, Entry, Ticket


@override_settings(ROOT_URLCONF="tests.site.board.urls")
class EndToEndTests(LiveServerTestCase):
    def setUp(self) -> None:
        self.column = Column.objects.create(name="To do")

    def page(self, path: str, user: User | None = None) -> Page:
        page = Page(self.live_server_url, self.live_socket_url)
        if user is not None:
            browser = Browser()
            browser.force_login(user)
            page.cookies = {"sessionid": browser.cookies["sessionid"].value}
        page.load(path)
        return self.enterContext(page.connected()).listen()

    def test_a_list_follows_what_is_created_changed_and_deleted(self) -> None:
        first = Ticket.objects.create(title="First", column=self.column)
        page = self.page("/list/")
        (region,) = page.channels
        second = Ticket.objects.create(title="Second", column=self.column)
        patch = page.patch()
        assert patch["p"] == page.versions[region]
        assert [op[0] for op in patch["ops"]] == ["i"]
        Ticket.objects.filter(pk=first.pk).update(title="<b>One</b>")
        patch = page.patch()
        assert "&lt;b&gt;One&lt;/b&gt;" in str(patch["ops"])
        assert patch["ops"][0][1][:2] == [0, str(first.pk)]
        second.delete()
        assert page.patch()["ops"] == [["d", [0], str(second.pk)]]

    def test_django_rts_own_sample_is_live(self) -> None:
        Entry.objects.create(name="One")
        page = self.page("/sample/")
        assert "<li><!--o:0-->One<!--/o:0--></li>" in page.html
        Entry.objects.create(name="Two")
        patch = page.patch()
        assert "Two" in str(patch["ops"]), patch
