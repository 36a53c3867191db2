"""The demo's live desk, on both databases: whoever writes, and however, the other browser hears of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import sign_in, visit
from tests.browser.served import Served, make_newsroom, serving
from tests.cluster import Cluster

#: What onair.js says of a channel that is refused, and Chromium of the refusal itself.
REFUSED = re.compile(r"onair: .*(refused|403)|status of 403")

EVERY_WAY = ["save", "update", "bulk_create", "admin", "m2m", "raw", "process"]

#: What the browsable API's own scripts do to no harm.
STYLED = re.compile("Applying inline style")

#: The event that each way makes; all others make an update.
EVENTS = {"bulk_create": "created"}

#: On the two boards, what passes the capture by.
UNSEEN = {"articles": {"raw"}, "ferries": set[str]()}


@dataclass(frozen=True)
class Newsroom:
    """The demo, and the cookies of who has signed in there already."""

    site: Served
    sessions: dict[str, Any]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def newsroom_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    """The demo on a database."""
    url = new_database(request.getfixturevalue("cluster")) if request.param == "postgresql" else None
    with serving(make_newsroom(tmp_path_factory.mktemp("desk"), url)) as site:
        yield Newsroom(site, {})


def new_database(cluster: Cluster) -> str:
    cluster.ensure_started()
    name = f"desk_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster.url(name)


class Desk:
    """The live desk in somebody's window."""

    def __init__(self, page: Page, site: Served) -> None:
        self.page = page
        self.site = site

    def open(self, board: str) -> None:
        """Open a board and wait until the page follows it, or is told that it may not."""
        visit(self.page, self.site, f"/desk/{board}/")
        expect(self.page.locator("#following")).not_to_be_empty()

    def press(self, way: str) -> None:
        self.page.locator(f"[data-way={way}] button").click()

    def call(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def outcome(self, way: str) -> Locator:
        return self.page.locator(f"[data-way={way}] .way-outcome")

    def events(self, name: str) -> Locator:
        return self.page.locator(f"#events > [data-event='{name}']")

    def rows(self, text: str = "") -> Locator:
        return self.page.locator("#rows > li").filter(has_text=text)


@pytest.fixture
def sit_at(newsroom_on: Newsroom, open_window: OpenWindow) -> Any:
    """Puts somebody before the live desk, with a board on it."""

    def sit(username: str, board: str, tolerated: re.Pattern[str] | None = None) -> Desk:
        sessions = newsroom_on.sessions
        window = open_window(tolerated, storage_state=sessions.get(username))
        if username not in sessions:
            sign_in(window.page, newsroom_on.site, username)
            sessions[username] = window.context.storage_state()
        desk = Desk(window.page, newsroom_on.site)
        desk.open(board)
        return desk

    return sit


@pytest.mark.parametrize("board", ["articles", "ferries"])
def test_every_way_to_write_arrives_in_the_second_browser(sit_at: Any, board: str) -> None:
    anna, ben = sit_at("anna", board), sit_at("ben", board)
    model = {"articles": "article", "ferries": "ferry"}[board]
    for way in EVERY_WAY:
        anna.press(way)
        for desk in (anna, ben):
            if way in UNSEEN[board]:
                expect(desk.outcome(way)).to_contain_text("it passes the ORM by")
            else:
                event = f"{model}.{EVENTS.get(way, 'updated')}"
                expect(desk.outcome(way)).to_have_attribute("data-state", "arrived")
                expect(desk.outcome(way)).to_contain_text(event)
                expect(desk.events(event).first).to_contain_text("@onair.broadcasts")


@pytest.mark.parametrize("board", ["articles", "ferries"])
def test_of_what_is_rolled_back_nothing_comes(sit_at: Any, board: str) -> None:
    anna, ben = sit_at("anna", board), sit_at("ben", board)
    anna.press("rollback")
    expect(ben.outcome("rollback")).to_contain_text("Nothing came, as it should be")
    anna.press("save")
    expect(ben.outcome("save")).to_have_attribute("data-state", "arrived")
    expect(ben.page.locator("#events > li")).to_have_count(1)


def test_rows_appear_change_and_vanish_for_everybody(sit_at: Any) -> None:
    anna, ben = sit_at("anna", "ferries"), sit_at("ben", "ferries")
    anna.call("Tidy up")
    expect(ben.rows("Extra sailing")).to_have_count(0)
    ben.open("ferries")
    anna.press("bulk_create")
    expect(ben.rows("Extra sailing")).to_have_count(3)
    anna.press("update")
    expect(ben.rows().filter(has=ben.page.locator("[data-field=way]", has_text="update"))).to_have_count(3)
    statuses = ben.page.locator("#rows > li:not(:has-text('Extra sailing')) [data-field=status]")
    assert len(set(statuses.all_inner_texts())) == 1
    anna.call("Tidy up")
    expect(ben.rows("Extra sailing")).to_have_count(0)
    expect(ben.events("ferry.deleted")).to_have_count(3)


def test_many_rows_at_once_are_read_again(newsroom_on: Newsroom, sit_at: Any) -> None:
    anna, ben = sit_at("anna", "ferries"), sit_at("ben", "ferries")
    anna.call("Tidy up")
    expect(ben.rows("Extra sailing")).to_have_count(0)
    ben.open("ferries")
    code = "from livedesk.boards import FERRIES as board; from harbour.models import Ferry; "
    code += "Ferry.objects.bulk_create([board.new(str(number), None) for number in range(150)])"
    newsroom_on.site.manage("shell", "-c", code)
    expect(ben.rows("Extra sailing")).to_have_count(150)
    anna.call("Tidy up")
    expect(ben.rows("Extra sailing")).to_have_count(0)
    expect(ben.events("ferry.changed")).to_have_count(2)


@pytest.mark.parametrize(("board", "model"), [("articles", "article"), ("ferries", "ferry")])
def test_the_api_and_the_broadcast_both_speak_of_what_the_api_writes(
    sit_at: Any, board: str, model: str
) -> None:
    anna, ben = sit_at("anna", board), sit_at("ben", board)
    key: str | None = None
    steps = [
        ("POST", "create", "created", "Filed through the API"),
        ("PATCH", "update", "updated", "Corrected through the API"),
        ("DELETE", "delete", "deleted", None),
    ]
    for method, of_api, of_broadcasts, text in steps:
        anna.call(method)
        for desk in (anna, ben):
            expect(desk.events(f"{model}.{of_api}").first).to_contain_text("REST API")
            expect(desk.events(f"{model}.{of_broadcasts}").first).to_contain_text("@onair.broadcasts")
        if text:
            expect(ben.rows().first).to_contain_text(text)
            key = ben.rows().first.get_attribute("data-id")
    expect(ben.page.locator(f"#rows > [data-id='{key}']")).to_have_count(0)


def test_the_api_spares_the_page_that_writes(sit_at: Any) -> None:
    anna, ben = sit_at("anna", "articles"), sit_at("ben", "articles")
    anna.page.get_by_label("spare this page").check()
    anna.call("PATCH")
    expect(ben.events("article.update")).to_have_count(1)
    ben.call("PATCH")
    expect(anna.events("article.update")).to_have_count(1)


def test_the_browsable_api_writes_to_the_wire(newsroom_on: Newsroom, sit_at: Any) -> None:
    anna, ben = sit_at("anna", "articles", STYLED), sit_at("ben", "articles")
    visit(ben.page, newsroom_on.site, "/wire/")
    response = anna.page.goto(newsroom_on.site.url + "/api/dispatches/")
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
    anna.page.locator("input[name=text]").fill("Filed in the browsable API.")
    anna.page.get_by_role("button", name="POST").first.click()
    expect(ben.page.locator("#wire li").first).to_contain_text("Filed in the browsable API.")
    expect(ben.page.locator("#wire li").first).to_contain_text("Anna Lindqvist")


def test_who_may_not_view_sees_nothing(sit_at: Any) -> None:
    anna, ben = sit_at("anna", "articles"), sit_at("ben", "articles")
    dora = sit_at("dora", "articles", REFUSED)
    expect(dora.page.locator(".live-refused")).to_contain_text("You may not view articles")
    expect(dora.rows()).to_have_count(0)
    anna.press("save")
    expect(ben.outcome("save")).to_have_attribute("data-state", "arrived")
    expect(dora.page.locator("#events > li")).to_have_count(0)


def test_who_may_not_view_cannot_read_the_api(newsroom_on: Newsroom, sit_at: Any) -> None:
    dora = sit_at("dora", "articles", REFUSED)
    paths = ["/api/articles/", "/api/ferries/", "/api/dispatches/", "/api/tags/"]
    answers = {path: dora.page.request.get(newsroom_on.site.url + path).status for path in paths}
    assert answers == dict.fromkeys(paths, 403)


def test_who_may_not_write_has_no_buttons_and_cannot_send_them(newsroom_on: Newsroom, sit_at: Any) -> None:
    dora = sit_at("dora", "ferries", REFUSED)
    expect(dora.page.locator("[data-way=save] button")).to_be_disabled()
    token = dora.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    response = dora.page.request.post(
        newsroom_on.site.url + "/desk/ferries/write/save/", form={"csrfmiddlewaretoken": token}
    )
    assert response.status == 403


def test_the_buttons_work_without_javascript(
    newsroom_on: Newsroom, sit_at: Any, open_window: OpenWindow
) -> None:
    sit_at("anna", "ferries")
    window = open_window(java_script_enabled=False, storage_state=newsroom_on.sessions["anna"])
    for way in (*EVERY_WAY, "rollback"):
        window.page.goto(newsroom_on.site.url + "/desk/ferries/")
        window.page.locator(f"[data-way={way}] button").click()
        expect(window.page.locator(".live-said")).to_contain_text("done.")
    expect(window.page.locator("#rows [data-field=way]", has_text="process").first).to_be_visible()


@pytest.mark.parametrize("board", ["articles", "ferries"])
def test_the_live_desk_is_live_under_the_strictest_security_policy(sit_at: Any, board: str) -> None:
    carla = sit_at("carla", board)
    response = carla.page.reload()
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
    expect(carla.page.locator("#api")).to_be_visible()
    expect(carla.page.locator("#following")).to_contain_text("follows")
