"""``manage.py onair explain``: what a live page follows."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.urls import set_script_prefix
from pytest_django import Settings

from tests.site.board.models import Column, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.live.explaining.pages"
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def tickets(anna: User) -> list[Ticket]:
    column = Column.objects.create(name="To do")
    return [Ticket.objects.create(title=f"Ticket {number}", column=column, owner=anna) for number in range(3)]


def explain(*args: str) -> str:
    output = StringIO()
    call_command("onair", "explain", *args, stdout=output)
    return output.getvalue()


def report(*args: str) -> Any:
    return json.loads(explain(*args, "--json"))


def said(text: str) -> list[str]:
    """The lines, with one blank for any space."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_region_is_told_with_its_tables_keys_columns_and_rows(tickets: list[Ticket]) -> None:
    lines = said(explain("/list/"))
    keys = ", ".join(str(ticket.pk) for ticket in tickets)
    for line in (
        "follows board_ticket where is_open = True",
        "found by is_open",
        "in or out by is_open",
        f"rows {keys}",
        f"displays board_ticket {keys}: id, title",
        "audience everybody, in en-us and UTC",
    ):
        assert line in lines
    assert lines[0].startswith("/list/ for a visitor: 1 region, rendered in ")
    assert any(line.endswith(": board/list.html, line 6") for line in lines)
    assert any(line.startswith("HTML ") and line.endswith(" bytes in 7 blocks") for line in lines)
    assert any(
        line.startswith("a change is matched in ") and line.endswith(" with 1 query") for line in lines
    )


def test_a_whole_page_is_told_as_one(tickets: list[Ticket]) -> None:
    assert "Region page: the whole page" in said(explain("/whole/"))


def test_what_decides_the_access_is_told(tickets: list[Ticket], anna: User) -> None:
    access = report("/members/", "--user", "anna")["access"]
    (query,) = access["queries"]
    assert (query["table"], query["terms"]) == ("auth_user", [{"equal": {"id": anna.pk}, "rest": []}])


def test_who_shares_a_region_is_told_with_what_made_it_so(tickets: list[Ticket], anna: User) -> None:
    (shared,) = report("/members/", "--user", "anna")["regions"]
    assert shared["audience"] == "all for whom user.is_authenticated=True, in en-us and UTC"
    (because,) = shared["because"]
    assert because.startswith(
        "request.user.is_authenticated is True (access: django.contrib.auth.mixins, line"
    )
    (own,) = report("/mine/", "--user", "anna")["regions"]
    assert own["is_personal"]
    assert own["audience"].startswith(f"the user {anna.pk} alone, ")
    assert any("(content: tests.site.board.views, line " in because for because in own["because"])


def test_a_template_is_named_that_reads_the_user(tickets: list[Ticket], anna: User) -> None:
    own, _ = report("/personal/", "--user", "anna")["regions"]
    assert own["because"] == ["request.user.username (content: the template, line 3)"]


def test_options_topics_and_what_has_no_place_are_told(tickets: list[Ticket], anna: User) -> None:
    lines = said(explain("/personal/", "--user", "anna"))
    assert "topics weather" in lines
    assert "options throttle 0.5, every 30.0, topics weather, announce {n} new" in lines
    assert any(
        line.startswith("value it stands where HTML has neither elements nor comments") for line in lines
    )


def test_what_is_not_understood_is_told(tickets: list[Ticket]) -> None:
    _, odd = report("/personal/")["regions"]
    (query,) = odd["follows"]["queries"]
    assert "SQL by hand" in query["not_understood"]
    assert query["rows"] == "any row"
    assert any(line.startswith("widened by SQL by hand") for line in said(explain("/personal/")))


def test_a_visitor_shares_what_is_read_of_nobody(tickets: list[Ticket]) -> None:
    own, _ = report("/personal/")["regions"]
    assert own["audience"].startswith("everybody who has not logged in, ")


def test_one_region_alone_can_be_asked_for(tickets: list[Ticket]) -> None:
    _, second = report("/personal/")["regions"]
    assert [region["id"] for region in report("/personal/", "--region", second["id"])["regions"]] == [
        second["id"]
    ]


def test_a_page_without_regions_says_what_to_do() -> None:
    assert "Nothing of the page is live: put {% live %}" in explain("/nothing/")


def test_nothing_is_saved_of_who_is_asked_for(tickets: list[Ticket], anna: User) -> None:
    explain("/mine/", "--user", "anna")
    assert not Session.objects.exists()
    anna.refresh_from_db()
    assert anna.last_login is None


def test_a_query_and_a_host_can_be_given(tickets: list[Ticket], settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["www.example.com"]
    assert explain("/list/?b=2&a=1").startswith("/list/?a=1&b=2 for a visitor")
    assert explain("https://www.example.com/list/").startswith("/list/ for a visitor")


def test_a_path_is_as_visitors_have_it(tickets: list[Ticket]) -> None:
    set_script_prefix("/site/")
    try:
        assert explain("/site/list/").startswith("/site/list/ for a visitor")
        with pytest.raises(CommandError, match="is not below /site/"):
            explain("/list/")
    finally:
        set_script_prefix("/")


REFUSED = [
    (["/nowhere/"], "There is no page at /nowhere/ for a visitor"),
    (["list/"], "'list/' is no page: give its path, like /board/"),
    (["ftp://testserver/list/"], "is no page"),
    (["http://elsewhere.example/list/"], "ALLOWED_HOSTS"),
    (["/members/"], "sends a visitor on to /accounts/login/.* --user NAME"),
    (["/staff/", "--user", "anna"], "anna may not see /staff/ \\(403\\)"),
    (["/list/", "--user", "nobody"], "There is no user 'nobody'. Name one by its username."),
    (["/list/", "--region", "r9"], "/list/ has no region 'r9'. It has: "),
    (["/failing/"], "/failing/ failed for a visitor with ValueError: of all things."),
    (
        ["/plain/"],
        "/plain/ is no live page, but of tests.live.explaining.pages.plain. Give its view the RTMixin",
    ),
]


@pytest.mark.parametrize(("args", "message"), REFUSED, ids=[" ".join(args) for args, _ in REFUSED])
def test_what_cannot_be_explained_says_why_with_exit_code_1(
    args: list[str], message: str, anna: User
) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        explain(*args)
    assert refused.value.returncode == 1


def test_who_is_no_active_user_is_not_taken_for_one(tickets: list[Ticket], anna: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match=r"was not rendered for anna.*has to be active"):
        explain("/list/", "--user", "anna")
