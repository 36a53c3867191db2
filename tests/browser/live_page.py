"""A page with one live region, whose modules a test drives by itself: what the server says, the test says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

SOURCES = Path(__file__).resolve().parents[2] / "js" / "src"
ORIGIN = "http://live.test"

#: The strictest policy that a site of ours may have; nothing of the client is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self' ws:; frame-src 'self'; img-src 'self' data:; "
    "require-trusted-types-for 'script'; trusted-types onair"
)

DOCUMENT = """<!doctype html>
<html lang="en"><head><title data-o="0">A page</title><link rel="icon" href="data:,">
<script type="module" src="/src/test.js"></script></head>
<body>{body}</body></html>"""

#: What a page hands to its tests.
SCRIPT = """
import * as live from "./live/apply.js";
window.heard = [];
document.addEventListener("onair:conflict", ({ target, detail }) => heard.push([target.id, detail.server]));
live.mirror();
window.live = live;
"""

WITHOUT_MOVE_BEFORE = (
    "for (const kind of [Element, Document, DocumentFragment]) delete kind.prototype.moveBefore;"
)


class LivePage:
    """The region ``r`` with the given HTML, on a page that may have more around it."""

    def __init__(self, page: Page, html: str, around: str = "{region}", *, moves: bool = True) -> None:
        self.page = page
        region = f"<!--o:r:r-->{html}<!--/o:r:r-->"
        self.document = DOCUMENT.format(body=around.format(region=region))
        if not moves:
            page.add_init_script(WITHOUT_MOVE_BEFORE)
        page.route(f"{ORIGIN}/**", self._serve)
        page.goto(ORIGIN)
        page.wait_for_function("() => window.live")

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/src/test.js":
            route.fulfill(body=SCRIPT, content_type="text/javascript")
        elif path.startswith("/src/"):
            route.fulfill(path=SOURCES / path.removeprefix("/src/"), content_type="text/javascript")
        elif path.startswith("/frame"):
            route.fulfill(body="<!doctype html><p>A frame", content_type="text/html")
        else:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=self.document, content_type="text/html", headers=headers)

    def apply(self, *ops: list[Any], region: str = "r") -> int:
        """Let the server send operations; return how many elements were touched."""
        touched: int = self.page.evaluate(f"live.apply({json.dumps(region)}, {json.dumps(ops)}).changed.size")
        return touched

    def replace(self, html: str, region: str = "r") -> int:
        """Let the server send all that the region has now; return how many elements were touched."""
        touched: int = self.page.evaluate(
            f"live.replace({json.dumps(region)}, {json.dumps(html)}).changed.size"
        )
        return touched

    @property
    def conflicts(self) -> list[list[str]]:
        heard: list[list[str]] = self.page.evaluate("heard")
        return heard
