"""Pages that follow the database: real pages, a real server, real sockets."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client as Browser
from django.test import override_settings

import onair
from onair.live.rendering import process
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
        key = str(second.pk)
        second.delete()
        assert page.patch()["ops"] == [["d", [0], key]]

    def test_django_rts_own_sample_is_live(self) -> None:
        Entry.objects.create(name="One")
        page = self.page("/sample/")
        assert "<li><!--o:0-->One<!--/o:0--></li>" in page.html
        Entry.objects.create(name="Two")
        patch = page.patch()
        assert "Two" in str(patch["ops"]), patch

    def test_one_rendering_serves_all_who_have_logged_in(self) -> None:
        users = [User.objects.create_user(f"user{number}") for number in range(3)]
        pages = [self.page("/members/", user) for user in users]
        assert len({channel for page in pages for channel in page.channels.values()}) == 1
        engine = process.find()
        assert engine is not None
        before = engine.renderings
        Ticket.objects.create(title="First", column=self.column)
        for page in pages:
            assert "First" in str(page.patch()["ops"])
        assert engine.renderings == before + 1

    def test_what_is_filtered_by_the_user_is_rendered_for_each(self) -> None:
        anna, ben = User.objects.create_user("anna"), User.objects.create_user("ben")
        annas, bens = self.page("/mine/", anna), self.page("/mine/", ben)
        assert annas.channels != bens.channels
        Ticket.objects.create(title="For Anna", column=self.column, owner=anna)
        assert "For Anna" in str(annas.patch())
        Ticket.objects.create(title="For Ben", column=self.column, owner=ben)
        assert "For Ben" in str(bens.patch())

    def test_who_loses_a_permission_is_shown_nothing_more(self) -> None:
        anna, ben = User.objects.create_user("anna"), User.objects.create_user("ben")
        permission = Permission.objects.get(codename="view_ticket", content_type__app_label="board")
        for user in (anna, ben):
            user.user_permissions.add(permission)
        annas, bens = self.page("/staff/", anna), self.page("/staff/", ben)
        assert annas.channels == bens.channels
        anna.user_permissions.remove(permission)
        assert annas.patch()["again"] is True
        assert list(annas.exchange().values()) == [{"denied": True}]
        Ticket.objects.create(title="Secret", column=self.column)
        assert "Secret" in str(bens.patch())
        onair.publish("news", "last")
        assert annas.client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"

    def test_what_changed_between_the_page_and_its_socket_is_not_missed(self) -> None:
        page = Page(self.live_server_url, self.live_socket_url)
        page.load("/list/")
        Ticket.objects.create(title="In between", column=self.column)
        page = self.enterContext(page.connected()).listen()
        assert "In between" in str(page.patch()["ops"])

    def test_a_count_follows(self) -> None:
        page = self.page("/counter/")
        Ticket.objects.create(title="One", column=self.column)
        assert page.patch()["ops"]

    def test_a_whole_page_follows_title_attributes_and_textareas(self) -> None:
        page = self.page("/whole/")
        ticket = Ticket.objects.create(title="One", column=self.column, notes="a <b>")
        patch = page.patch()
        assert "1 tickets" in str(patch)
        ticket.is_open = False
        ticket.save()
        assert "closed" in str(page.patch())
        ticket.notes = "</textarea><script>"
        ticket.save(update_fields=["notes"])
        assert page.patch()["ops"][-1][0] == "t"

    def test_who_logs_out_is_shown_nothing_more(self) -> None:
        anna = User.objects.create_user("anna")
        page = self.page("/members/", anna)
        browser = Browser()
        browser.cookies["sessionid"] = page.cookies["sessionid"]
        browser.logout()
        assert page.patch()["denied"] is True

    def test_whose_account_is_blocked_is_shown_nothing_more(self) -> None:
        anna = User.objects.create_user("anna")
        page = self.page("/members/", anna)
        anna.is_active = False
        anna.save()
        assert page.patch()["again"] is True
        with pytest.raises(AssertionError, match="logged in or out"):
            page.exchange()

    def test_a_page_that_was_loaded_later_brings_what_nobody_has_told_of(self) -> None:
        first = Ticket.objects.create(title="First", column=self.column)
        early = self.page("/list/")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE board_ticket SET title = 'By hand' WHERE id = %s", [first.pk])
        late = self.page("/list/")
        assert "By hand" in str(early.patch()["ops"])
        Ticket.objects.filter(pk=first.pk).update(title="By the ORM")
        told = ""
        while "By the ORM" not in told:
            told = str(late.patch())
            assert "First" not in told
