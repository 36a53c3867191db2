"""Where a mark stays, and what the browser gets for it."""

from __future__ import annotations

import pytest

from onair.live.markup import diff
from tests.live.markup import dom
from tests.live.markup.marking import bindings, blocks, read, unmarked
from tests.live.markup.places import BODY, PLACES

places = pytest.mark.parametrize(("page", "pairs", "bound"), PLACES.values(), ids=PLACES)


@places
def test_a_block_stays_where_its_markers_have_one_parent(page: str, pairs: int, bound: int) -> None:
    document = read(page)
    assert len(blocks(document.root)) == dom.markers(document.html)[0] == pairs
    assert len(bindings(document.root)) == bound
    assert bool(dom.markers(document.html)[1]) is bool(bound)


@places
def test_markers_change_nothing_else_in_the_page(page: str, pairs: int, bound: int) -> None:
    assert dom.shown(read(page).html) == dom.shown(unmarked(page))


@places
def test_what_has_no_place_is_told_with_its_reason(page: str, pairs: int, bound: int) -> None:
    lost = read(page).lost
    assert all(mark.why for mark in lost)


@places
def test_a_page_differs_in_nothing_from_itself(page: str, pairs: int, bound: int) -> None:
    one, other = read(page), read(page)
    assert diff(one.root, other.root) is None
    assert one.root.digest == other.root.digest


def test_numbers_and_keys_name_the_blocks() -> None:
    bound = "<p title='{v}2{/}' lang='{v}3{/}'>"
    page = f"{BODY}{{r:a.b}}{{v}}1{{/}}{bound}{{l}}{{i:7}}4{{/}}{{/}}</p>{{/}}"
    assert read(page).html == (
        f"{BODY}<!--o:r:a.b--><!--o:0-->1<!--/o:0--><p data-o=\"1 2\" title='2' lang='3'>"
        "<!--o:3--><!--o:7-->4<!--/o:7--><!--/o:3--></p><!--/o:r:a.b-->"
    )


def test_a_row_of_a_table_is_written_with_the_body_that_it_implies() -> None:
    page = read(f"{BODY}<table>{{l}}{{i:1}}<tr><td>a</td></tr>{{/}}{{/}}</table>").html
    assert "<table><tbody><!--o:0--><!--o:1--><tr>" in page


def test_items_with_equal_keys_or_none_are_no_list() -> None:
    for keys in ("{i:1}a{/}{i:1}b{/}", "{i}a{/}", "{i:1}a{/} {i:2}b{/}"):
        document = read(f"{BODY}<p>{{l}}{keys}{{/}}</p>")
        assert "<!--o:0--><!--o:0-->a" in document.html
        assert [mark.kind for mark in document.lost] == ["l"]


def test_a_second_region_of_one_name_is_a_block() -> None:
    document = read(f"{BODY}{{r:a}}1{{/}}{{r:a}}2{{/}}")
    assert document.regions["a"].html == "1"
    assert "<!--o:1-->2<!--/o:1-->" in document.html


def test_a_region_that_is_lost_leaves_those_inside_of_it() -> None:
    document = read(f"{BODY}<div>{{r:a}}<p>{{r:b}}1{{/}}</p></div>{{/}}")
    assert document.regions.keys() == {"b"}
    assert [(mark.kind, mark.label) for mark in document.lost] == [("r", "a")]
