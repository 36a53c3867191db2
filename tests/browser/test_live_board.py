"""The demo's live board, on both databases: whoever writes, and however, the other browser shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import sign_in, state, visit
from tests.browser.served import Served, make_newsroom, serving
from tests.browser.test_live_desk import Newsroom, new_database

#: What Chromium says of a page that is refused.
REFUSED = re.compile("status of 403")

#: A page that scrolls between press and release would drag another card.
TALL = {"width": 1280, "height": 4_000}

OpenBoard = Callable[..., "Board"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def newsroom_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    """The demo on a database."""
    url = new_database(request.getfixturevalue("cluster")) if request.param == "postgresql" else None
    with serving(make_newsroom(tmp_path_factory.mktemp("board"), url)) as site:
        yield Newsroom(site, {})


class Board:
    """The board in somebody's window, and every byte that came there."""

    def __init__(self, page: Page, site: Served) -> None:
        self.page = page
        self.site = site
        self.received: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        page.on("requestfinished", lambda request: self._keep(request))

    def _hear(self, frame: str | bytes) -> None:
        self.received.append(frame if isinstance(frame, str) else frame.decode())

    def _keep(self, request: Any) -> None:
        response = request.response()
        if response is not None and response.status == 200:
            self.received.append(response.text())

    def open(self, query: str = "") -> Board:
        """Open the board. What is written before it has joined its channels is not missed."""
        visit(self.page, self.site, f"/board/{query}")
        return self

    def lane(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=re.compile(f"^{name}"))

    def cards(self, lane: str = "", text: str = "") -> Locator:
        where = self.lane(lane) if lane else self.page
        return where.locator(".card").filter(has_text=text)

    def count(self, lane: str) -> Locator:
        return self.lane(lane).locator(".count")

    def number(self, title: str) -> str:
        return self.cards(text=title).get_attribute("data-ticket") or ""

    def add(self, title: str) -> None:
        self.page.get_by_label("New ticket").fill(title)
        self.page.get_by_role("button", name="Add").click()

    def drag(self, title: str, to: Locator, **options: Any) -> None:
        self.cards(text=title).locator(".card-title").drag_to(to, **options)


@pytest.fixture
def open_board(newsroom_on: Newsroom, open_window: OpenWindow) -> OpenBoard:
    """Puts somebody before the board."""

    def open_one(username: str, query: str = "", **options: Any) -> Board:
        page = sit_down(newsroom_on, open_window, username, viewport=TALL, **options)
        return Board(page, newsroom_on.site).open(query)

    return open_one


def sit_down(newsroom: Newsroom, open_window: OpenWindow, username: str, **options: Any) -> Page:
    sessions = newsroom.sessions
    if username not in sessions:
        first = open_window()
        sign_in(first.page, newsroom.site, username)
        sessions[username] = first.context.storage_state()
    return open_window(storage_state=sessions[username], **options).page


@pytest.fixture
def run(newsroom_on: Newsroom) -> Callable[[str], None]:
    """Runs code of the demo in a process of its own."""
    return lambda code: newsroom_on.site.manage("shell", "-c", f"from board.models import *\n{code}")


def test_a_command_in_another_process_shows_in_both_browsers(
    newsroom_on: Newsroom, open_board: OpenBoard
) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    newsroom_on.site.manage("ticket", "create", "Filed by a command", "--assignee", "carla")
    for board in (anna, ben):
        expect(board.cards("Ideas", "Filed by a command")).to_contain_text("Carla")
    newsroom_on.site.manage("ticket", "move", anna.number("Filed by a command"), "In print")
    for board in (anna, ben):
        expect(board.cards("In print", "Filed by a command")).to_have_count(1)


def test_raw_sql_is_seen_by_the_triggers(newsroom_on: Newsroom, open_board: OpenBoard) -> None:
    anna = open_board("anna")
    anna.add("Moved behind the ORM")
    number = anna.number("Moved behind the ORM")
    newsroom_on.site.manage("ticket", "move", number, "Reporting", "--raw")
    expect(anna.cards("Reporting", "Moved behind the ORM")).to_have_count(1)


def test_bulk_writes_come_as_one(run: Callable[[str], None], open_board: OpenBoard) -> None:
    anna = open_board("anna", "?q=in+bulk")
    run(
        "first = Column.objects.first()\n"
        "Ticket.objects.bulk_create([Ticket(title=f'Made in bulk {n}', column=first) for n in range(3)])"
    )
    expect(anna.cards("Ideas", "in bulk")).to_have_count(3)
    run("Ticket.objects.filter(title__contains='in bulk').update(column=Column.objects.get(name='Editing'))")
    expect(anna.cards("Editing", "in bulk")).to_have_count(3)
    run("Ticket.objects.filter(title__contains='in bulk').delete()")
    expect(anna.cards(text="in bulk")).to_have_count(0)


