"""Two browsers with one site, whose sockets are in different processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.windows import Window, launch
from tests.live.processes.running import Served, Site

WRITE = "from notes.models import Note; Note.objects.create(text={!r})"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def pages(chromium: Browser, first: Served, second: Served) -> Iterator[list[Page]]:
    """A page in a browser of its own for each process; its pages and its socket are that process's."""
    windows = [
        Window(chromium.new_context(base_url=served.address, locale="en-GB")) for served in (first, second)
    ]
    yield [window.page for window in windows]
    for window in windows:
        window.context.close()
    assert [window.problems for window in windows] == [[], []]


def follow(pages: list[Page], path: str) -> None:
    for page in pages:
        page.goto(path)
        page.wait_for_function("() => window.onair.state === 'connected'")


def test_both_follow_a_request_a_command_and_another_program(
    notes: Site, pages: list[Page], first: Served
) -> None:
    follow(pages, "/notes/")
    first.do("write", "browsers 1")
    notes.manage("shell", "-c", WRITE.format("browsers 2"))
    notes.see("browsers 3")
    for page in pages:
        for number in range(1, 4):
            expect(page.get_by_text(f"browsers {number}")).to_be_visible()


def test_whose_permission_is_withdrawn_in_one_process_sees_nothing_in_the_other(
    pages: list[Page], first: Served
) -> None:
    first.do("allow", "dora")
    for page in pages:
        page.goto("/enter/dora/")
    first.do("write", "for dora")
    follow(pages, "/some/")
    for page in pages:
        expect(page.get_by_text("for dora")).to_be_visible()
    first.do("forbid", "dora")
    for page in pages:
        expect(page.get_by_text("for dora")).to_have_count(0)


def test_who_is_there_is_shown_in_both(notes: Site, pages: list[Page]) -> None:
    notes.manage("shell", "-c", WRITE.format("The room"))
    for page, name in zip(pages, ("anna", "ben"), strict=True):
        page.goto(f"/enter/{name}/")
    follow(pages, "/people/")
    for page in pages:
        expect(page.locator("#people b")).to_have_text(["anna", "ben"])
    pages[1].goto("/enter/ben/")
    expect(pages[0].locator("#people b")).to_have_text(["anna"])
