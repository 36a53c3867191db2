"""The inspector in one browser, and what it shows of the other one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import sign_in, visit
from tests.browser.served import Served, make_newsroom, serving

ADMINISTRATOR = (
    "from django.contrib.auth.models import User; User.objects.create_superuser('root', password='root')"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    newsroom = make_newsroom(tmp_path_factory.mktemp("inspected"))
    newsroom.manage("shell", "-c", ADMINISTRATOR)
    with serving(newsroom) as site:
        yield site


@pytest.fixture
def inspector(site: Served, open_window: OpenWindow) -> Page:
    """The inspector, live: its page is not loaded again in a test."""
    page = open_window().page
    page.goto(f"{site.url}/onair/")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill("root")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_function("() => window.onair?.state === 'connected'")
    expect(section(page, "Connections").locator("tbody tr")).not_to_have_count(0)
    page.evaluate("() => { window.loadedOnce = true; }")
    return page


def section(page: Page, name: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_what_another_browser_does_appears_without_a_reload(
    site: Served, inspector: Page, open_window: OpenWindow
) -> None:
    reader = open_window().page
    sign_in(reader, site, "anna")
    visit(reader, site, "/board/")

    channels = section(inspector, "Channels")
    expect(channels).to_contain_text("presence-board.board.1")
    regions = section(inspector, "Live regions")
    expect(regions).to_contain_text("/board/")
    expect(regions).to_contain_text("board_ticket")
    expect(section(inspector, "Connections").locator("tbody tr")).to_have_count(2)

    site.manage("shell", "-c", "import onair; onair.publish('presence-board.board.1', 'greeting')")
    expect(section(inspector, "Events")).to_contain_text(
        re.compile("greeting.*delivered to 1 socket", re.DOTALL)
    )

    reader.context.close()
    expect(channels).not_to_contain_text("presence-board.board.1")
    expect(regions).to_contain_text("No page with live regions is open.")
    assert inspector.evaluate("window.loadedOnce")


def test_an_event_is_sent_and_its_payload_shown_when_asked_for(inspector: Page) -> None:
    form = section(inspector, "Send an event")
    form.get_by_label("Channels").fill("nobody-listens-here")
    form.get_by_label("Event").fill("hello")
    form.get_by_label("Data, as JSON").fill('{"secret": "only when asked for"}')
    form.get_by_role("button", name="Send").click()
    event = section(inspector, "Events").locator("li.event").filter(has_text="nobody-listens-here")
    expect(event).to_contain_text(
        re.compile("published.*committed.*not delivered.*nobody listens", re.DOTALL)
    )
    assert "only when asked for" not in inspector.locator("body").inner_text()

    event.get_by_role("button", name="Payload").click()
    expect(section(inspector, "Payload").locator("pre")).to_contain_text('"secret": "only when asked for"')
    assert inspector.evaluate("window.loadedOnce")


def test_the_form_says_what_is_wrong_beside_its_fields(inspector: Page) -> None:
    form = section(inspector, "Send an event")
    form.get_by_label("Channels").fill("not a channel!")
    form.get_by_label("Event").fill("hello")
    form.get_by_label("Data, as JSON").fill("{")
    form.get_by_role("button", name="Send").click()
    expect(form.locator(".errorlist")).to_have_text(
        [re.compile("is not a channel's name"), re.compile("valid JSON")]
    )


def test_without_scripts_it_is_a_plain_page(site: Served, inspector: Page, open_window: OpenWindow) -> None:
    session = inspector.context.storage_state()
    page = open_window(storage_state=session, java_script_enabled=False).page
    page.goto(f"{site.url}/onair/")
    form = section(page, "Send an event")
    form.get_by_label("Channels").fill("plain")
    form.get_by_label("Event").fill("hello")
    form.get_by_label("Data, as JSON").fill('{"n": 1}')
    form.get_by_role("button", name="Send").click()
    page.locator("li.event").filter(has_text="plain").get_by_role("button", name="Payload").click()
    expect(page.locator("pre")).to_contain_text('"n": 1')
    expect(page.locator(".path")).to_contain_text("nobody listens")