def test_the_admin_needs_to_know_nothing(
    newsroom_on: Newsroom, open_board: OpenBoard, open_window: OpenWindow
) -> None:
    ben = open_board("ben")
    number = ben.number("Two hundred sandbags")
    page = sit_down(newsroom_on, open_window, "anna")
    page.goto(f"{newsroom_on.site.url}/admin/board/ticket/{number}/change/")
    page.get_by_label("Title").fill("Two hundred sandbags, all of them <b>full</b>")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(ben.cards("In print", "all of them <b>full</b>")).to_have_count(1)


def test_a_card_is_dragged_to_another_column(open_board: OpenBoard) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    anna.add("Dragged to Editing")
    before = int(ben.count("Editing").inner_text())
    ben.drag("Dragged to Editing", ben.lane("Editing").locator("h2"))
    for board in (ben, anna):
        expect(board.cards("Editing", "Dragged to Editing")).to_have_count(1)
        expect(board.cards("Ideas", "Dragged to Editing")).to_have_count(0)
        expect(board.count("Editing")).to_have_text(str(before + 1))


def test_a_card_is_dropped_in_front_of_another(open_board: OpenBoard) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    anna.add("Goes to the front")
    first = anna.cards("Editing").first
    assert "Goes to the front" not in first.inner_text()
    anna.drag("Goes to the front", first, target_position={"x": 40, "y": 4})
    for board in (anna, ben):
        expect(board.cards("Editing").first).to_contain_text("Goes to the front")


def test_a_card_is_moved_with_the_keyboard_which_stays_on_it(open_board: OpenBoard) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    anna.add("Moved by its buttons")
    button = anna.cards(text="Moved by its buttons").get_by_role("button", name="next column")
    button.focus()
    for lane in ("Reporting", "Editing"):
        anna.page.keyboard.press("Enter")
        expect(ben.cards(lane, "Moved by its buttons")).to_have_count(1)
        expect(anna.page.locator("#said")).to_have_text(f"“Moved by its buttons” is in {lane} now.")
        expect(button).to_be_focused()


def test_what_is_wrong_with_a_form_is_said_in_place(open_board: OpenBoard) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    anna.add("abc")
    title = anna.page.get_by_label("New ticket")
    expect(anna.page.locator("#add .errorlist")).to_have_text("Say a little more: five letters at least.")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(title).to_have_value("abc")
    expect(title).to_be_focused()
    anna.add("A title that is long enough")
    expect(anna.page.locator("#add .errorlist")).to_have_count(0)
    expect(title).to_have_value("")
    expect(ben.cards("Ideas", "A title that is long enough")).to_have_count(1)


def test_the_address_says_which_tickets_are_shown(open_board: OpenBoard, run: Callable[[str], None]) -> None:
    anna, ben = open_board("anna", "?assignee=anna&q=tide"), open_board("ben")
    expect(anna.cards()).to_have_count(0)
    run(
        "from django.contrib.auth import get_user_model\n"
        "users = get_user_model().objects\n"
        "for title, name in [('Tides of ours', 'ben'), ('High TIDE', 'anna'), ('Low water', 'anna')]:\n"
        "    Ticket(title=title, assignee=users.get(username=name)).move_to(Column.objects.first())"
    )
    expect(ben.cards(text="Low water")).to_have_count(1)
    expect(anna.cards()).to_have_text(re.compile("High TIDE"))
    expect(anna.count("Ideas")).to_have_text("1")
    ben.page.get_by_label("Search").fill("tide")
    ben.page.get_by_role("button", name="Show").click()
    expect(ben.cards()).to_have_count(2)
    assert "q=tide" in ben.page.url


def test_who_looks_is_shown_and_who_leaves_is_not(open_board: OpenBoard) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    people = anna.page.locator("#people .avatar")
    expect(people).to_have_count(2)
    expect(anna.page.locator("#people [data-user=ben]")).to_have_count(1)
    # Who is away for a moment has not left, and is there when her page is rendered.
    visit(ben.page, ben.site, "/wire/")
    ben.open()
    for board in (anna, ben):
        expect(board.page.locator("#people .avatar")).to_have_count(2)
    ben.page.close()
    expect(people).to_have_count(1)


def test_nobody_gets_a_byte_of_what_is_another_s(open_board: OpenBoard, run: Callable[[str], None]) -> None:
    anna, ben = open_board("anna"), open_board("ben")
    expect(anna.lane("Legal")).to_have_count(1)
    expect(ben.lane("Legal")).to_have_count(0)
    anna.add("Whose dredger secret-7301")
    number = anna.number("Whose dredger secret-7301")
    expect(ben.cards(text="secret-7301")).to_have_count(1)
    ben.received.clear()
    # What goes into the restricted column leaves his page, and is told him no more.
    run(
        f"Ticket.objects.get(pk={number}).move_to(Column.objects.get(name='Legal'))\n"
        f"Ticket.objects.filter(pk={number}).update(title='It is secret-7302')"
    )
    expect(ben.cards(text="secret-7301")).to_have_count(0)
    expect(anna.cards("Legal", "It is secret-7302")).to_have_count(1)
    for board, text in ((anna, "annas-own-7303"), (ben, "bens-own-7304")):
        board.page.get_by_label("Remind yourself").fill(text)
        board.page.get_by_role("button", name="Note it").click()
        expect(board.page.locator("#reminders")).to_contain_text(text)
    # What all see comes last, so that whatever was to come has come; and then all of it by HTTP once more.
    anna.add("Seen by all of us")
    for board in (anna, ben):
        expect(board.cards("Ideas", "Seen by all of us")).to_have_count(1)
        board.open()
    of_anna, of_ben = "\n".join(anna.received), "\n".join(ben.received)
    assert all(text in of_anna for text in ("secret-7302", "annas-own-7303"))
    assert "bens-own-7304" in of_ben
    for received in (of_anna, of_ben):
        assert all(text in received for text in ("<!doctype html>", "onair:patch", '"patches":'))
    for text in ("secret-730", "Legal", "annas-own", "sunken dredger"):
        assert text not in of_ben
    assert "bens-own" not in of_anna


