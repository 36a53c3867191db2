"""What a journalist does in the demo, and where it shows."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.served import Served

#: Whether the page has joined every channel that one of its tags names: connected is not yet listening.
HAS_JOINED = """() => [...document.querySelectorAll("[data-onair-channel]")].every(
    (tag) => window.onair.channel(tag.dataset.onairChannel)?.subscribed)"""


def sign_in(page: Page, site: Served, username: str) -> None:
    page.goto(site.url)
    page.locator(f"button[value={username}]").click()
    expect(state(page)).to_have_text("Live")


def visit(page: Page, site: Served, path: str) -> None:
    """Open a page and wait until it is live."""
    page.goto(site.url + path)
    expect(state(page)).to_have_text("Live")
    page.wait_for_function(HAS_JOINED)


def edit(page: Page, site: Served, article: int) -> None:
    """Open the form of an article and wait until the page has joined its editors."""
    visit(page, site, f"/articles/{article}/edit/")
    expect(editors(page).first).to_be_visible()


def save(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save").click()


def state(page: Page) -> Locator:
    return page.locator("#state")


def editors(page: Page) -> Locator:
    return page.locator("#editors > li")


def summary(page: Page) -> Locator:
    return page.locator("#editors-summary")


def notice(page: Page, event: str) -> Locator:
    return page.locator(f"#notices [data-event={event}]")
