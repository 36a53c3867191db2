"""Pages that are asked for again, through the site's middleware and URLconf."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings

from tests.http_client import request
from tests.live.rendering.case import PagesTestCase, view_ticket
from tests.site.board.models import Column, Ticket
from tests.site.settings import MIDDLEWARE


class Tests(PagesTestCase):
    def test_a_decorator_in_the_urlconf_decides_for_each_listener(self) -> None:
        anna, ben = (self.user(name, may_view=True) for name in ("anna", "ben"))
        annas, bens = self.page("/permitted/", anna), self.page("/permitted/", ben)
        assert annas.channels == bens.channels
        anna.user_permissions.remove(view_ticket())
        assert annas.patch()["again"] is True
        assert list(annas.exchange().values()) == [{"denied": True}]
        self.ticket("Secret")
        assert "Secret" in str(bens.patch())

    def test_who_is_blocked_behind_login_required_is_asked_again(self) -> None:
        anna = self.user("anna")
        page = self.page("/login/", anna)
        anna.is_active = False
        anna.save()
        assert page.patch()["again"] is True

    def test_a_view_that_writes_does_not_follow_itself(self) -> None:
        page = self.page("/counted/")
        before = self.engine.renderings
        for title in ("one", "two"):
            self.ticket(title)
            while title not in str(page.patch()):
                pass
        assert self.engine.renderings <= before + 6

    def test_a_page_that_fails_shows_what_it_had_until_it_recovers(self) -> None:
        page = self.page("/fragile/")
        other = self.page("/list/")
        with self.assertLogs("onair.live", "ERROR"), self.assertLogs("django.request", "ERROR"):
            broken = Column.objects.create(name="broken")
            while "stale" not in page.patch():
                pass
        self.ticket("Other")
        while "Other" not in str(other.patch()):
            pass
        broken.delete()
        while "Other" not in str(page.patch().get("html")):
            pass  # what was tried in between
        self.ticket("Again")
        while "Again" not in str(page.patch()):
            pass  # what it recovered with may come once more

    def test_a_page_that_is_refused_is_shown_no_more(self) -> None:
        for answer in ("redirect", "forbidden", "missing"):
            with self.subTest(answer):
                page = self.page("/answers/")
                column = Column.objects.create(name=answer)
                assert page.patch()["denied"] is True
                assert list(page.exchange().values()) == [{"denied": True}]
                column.delete()

    def test_nothing_of_a_rendering_is_kept_in_the_session_or_the_cookies(self) -> None:
        anna = self.user("anna")
        page = self.page("/remembering/", anna)
        self.ticket("First")
        while page.patch().get("ops") != [["h", [0], "1"]]:
            pass  # its first rendering again, which says that it is one
        (session,) = Session.objects.all()
        data = session.get_decoded()
        assert data["again"] is False
        assert "again: True" not in str(data)

    def test_parameters_of_one_name_stay_in_their_order(self) -> None:
        for title in ("b", "a"):
            self.ticket(title)
        page = self.page("/choosing/?by=-title&by=title")
        assert page.html.index("<!--o:0-->a<") < page.html.index("<!--o:0-->b<")
        self.ticket("c")
        assert [op[0] for op in page.patch()["ops"]] == ["i"]

    def test_browsers_without_a_session_are_not_taken_for_each_other(self) -> None:
        self.ticket("There already")
        dark, light = self.open("/cookies/", theme="dark"), self.open("/cookies/", theme="light")
        dark.listen(), light.listen()
        assert dark.channels != light.channels
        self.ticket("First")
        for page, own, other in ((dark, "dark", "light"), (light, "light", "dark")):
            patch = str(page.patch())
            assert own in patch
            assert other not in patch

    def test_a_page_that_begins_to_ask_for_cookies_parts_its_browsers(self) -> None:
        pages = [self.open("/cookies/", theme=theme) for theme in ("dark", "light")]
        for page in pages:
            page.listen()
        self.ticket("First")
        for page in pages:
            assert page.patch()["again"] is True
            page.listen()
        patches = [str(page.patch()) for page in pages]
        assert ["dark" in patch for patch in patches] == [True, False]
        assert ["light" in patch for patch in patches] == [False, True]

    def test_streams_json_and_late_pages_are_answered_as_ever(self) -> None:
        self.ticket("First")
        told = request("GET", f"{self.live_server_url}/told/").json()
        assert "\ufdd0" not in told["html"]
        assert "<li>First</li>" in told["html"]
        assert "<li>" in self.page("/late/").html

    def test_a_page_in_a_cache_of_djangos_is_not_kept_there(self) -> None:
        first = self.page("/cached/")
        self.ticket("First")
        assert "First" in str(first.patch())
        second = self.page("/cached/")
        assert "First" in second.html
        assert "\ufdd0" not in second.html
        assert first.data["token"] != second.data["token"] or first.versions != second.versions

    def test_what_a_view_has_rendered_before_is_followed(self) -> None:
        ticket = self.ticket("First")
        page = self.page("/whole/")
        assert "<I>FIRST</I>" in page.html.upper()
        assert "\ufdd0" not in page.html.lower()
        ticket.title = "Second"
        ticket.save()
        patch = str(page.patch())
        assert "Second" in patch
        assert "SECOND" in patch

    def test_an_async_view_is_followed(self) -> None:
        page = self.page("/slow/", self.user("anna"))
        ticket = self.ticket("First")
        assert "First" in str(page.patch())
        Ticket.objects.filter(pk=ticket.pk).update(title="Renamed")
        assert "Renamed" in str(page.patch())

    def test_a_page_has_at_most_64_regions(self) -> None:
        with self.assertLogs("django.request", "ERROR") as logged:
            answer = request("GET", f"{self.live_server_url}/many/")
        assert answer.status == 500
        assert "more than 64 live regions" in str(logged.records[0].exc_info)

    def test_whoever_gets_a_session_later_goes_on(self) -> None:
        page = self.page("/list/")
        anna = self.user("anna")
        page.cookies["sessionid"] = self.open("/remembering/").cookies.get("sessionid", "")
        del anna
        page.exchange()
        self.ticket("First")
        assert "First" in str(page.patch())

    def test_a_declared_page_that_reads_its_user_is_an_error_at_once(self) -> None:
        with self.assertLogs("django.request", "ERROR") as logged:
            answer = request("GET", f"{self.live_server_url}/declared/")
        assert answer.status == 500
        assert "AudienceError" in str(logged.records[0].exc_info)


@override_settings(MIDDLEWARE=[*MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"])
class BehindLoginTests(PagesTestCase):
    def test_who_is_blocked_behind_djangos_middleware_is_asked_again(self) -> None:
        anna = self.user("anna")
        page = self.page("/list/", anna)
        self.ticket("First")
        assert "First" in str(page.patch())
        anna.is_active = False
        anna.save()
        assert page.patch()["again"] is True


@override_settings(
    MIDDLEWARE=[*MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"],
    LANGUAGES=[("en", "English"), ("de", "German")],
)
class TranslatedTests(PagesTestCase):
    def test_each_language_has_its_own_rendering(self) -> None:
        english, german = (
            self.open("/translated/", django_language="en"),
            self.open("/translated/", django_language="de"),
        )
        english.listen(), german.listen()
        assert english.channels != german.channels
        self.ticket()
        for page, language in ((english, "en"), (german, "de")):
            patch: Any = page.patch()
            assert patch["p"] in page.versions.values()
            assert language in page.html


@pytest.mark.django_db
def test_a_page_under_atomic_requests_is_not_newer_than_its_transaction() -> None:
    from django.db import transaction

    from onair.live.rendering.log import log
    from tests.live.templating.showing import only, rendered

    template = "{% live tickets as t %}{{ t.title }}{% endlive %}"
    with transaction.atomic():
        Ticket.objects.create(title="T", column=Column.objects.create(name="C"))
        log.append("a change that the transaction does not see")
        page = rendered(template, {"tickets": Ticket.objects.all()})
    assert only(page)
    assert "a change that the transaction does not see" in list(log.since(page.position) or ())