def test_who_may_not_see_the_board_is_refused(
    newsroom_on: Newsroom, open_window: OpenWindow, run: Callable[[str], None]
) -> None:
    page = sit_down(newsroom_on, open_window, "dora", tolerated=REFUSED)
    response = page.goto(newsroom_on.site.url + "/board/")
    assert response is not None
    assert response.status == 403
    expect(page.locator("h1")).to_have_text("This is not for you")
    expect(state(page)).to_have_text("Live")
    page.goto(newsroom_on.site.url + "/board/crowd/")
    expect(page.get_by_role("button", name="Let them come")).to_be_disabled()


def test_who_loses_the_permission_is_shown_nothing_more(
    open_board: OpenBoard, run: Callable[[str], None]
) -> None:
    carla, anna = open_board("carla"), open_board("anna")
    # No other test looks at the board as Carla.
    run("from django.contrib.auth.models import User\nUser.objects.get(username='carla').groups.clear()")
    expect(carla.page.locator("#lanes .lane")).to_have_count(0)
    anna.add("After she has gone 7305")
    expect(anna.cards("Ideas", "7305")).to_have_count(1)
    assert "7305" not in "\n".join(carla.received)


def test_the_board_works_without_javascript(newsroom_on: Newsroom, open_window: OpenWindow) -> None:
    page = sit_down(newsroom_on, open_window, "anna", java_script_enabled=False)
    page.goto(newsroom_on.site.url + "/board/")
    for title in ("abc", "Without any script"):
        page.get_by_label("New ticket").fill(title)
        page.get_by_role("button", name="Add").click()
        if title == "abc":
            expect(page.locator("#add .errorlist")).to_have_text("Say a little more: five letters at least.")
    card = page.locator(".card", has_text="Without any script")
    card.get_by_role("button", name="next column").click()
    expect(page.get_by_role("region", name=re.compile("^Reporting")).locator(".card")).to_contain_text(
        ["Without any script"]
    )


def test_a_list_is_rendered_once_for_a_crowd(newsroom_on: Newsroom, open_window: OpenWindow) -> None:
    page = sit_down(newsroom_on, open_window, "anna")
    visit(page, newsroom_on.site, "/board/crowd/")
    page.get_by_label("Readers").fill("40")
    page.get_by_role("button", name="Let them come").click()
    expect(figure(page, "readers")).to_have_text("40")
    for text in ("Read by forty", "And once more"):
        page.get_by_label("Bulletin").fill(text)
        page.get_by_role("button", name="Write").click()
        expect(page.locator("#bulletins li").first).to_have_text(text)
        expect(figure(page, "patches")).to_have_text("40")
        expect(figure(page, "renderings")).to_have_text("1")
    page.get_by_role("button", name="Send them home").click()
    expect(figure(page, "readers")).to_have_text("0")


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"[data-figure={name}]")


def test_django_rts_first_sample_runs_as_printed(newsroom_on: Newsroom, open_window: OpenWindow) -> None:
    page = open_window().page
    response = page.goto(newsroom_on.site.url + "/samples/strings/")
    assert response is not None
    assert "'self'" in response.headers["content-security-policy"]
    expect(page.locator("li")).to_have_text(["a", "b", "c"])
    page.fill("#myinput", "<b>hi")
    page.click("#mybutton")
    expect(page.locator("#result")).to_have_text("Result: <b>hi")
    page.wait_for_function("() => onair.state === 'connected'")


def test_django_rts_second_sample_follows_the_database(
    newsroom_on: Newsroom, open_window: OpenWindow, run: Callable[[str], None]
) -> None:
    page = open_window().page
    page.goto(newsroom_on.site.url + "/samples/entries/")
    expect(page.locator("li")).to_have_text(["Lighthouse", "Ferry", "Fish market"])
    run(
        "from samples.models import Entry\n"
        "Entry.objects.create(name='Mole')\n"
        "Entry.objects.filter(name='Ferry').update(name='Tram')"
    )
    expect(page.locator("li")).to_have_text(["Lighthouse", "Tram", "Fish market", "Mole"])
