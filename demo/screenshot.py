"""Take the pictures of the demo for the documents: two people, two browsers, one page; and the inspector.

From the project's root, with Playwright and Chromium installed: ``python -m demo.screenshot [NAME ...]``
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.newsroom import edit, notice, save, sign_in, summary, visit
from tests.browser.served import ROOT, Served, make_newsroom, serving
from tests.browser.windows import launch

IMAGES = ROOT / "docs" / "images"

#: CSS pixels of one browser's page, and what turns 1280 of them into 1600 pixels of the picture.
PAGE = {"width": 596, "height": 620}
SCALE = 1.25

#: For what is wider: all of it is shown smaller.
WIDE = {"width": 894, "height": 930}

#: What is shown without a frame: as wide as the picture.
ALONE = {"width": 1280, "height": 720}

ADMINISTRATOR = (
    "from django.contrib.auth.models import User; User.objects.create_superuser('root', password='root')"
)

TO_THE_TOP = "(title) => scrollTo(0, title.getBoundingClientRect().top + scrollY - 20)"

FRAME = Path(__file__).with_suffix(".html")


def main(names: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(make_newsroom(Path(folder))) as site,
        sync_playwright() as playwright,
    ):
        chromium = launch(playwright)
        anna, ben = new_page(chromium, PAGE), new_page(chromium, PAGE)
        for page, username in ((anna, "anna"), (ben, "ben")):
            sign_in(page, site, username)
        IMAGES.mkdir(parents=True, exist_ok=True)
        for name in names:
            if name == INSPECTOR:
                picture = inspector(site, anna, ben, new_page(chromium, ALONE))
            else:
                path = PICTURES[name](site, anna, ben)
                picture = compose(chromium, path, left=anna.screenshot(), right=ben.screenshot())
            picture.screenshot(path=IMAGES / f"{name}.png")


def two_browsers(site: Served, anna: Page, ben: Page) -> str:
    """Both edit one article, and one of them has saved it."""
    for page in (anna, ben):
        edit(page, site, 1)
    save(anna, title="Lighthouse keeper goes ashore after 41 winters")
    expect(notice(ben, "updated")).to_be_visible()
    edit(anna, site, 1)
    for page, other in ((anna, "Ben"), (ben, "Anna")):
        expect(summary(page)).to_have_text(f"You and {other}")
    return "/articles/1/edit/"


def every_write(site: Served, anna: Page, ben: Page) -> str:
    """One has pressed every button of the live desk, and the other sees what came."""
    path = "/desk/ferries/"
    for page in (anna, ben):
        visit(page, site, path)
        expect(page.locator("#following")).to_contain_text("follows")
    for way in anna.locator("#ways > li").all():
        way.get_by_role("button").click()
        outcome = ben.locator(f"[data-way={way.get_attribute('data-way')}] .way-outcome")
        expect(outcome).to_have_attribute("data-state", re.compile("arrived|expected"))
    for page, title in ((anna, "#ways-title"), (ben, "#rows-title")):
        page.mouse.move(0, 0)
        page.locator(title).evaluate(TO_THE_TOP)
    return path


def live_board(site: Served, anna: Page, ben: Page) -> str:
    """One has dragged a ticket, and the other sees it where it is; only one of them sees a column more."""
    for page in (anna, ben):
        page.set_viewport_size(WIDE)
        visit(page, site, "/board/")
    for page in (anna, ben):
        expect(page.locator("#people .avatar")).to_have_count(2)
    site.manage("ticket", "create", "Fog, and what it is made of", "--assignee", "ben")
    card, editing = (".card", "Who paints the buoys"), (".lane", "Editing")
    ben.locator(card[0], has_text=card[1]).drag_to(ben.locator(editing[0], has_text=editing[1]))
    for page in (anna, ben):
        lane = page.locator(editing[0], has_text=editing[1])
        expect(lane.locator(card[0], has_text=card[1])).to_have_count(1)
        page.mouse.move(0, 0)
    return "/board/"


def inspector(site: Served, anna: Page, ben: Page, root: Page) -> Page:
    """What an administrator sees of two who look at one page, and of what is published there."""
    site.manage("shell", "-c", ADMINISTRATOR)
    root.goto(f"{site.url}/onair/")
    root.get_by_label("Username").fill("root")
    root.get_by_label("Password").fill("root")
    root.get_by_role("button", name="Log in").click()
    for page in (anna, ben):
        visit(page, site, "/board/")
    regions = root.locator("#regions")
    expect(regions).to_contain_text("/board/")
    for number in range(12):
        edit(anna, site, 1)
        save(anna, title=f"Ferry {number + 1} sails at noon")
        visit(anna, site, "/board/")
    send = root.locator(".card").first
    send.get_by_label("Channels").fill("nobody-listens-here")
    send.get_by_label("Event").fill("hello")
    send.get_by_role("button", name="Send").click()
    events = root.locator("#events")
    expect(events).to_contain_text("hello")
    expect(events).to_contain_text("delivered to")
    root.mouse.move(0, 0)
    return root


#: What makes two pages worth a picture, and says at which address they are.
PICTURES: dict[str, Callable[[Served, Page, Page], str]] = {
    "two-browsers": two_browsers,
    "every-write": every_write,
    "live-board": live_board,
}


INSPECTOR = "inspector"


def new_page(chromium: Browser, size: dict[str, int]) -> Page:
    context = chromium.new_context(viewport=size, device_scale_factor=SCALE, reduced_motion="reduce")
    return context.new_page()


def compose(chromium: Browser, path: str, **images: bytes) -> Page:
    page = new_page(chromium, {"width": 1280, "height": 720})
    page.goto(FRAME.as_uri())
    for address in page.locator(".address").all():
        address.evaluate("(span, address) => { span.textContent = address }", f"127.0.0.1:8000{path}")
    for name, image in images.items():
        address = "data:image/png;base64," + base64.b64encode(image).decode()
        page.locator(f"#{name}").evaluate(
            "(img, address) => { img.src = address; return img.decode() }", address
        )
    return page


if __name__ == "__main__":
    main(sys.argv[1:] or [*PICTURES, INSPECTOR])
