"""Naming a part of a page."""

from __future__ import annotations

import pytest

from onair.testing.html import read
from onair.testing.selectors import BadSelector, select

PAGE = """
<main id="board" class="wide">
  <ul class="open list"><li>one <li class="x y">two <ul><li data-key="a-b">deep</ul></ul>
  <p><!--o:0--><a href="/one?a=1&amp;b=2" data-o="3">link</a><!--/o:0--><br><input name="q"></p>
  <table><tr><td>1<td>2<tr><td>3</table>
  <svg><path d="M0"/><path d="M1"/></svg>
</main>
"""

FOUND = [
    ("li", ["one", "two deep", "deep"]),
    ("LI.x", ["two deep"]),
    (".x.y", ["two deep"]),
    ("#board p a", ["link"]),
    ("#board > a", []),
    ("main > ul > li", ["one", "two deep"]),
    ("ul ul li", ["deep"]),
    ("main > ul li > ul > li", ["deep"]),
    ("li:first", ["one"]),
    ("li:last", ["deep"]),
    ("ul.open > li:last", ["two deep"]),
    ("td:first-child", ["1", "3"]),
    ("tr:last-child td", ["3"]),
    ("tr > td", ["1", "2", "3"]),
    ("a[href]", ["link"]),
    ('a[href="/one?a=1&b=2"]', ["link"]),
    ("a[href^='/one']", ["link"]),
    ("a[href$=b]", []),
    ("[data-key*=-]", ["deep"]),
    ("[class~=list] > .x", ["two deep"]),
    ("a, td:first, li.x", ["two deep", "link", "1"]),
    ("path", ["", ""]),
    ("#board *:first", ["one two deep"]),
    ("[data-o]", []),
]


@pytest.mark.parametrize(("selector", "texts"), FOUND, ids=[selector for selector, _ in FOUND])
def test_what_a_selector_names_is_found_in_the_order_of_the_page(selector: str, texts: list[str]) -> None:
    assert [element.text for element in select(read(PAGE), selector)] == texts


@pytest.mark.parametrize(
    "selector",
    ["", "li:not(.x)", "li + li", "li:hover", "li >", "> li", "li:first a", "li,,a", "li[", "a::before", "1"],
)
def test_a_selector_that_is_not_understood_says_what_is(selector: str) -> None:
    with pytest.raises(BadSelector, match=r"does not understand .*\. It knows tag, \*, #id"):
        select(read(PAGE), selector)


def test_elements_are_the_same_that_are_the_same_to_a_browser() -> None:
    one, other = (
        '<p b="1" a="&quot;">x &amp; y<br></p>',
        "<p a='\"' b=1><!--o:1-->x &amp; y<!--/o:1--><br/></p>",
    )
    assert str(read(one).elements[0]) == str(read(other).elements[0])


def test_text_is_what_is_seen() -> None:
    assert read("<p>a <b>b</b>\n c</p><script>d</script><style>e</style>").text == "a b c"
