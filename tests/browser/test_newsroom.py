"""Two journalists, two browsers, one article: the demo as its visitors see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import edit, editors, notice, save, sign_in, state, summary, visit
from tests.browser.served import Served

SitDown = Callable[[str], Page]

STRICT_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'"


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """The cookies of who has signed in already."""
    return {}


@pytest.fixture
def sit_down(newsroom: Served, open_window: OpenWindow, sessions: dict[str, Any]) -> SitDown:
    """Gives a journalist a window of her own."""

    def sit(username: str) -> Page:
        window = open_window(storage_state=sessions.get(username))
        if username not in sessions:
            sign_in(window.page, newsroom, username)
            sessions[username] = window.context.storage_state()
        return window.page

    return sit


def test_opening_the_edit_page_shows_at_once_where_it_is_open(
    newsroom: Served, sit_down: SitDown, article: int
) -> None:
    anna, ben = sit_down("anna"), sit_down("ben")
    edit(ben, newsroom, article)
    expect(summary(ben)).to_have_text("Only you")
    edit(anna, newsroom, article)
    expect(notice(ben, "update")).to_have_text("Anna has opened this article to edit it.")
    expect(summary(ben)).to_have_text("You and Anna")
    expect(summary(anna)).to_have_text("You and Ben")
    expect(notice(anna, "update")).to_have_count(0)


def test_a_save_shows_at_once_and_whoever_saved_leaves_the_list(
    newsroom: Served, sit_down: SitDown, article: int
) -> None:
    anna, ben = sit_down("anna"), sit_down("ben")
    edit(ben, newsroom, article)
    edit(anna, newsroom, article)
    save(anna, title="Saved by Anna")
    expect(notice(ben, "updated")).to_contain_text("Anna has saved this article")
    expect(summary(ben)).to_have_text("Only you")
    notice(ben, "updated").get_by_role("link").click()
    expect(ben.locator("[name=title]")).to_have_value("Saved by Anna")


def test_closing_the_page_leaves_the_list_of_editors(
    newsroom: Served, sit_down: SitDown, article: int
) -> None:
    anna, ben, carla = sit_down("anna"), sit_down("ben"), sit_down("carla")
    for page in (anna, ben, carla):
        edit(page, newsroom, article)
    expect(summary(ben)).to_have_text("You, Anna and Carla")
    anna.close()
    expect(summary(ben)).to_have_text("You and Carla")
    expect(editors(ben)).to_have_text(["BO", "CR"])


def test_two_windows_of_one_person_are_one_editor(newsroom: Served, sit_down: SitDown, article: int) -> None:
    anna, again, ben = sit_down("anna"), sit_down("anna"), sit_down("ben")
    edit(ben, newsroom, article)
    edit(anna, newsroom, article)
    edit(again, newsroom, article)
    expect(editors(ben)).to_have_text(["BO", "AL"])
    expect(notice(anna, "update")).to_have_count(0)
    anna.close()
    edit(sit_down("carla"), newsroom, article)
    expect(editors(ben)).to_have_text(["BO", "AL", "CR"])


def test_a_reader_sees_who_reads_edits_and_deletes_over_one_socket(
    newsroom: Served, open_window: OpenWindow, sit_down: SitDown, doomed_article: int
) -> None:
    anna, ben = sit_down("anna"), open_window()
    sign_in(ben.page, newsroom, "ben")
    ben.sockets.clear()  # that of the front page
    visit(ben.page, newsroom, f"/articles/{doomed_article}/")
    visit(anna, newsroom, f"/articles/{doomed_article}/")
    expect(notice(ben.page, "view")).to_have_text("Anna is reading this article.")
    edit(anna, newsroom, doomed_article)
    expect(notice(ben.page, "update")).to_be_visible()
    visit(anna, newsroom, f"/articles/{doomed_article}/delete/")
    expect(notice(ben.page, "delete")).to_be_visible()
    anna.get_by_role("button", name="Delete it").click()
    expect(notice(ben.page, "deleted")).to_contain_text("Anna has deleted this article.")
    assert len(ben.sockets) == 1


def test_the_edit_page_with_tags_and_members_has_one_socket(
    newsroom: Served, sit_down: SitDown, article: int
) -> None:
    anna = sit_down("anna")
    sockets: list[Any] = []
    anna.on("websocket", lambda socket: sockets.append(socket))
    edit(anna, newsroom, article)
    assert len(sockets) == 1


def test_the_front_page_takes_over_a_new_headline(
    newsroom: Served, sit_down: SitDown, doomed_article: int
) -> None:
    anna, ben = sit_down("anna"), sit_down("ben")
    visit(ben, newsroom, "/")
    edit(anna, newsroom, doomed_article)
    teaser = ben.locator(f"#article-{doomed_article}")
    expect(teaser.locator(".news")).to_contain_text("Opened by Anna")
    save(anna, title="Ferry sunk <b>on paper</b>")
    expect(teaser.locator(".news")).to_contain_text("Saved by Anna")
    expect(teaser.get_by_role("heading")).to_have_text("Ferry sunk <b>on paper</b>")
    visit(anna, newsroom, f"/articles/{doomed_article}/delete/")
    anna.get_by_role("button", name="Delete it").click()
    expect(teaser.locator(".news")).to_contain_text("Deleted by Anna")


def test_another_process_reaches_the_browsers(newsroom: Served, sit_down: SitDown, article: int) -> None:
    ben = sit_down("ben")
    visit(ben, newsroom, f"/articles/{article}/")
    event = f"'private-article_{article}', 'view', {{'user': 'the shell', 'object': {{}}}}"
    newsroom.manage("shell", "-c", f"import onair; onair.publish({event})")
    expect(notice(ben, "view")).to_have_text("The shell is reading this article.")


def test_the_wire_misses_nothing_while_its_reader_is_offline(newsroom: Served, sit_down: SitDown) -> None:
    anna, ben = sit_down("anna"), sit_down("ben")
    for page in (anna, ben):
        visit(page, newsroom, "/wire/")
    expect(ben.locator("#screens")).to_have_text("On 2 screens")
    ben.get_by_role("button", name="Go offline").click()
    expect(ben.locator("#screens")).to_be_empty()
    expect(ben.locator("[data-whereabouts]")).to_have_count(0)
    lines = ["The bridge is closed.", "The bridge is open.", "Nobody was hurt."]
    for line in lines:
        anna.get_by_label("Dispatch").fill(line)
        anna.get_by_role("button", name="Send", exact=True).click()
        expect(anna.locator("#wire li").first).to_contain_text(line)
    ben.get_by_role("button", name="Come back").click()
    expect(ben.locator("#wire-status")).to_contain_text("3 lines came in. Nothing is missing.")
    expect(ben.locator("#screens")).to_have_text("On 2 screens")
    expect(ben.locator("#colleagues li").filter(has_text="Anna")).to_contain_text("is here")
    expect(ben.locator("#wire .missed [data-field=text]")).to_have_text(lines[::-1])


@pytest.mark.parametrize("path", ["/", "/wire/"])
def test_a_note_finds_its_reader_on_whatever_page(newsroom: Served, sit_down: SitDown, path: str) -> None:
    anna, carla = sit_down("anna"), sit_down("carla")
    visit(carla, newsroom, path)
    visit(anna, newsroom, "/wire/")
    desk = anna.locator("#colleagues li").filter(has_text="Carla")
    expect(desk).to_contain_text("is here")
    anna.get_by_label("To", exact=True).select_option(label="Carla Reyes")
    anna.get_by_label("Note", exact=True).fill("Can you take the bridge?")
    anna.get_by_role("button", name="Send note").click()
    expect(carla.locator("#desk-notes")).to_have_text("Anna: Can you take the bridge?")
    carla.close()
    expect(desk).to_contain_text("is away")


@pytest.mark.parametrize("path", ["/", "/wire/", "/articles/1/", "/articles/1/edit/", "/articles/1/delete/"])
def test_every_page_is_live_under_the_strictest_security_policy(
    newsroom: Served, sit_down: SitDown, path: str
) -> None:
    carla = sit_down("carla")
    visit(carla, newsroom, path)
    response = carla.reload()
    assert response is not None
    assert response.headers["content-security-policy"] == STRICT_POLICY
    expect(state(carla)).to_have_text("Live")
