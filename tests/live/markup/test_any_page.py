"""Random pages, broken ones above all, read by us and by an HTML5 parser."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.markup import dom
from tests.live.markup.marking import bindings, blocks, read, unmarked

#: Without template, which html5lib does not know, and select, which it reads as browsers did before 2025.
NAMES = (
    *(
        "a",
        "b",
        "body",
        "button",
        "caption",
        "center",
        "col",
        "colgroup",
        "dd",
        "desc",
        "div",
        "dl",
        "dt",
        "em",
    ),
    *(
        "foreignObject",
        "form",
        "g",
        "h1",
        "h2",
        "head",
        "hr",
        "html",
        "i",
        "input",
        "li",
        "math",
        "mi",
        "nobr",
    ),
    *(
        "noscript",
        "object",
        "ol",
        "p",
        "pre",
        "rt",
        "ruby",
        "script",
        "span",
        "style",
        "svg",
        "table",
        "tbody",
    ),
    *("td", "textarea", "th", "thead", "title", "tr", "ul"),
)
BITS = [
    "x ",
    " ",
    "\n",
    "&am",
    "p;",
    "&lt;",
    "<",
    ">",
    '"',
    "'",
    "-->",
    "<!-- c -->",
    "<!o:0>",
    "<!--o:0-->",
    "</ x>",
    "<![CDATA[x]]>",
    "<input type=hidden>",
    '<a href="{v}u{/}">',
    "<b class='{v}k{/} m'>",
    "<i title={v}x{/}>",
    '<path d="{v}1{/}"/>',
    "<td {b}x{/}>",
    "<textarea>{v}t{/}</textarea>",
    "<div data-o=1>",
    "{v}",
    "{/}",
]
MARKS = ["{v}", "{b}", "{l}", "{i:1}", "{i:2}"]

ELEMENT = st.sampled_from(NAMES)


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    contents = st.lists(inner, max_size=4).map("".join)
    elements = st.builds("<{0}>{1}</{0}>".format, ELEMENT, contents)
    return elements | st.builds("{}{}{{/}}".format, st.sampled_from(MARKS), contents)


LEAVES = st.sampled_from(BITS) | st.builds("<{}>".format, ELEMENT) | st.builds("</{}>".format, ELEMENT)
PAGES = st.lists(st.recursive(LEAVES, containers, max_leaves=12), max_size=4).map("".join)


@settings(deadline=None)
@given(st.sampled_from(["", "<!doctype html>", "<!doctype html><body>"]), PAGES)
def test_each_pair_of_markers_has_one_parent_and_the_page_is_the_same(start: str, content: str) -> None:
    page = start + content
    document = read(page)
    pairs, anchors = dom.markers(document.html)
    assert pairs == len(blocks(document.root))
    assert bool(anchors) is bool(bindings(document.root))
    assert dom.shown(document.html) == dom.shown(unmarked(page))
