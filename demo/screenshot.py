"""Take the README's picture of the demo: two people, two browsers, one article.

From the project's root, with Playwright and Chromium installed: ``python -m demo.screenshot [FILE]``
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.newsroom import edit, notice, save, sign_in, summary
from tests.browser.served import ROOT, make_newsroom, serving
from tests.browser.windows import launch

TARGET = ROOT / "docs" / "images" / "two-browsers.png"

#: CSS pixels of one browser's page, and what turns 1280 of them into 1600 pixels of the picture.
PAGE = {"width": 596, "height": 620}
SCALE = 1.25

SHOW = "(img, address) => { img.src = address; return img.decode() }"

FRAME = Path(__file__).with_suffix(".html")


def main(target: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(make_newsroom(Path(folder))) as site,
        sync_playwright() as playwright,
    ):
        chromium = launch(playwright)
        anna, ben = new_page(chromium, PAGE), new_page(chromium, PAGE)
        for page, username in ((anna, "anna"), (ben, "ben")):
            sign_in(page, site, username)
            edit(page, site, 1)
        save(anna, title="Lighthouse keeper goes ashore after 41 winters")
        expect(notice(ben, "updated")).to_be_visible()
        edit(anna, site, 1)
        for page, other in ((anna, "Ben"), (ben, "Anna")):
            expect(summary(page)).to_have_text(f"You and {other}")
        target.parent.mkdir(parents=True, exist_ok=True)
        compose(chromium, left=anna.screenshot(), right=ben.screenshot()).screenshot(path=target)


def new_page(chromium: Browser, size: dict[str, int]) -> Page:
    context = chromium.new_context(viewport=size, device_scale_factor=SCALE, reduced_motion="reduce")
    return context.new_page()


def compose(chromium: Browser, **images: bytes) -> Page:
    page = new_page(chromium, {"width": 1280, "height": 720})
    page.goto(FRAME.as_uri())
    for name, image in images.items():
        address = "data:image/png;base64," + base64.b64encode(image).decode()
        page.locator(f"#{name}").evaluate(
            "(img, address) => { img.src = address; return img.decode() }", address
        )
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
