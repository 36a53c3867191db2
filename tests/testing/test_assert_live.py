"""A site's own tests of its live pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test import Client, TestCase, override_settings
from pytest_django import Settings

import onair
from onair.testing import OnAirAssertions, assertLive
from tests.site.board.models import Column, Ticket
from tests.testing import live_pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def _site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.site.board.urls"


@pytest.fixture
def _pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.testing.live_pages"


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def column() -> Column:
    return Column.objects.create(name="To do")


@pytest.fixture
def tickets(column: Column) -> list[Ticket]:
    return [Ticket.objects.create(title=f"Ticket {number}", column=column) for number in range(3)]


def rename(ticket: Ticket, title: str) -> Callable[[], object]:
    return lambda: Ticket.objects.filter(pk=ticket.pk).update(title=title)


@pytest.mark.usefixtures("_site")
class TestALivePage:
    def test_follows_what_the_code_writes(self, tickets: list[Ticket]) -> None:
        change = assertLive("/list/").on(rename(tickets[2], "New"))
        change.changes("li:first").changes("ul > li").renders(1).shows("New").hides("Ticket 2")

    def test_stays_open_for_more_code(self, tickets: list[Ticket], column: Column) -> None:
        page = assertLive("/list/")
        page.on(tickets[2].delete).changes("li:first").hides("Ticket 2")
        page.on(lambda: Ticket.objects.create(title="Last", column=column)).changes("li:first").shows("Last")
        page.on(lambda: None).changes_nothing().renders(0)

    def test_is_not_rendered_for_a_column_that_it_does_not_show(self, tickets: list[Ticket]) -> None:
        page = assertLive("/list/")
        page.on(lambda: Ticket.objects.update(notes="Nobody sees it")).changes_nothing().renders(0)

    def test_is_rendered_for_what_may_concern_it(self, tickets: list[Ticket]) -> None:
        page = assertLive("/list/")
        page.on(rename(tickets[0], tickets[0].title)).changes_nothing().renders(1)

    def test_does_not_follow_what_is_rolled_back(self, tickets: list[Ticket]) -> None:
        def write_and_fail() -> None:
            with transaction.atomic():
                tickets[0].delete()
                transaction.set_rollback(True)

        assertLive("/list/").on(write_and_fail).changes_nothing().renders(0)

    def test_is_as_a_user_sees_it(self, anna: User, column: Column) -> None:
        page = assertLive("/mine/", user=anna)
        page.on(lambda: Ticket.objects.create(title="Not hers", column=column)).renders(0)
        page.on(lambda: Ticket.objects.create(title="Hers", column=column, owner=anna)).shows("Hers")

    def test_leaves_no_session_behind(self, anna: User) -> None:
        from django.contrib.sessions.models import Session

        assertLive("/mine/", user=anna)
        assert not Session.objects.exists()

    def test_is_as_the_tests_client_sees_it(self, anna: User, column: Column) -> None:
        client = Client()
        client.force_login(anna)
        page = assertLive("/mine/", client=client)
        page.on(lambda: Ticket.objects.create(title="Hers", column=column, owner=anna)).shows("Hers")

    def test_is_shown_no_more_to_who_loses_a_permission(self, anna: User) -> None:
        permission = Permission.objects.get(codename="view_ticket", content_type__app_label="board")
        anna.user_permissions.add(permission)
        page = assertLive("/staff/", user=anna)
        change = page.on(lambda: anna.user_permissions.clear()).denies()
        with pytest.raises(AssertionError, match=r"not shown any more.*403"):
            change.changes("li")

    def test_is_shown_no_more_to_who_has_logged_out(self, anna: User) -> None:
        client = Client()
        client.force_login(anna)
        assertLive("/members/", client=client).on(client.logout).denies()


@pytest.mark.usefixtures("_pages")
class TestEachTemplate:
    @pytest.mark.parametrize("name", live_pages.FOLLOWING)
    def test_misses_nothing(self, name: str, tickets: list[Ticket], column: Column, anna: User) -> None:
        other = Column.objects.create(name="Done")
        page = assertLive(f"/{name}/")
        for action in (
            lambda: Ticket.objects.create(title="New", column=column),
            lambda: Column.objects.create(name="Another"),
            rename(tickets[1], "Renamed"),
            lambda: Column.objects.filter(pk=column.pk).update(name="Doing"),
            tickets[2].delete,
            lambda: Ticket.objects.filter(pk=tickets[1].pk).update(column=other),
            lambda: Ticket.objects.filter(pk=tickets[1].pk).update(notes="A note", owner=anna),
            lambda: Ticket.objects.bulk_create([Ticket(title="Bulk", column=other)]),
            lambda: User.objects.update(username="ben"),
            other.delete,
            lambda: Ticket.objects.all().delete(),
        ):
            page.on(action)

    def test_follows_a_topic(self) -> None:
        page = assertLive("/topic/")
        page.on(lambda: onair.touch("weather")).renders(1).changes_nothing()
        page.on(lambda: onair.touch("another")).renders(0)

    def test_that_is_another_one_each_time_misses_nothing(self) -> None:
        assertLive("/ever-new/").on(lambda: None).changes_nothing()


@pytest.mark.usefixtures("_site")
class TestAMessage:
    def test_names_what_was_read_and_written(self, tickets: list[Ticket]) -> None:
        with pytest.raises(AssertionError) as failed:
            assertLive("/list/").on(rename(tickets[0], "New")).changes("li:first")
        message = str(failed.value)
        assert message.startswith("Expected 'li:first' to change. It is as before: <li>Ticket 2</li>")
        assert "(board/list.html, line 6), rendered again:" in message
        assert "board_ticket: is_open = True" in message
        assert f"board_ticket: row {tickets[0].pk} updated (title)" in message

    def test_says_what_was_missed(self, tickets: list[Ticket]) -> None:
        def write_by_hand() -> None:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE board_ticket SET title = 'New'")

        with pytest.raises(AssertionError, match=r"Missed: .* about board_ticket\..*triggers") as failed:
            assertLive("/list/").on(write_by_hand)
        assert "Written: nothing that was captured" in str(failed.value)

    def test_says_what_has_changed(self, tickets: list[Ticket]) -> None:
        with pytest.raises(AssertionError, match=r"(?s)- <li>Ticket 0</li>\n\+ <li>New</li>"):
            assertLive("/list/").on(rename(tickets[0], "New")).changes_nothing()

    @pytest.mark.parametrize(
        ("check", "message"),
        [
            (lambda change: change.changes("p"), "The page has none"),
            (lambda change: change.renders(0), "Expected 0 regions to be rendered again, not 1"),
            (lambda change: change.shows("Old"), "Expected the page to show 'Old'"),
            (lambda change: change.shows("Ticket 1"), "has shown 'Ticket 1' before"),
            (lambda change: change.hides("New"), "Expected the page to hide 'New'"),
            (lambda change: change.hides("Old"), "has not shown 'Old' before, either"),
            (lambda change: change.denies(), "to be shown no more"),
        ],
    )
    def test_says_what_was_expected(
        self, check: Callable[[Any], object], message: str, tickets: list[Ticket]
    ) -> None:
        change = assertLive("/list/").on(rename(tickets[0], "New"))
        with pytest.raises(AssertionError, match=message):
            check(change)


REFUSED = [
    ("tests.site.board.urls", "/members/", r"sends a visitor on to .*login.*user= in a test"),
    ("tests.site.board.urls", "/nowhere/", r"There is no page at /nowhere/"),
    ("tests.testing.live_pages", "/plain/", r"no live page, but of tests\.testing\.live_pages\.plain"),
    ("tests.testing.live_pages", "/text/", r"text/plain: only HTML pages are live"),
    ("tests.testing.live_pages", "/failing/", r"ValueError: of all things"),
]


@pytest.mark.parametrize(("urlconf", "url", "message"), REFUSED, ids=[url for _, url, _ in REFUSED])
def test_a_page_that_cannot_be_opened_says_why(
    urlconf: str, url: str, message: str, settings: Settings
) -> None:
    settings.ROOT_URLCONF = urlconf
    with pytest.raises(AssertionError, match=message):
        assertLive(url)


@pytest.mark.usefixtures("_site")
def test_a_site_that_captures_nothing_is_told_so(settings: Settings) -> None:
    settings.ONAIR = {"LIVE": False}
    with pytest.raises(AssertionError, match=r"ONAIR\[\"LIVE\"\] is False"):
        assertLive("/list/")


@pytest.mark.usefixtures("_site")
def test_middleware_of_the_test_counts(settings: Settings, anna: User) -> None:
    assertLive("/members/", user=anna)
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "auth" not in one and "messages" not in one]
    with pytest.raises(AssertionError, match="AuthenticationMiddleware"):
        assertLive("/list/", user=anna)


@override_settings(ROOT_URLCONF="tests.site.board.urls")
class MixinTests(OnAirAssertions, TestCase):
    def test_the_test_cases_own_client_is_used(self) -> None:
        anna = User.objects.create_user("anna")
        column = Column.objects.create(name="To do")
        self.client.force_login(anna)
        page = self.assertLive("/mine/")
        page.on(lambda: Ticket.objects.create(title="Hers", column=column, owner=anna)).shows("Hers")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_site")
def test_what_is_really_committed_is_followed_as_well(column: Column) -> None:
    def write() -> None:
        with transaction.atomic():
            Ticket.objects.bulk_create([Ticket(title=title, column=column) for title in ("One", "Two")])

    assertLive("/list/").on(write).shows("One").shows("Two").renders(1)


@pytest.mark.usefixtures("_pages")
def test_an_asynchronous_view_is_followed(column: Column) -> None:
    page = assertLive("/asynchronous/")
    page.on(lambda: Ticket.objects.create(title="New", column=column)).changes("p").renders(1)
