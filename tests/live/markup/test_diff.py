"""Operations make the old page the new one, and are no more than it takes."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onair.live.markup import Block, Bound, Kind, diff, parse
from tests.live.markup.applying import apply
from tests.live.markup.marking import MARKS, NONCE, read
from tests.live.markup.places import BODY

FILLING = "<p>much that stays as it is, so that an operation is worth it</p>" * 3


def operations(old: str, new: str) -> list[Any] | None:
    """What is told of a region that has changed."""
    before, after = (read(f"{BODY}{{r:a}}{page}{FILLING}{{/}}").regions["a"] for page in (old, new))
    return diff(before, after)


def items(keys: str) -> str:
    return "<ul>{l}" + "".join(f"{{i:{key}}}<li>{{v}}{key}{{/}}</li>{{/}}" for key in keys) + "{/}</ul>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{v}1{/}", "{v}1{/}", None),
        ("{v}1{/}", "{v}2{/}", [["h", [0], "2"]]),
        ("<i title='{v}1{/}'>a</i>", "<i title='{v}&lt;2{/}'>a</i>", [["a", [0], "title", "<2"]]),
        ("<textarea>{v}1{/}</textarea>", "<textarea>{v}&lt;2{/}</textarea>", [["t", [0], "<2"]]),
        ("{b}<i>{v}1{/}</i>{/}", "{b}<i>{v}2{/}</i>{/}", [["h", [0, 0], "2"]]),
        ("{b}<i>{v}1{/}</i>{/}", "{b}<b>{v}1{/}</b>{/}", [["h", [0], "<b><!--o:0-->1<!--/o:0--></b>"]]),
        (items("abcd"), items("acd"), [["d", [0], "b"]]),
        (items("abcd"), items("bcda"), [["m", [0], "a", None]]),
        (items("abcd"), items("dabc"), [["m", [0], "d", "a"]]),
        (items("acd"), items("abcd"), [["i", [0], "b", "c", "<li><!--o:0-->b<!--/o:0--></li>"]]),
        (items(""), items("a"), [["i", [0], "a", None, "<li><!--o:0-->a<!--/o:0--></li>"]]),
        ("{l}{i:a}{v}1{/}{/}{/}", "{l}{i:a}{v}2{/}{/}{/}", [["h", [0, "a", 0], "2"]]),
        ("{l}none{/}", "{l}{i:a}b{/}{/}", [["h", [0], "<!--o:a-->b<!--/o:a-->"]]),
        ("{r:b}1{/}", "{r:b}2{/}", None),
        ("{b}{r:b}1{/}{/}", "{b}<i>{r:b}2{/}</i>{/}", [["h", [0], "<i><!--o:r:b-->2<!--/o:r:b--></i>"]]),
    ],
)
def test_what_is_told_of_a_change(old: str, new: str, expected: list[Any] | None) -> None:
    assert operations(old, new) == expected


def test_many_operations_are_one_where_that_is_shorter() -> None:
    assert [op[:2] for op in operations(items("abcdefgh"), items("stuvwxyz")) or []] == [["h", [0]]]


def test_a_region_is_told_whole_where_what_is_around_its_blocks_differs() -> None:
    assert [op[:2] for op in operations("<p>{v}1{/}</p>", "<i>{v}1{/}</i>") or []] == [["h", []]]


def test_the_digest_of_a_page_is_not_that_of_the_regions_inside() -> None:
    one, other = (read(f"{BODY}{{v}}a{{/}}{{r:b}}{text}{{/}}") for text in "12")
    assert one.root.digest == other.root.digest
    assert one.regions["b"].digest != other.regions["b"].digest
    assert len(one.root.digest) == 12


def test_an_address_keeps_what_only_looks_like_a_reference() -> None:
    bound = Bound("href", "?a=1&copy=2&amp;b=&notit;&copy;&#65;")
    assert bound.value == "?a=1&copy=2&b=&notit;©A"


WORDS = st.sampled_from(["", "a", "b", "<i>&lt;", '"', "much longer than that"]).map(escape)
VALUES = WORDS.map(lambda word: ("v", word))
BOUND = st.tuples(st.just("a"), WORDS) | st.tuples(st.just("t"), WORDS)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    contents = st.lists(inner, max_size=4)
    keyed = st.lists(
        st.tuples(st.sampled_from("pqrstuvw"), contents), max_size=6, unique_by=lambda item: item[0]
    )
    return (
        st.tuples(st.just("b"), contents)
        | st.tuples(st.just("l"), keyed)
        | st.tuples(st.sampled_from(["p", "em", "section"]), contents)
    )


NODES = st.recursive(VALUES | BOUND | WORDS, containers, max_leaves=12)


def template(node: Any) -> str:
    """A random page with its marks."""
    if isinstance(node, str):
        return node
    kind, content = node
    if kind == "v":
        return f"{MARKS.open(Kind.VALUE)}{content}{MARKS.close()}"
    if kind in ("a", "t"):
        value = template(("v", content))
        return f'<i title="{value}">c</i>' if kind == "a" else f"<textarea>{value}</textarea>"
    if kind == "l":
        inner = [
            f"{MARKS.open(Kind.ITEM, key)}{template(('', item))}{MARKS.close()}" for key, item in content
        ]
        return f"{MARKS.open(Kind.LIST)}{''.join(inner)}{MARKS.close()}"
    inner = [template(item) for item in content]
    if kind == "b":
        return f"{MARKS.open(Kind.BLOCK)}{''.join(inner)}{MARKS.close()}"
    return f"<{kind}>{''.join(inner)}</{kind}>" if kind else "".join(inner)


def tree(nodes: list[Any]) -> Block:
    return parse(BODY + template(("", nodes)), NONCE).root


@settings(deadline=None)
@given(st.lists(NODES, max_size=4), st.lists(NODES, max_size=4))
def test_operations_make_any_page_of_any_other(old: list[Any], new: list[Any]) -> None:
    before, after = tree(old), tree(new)
    assert apply(before.html, diff(before, after) or []) == after.html


@settings(deadline=None)
@given(
    st.permutations("abcdefgh"), st.sets(st.sampled_from("abcdefghijk")), st.sampled_from(["", FILLING * 9])
)
def test_operations_make_any_list_of_any_other(order: list[str], kept: set[str], filling: str) -> None:
    old = [("l", [(key, [("v", key), filling]) for key in "abcdefgh"])]
    new = [("l", [(key, [("v", key.upper()), filling]) for key in (*order, *"ijk") if key in kept])]
    before, after = tree(old), tree(new)
    assert apply(before.html, diff(before, after) or []) == after.html
