"""Where Chromium's own parser puts the markers of live pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.live.markup.marking import bindings, blocks, read
from tests.live.markup.places import PLACES

#: Counts the pairs of markers whose two comments have one parent, what is left over, and the anchors.
COUNT = """page => {
    const found = { pairs: 0, torn: 0, anchors: 0 };
    const parsed = new DOMParser().parseFromString(page, "text/html");
    const visit = (parent) => {
        const begun = [];
        for (const node of parent.childNodes) {
            visit(node);
            if (node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-o")) found.anchors += 1;
            if (node.nodeType !== Node.COMMENT_NODE) continue;
            const marker = /^(\\/?)o:(.+)$/.exec(node.data);
            if (!marker) continue;
            if (!marker[1]) begun.push(marker[2]);
            else if (begun.pop() === marker[2]) found.pairs += 1;
            else found.torn += 1;
        }
        found.torn += begun.length;
    };
    visit(parsed);
    return found;
}"""


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Page:
    context: BrowserContext = chromium.new_context()
    return context.new_page()


@pytest.mark.parametrize("page", [page for page, _, _ in PLACES.values()], ids=PLACES)
def test_each_pair_of_markers_has_one_parent(blank: Page, page: str) -> None:
    document = read(page)
    found = blank.evaluate(COUNT, document.html)
    assert (found["pairs"], found["torn"]) == (len(blocks(document.root)), 0)
    assert bool(found["anchors"]) is bool(bindings(document.root))
