"""A region that one process has rendered is the same in another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from onair.live.markup import Block, Bound, Kind, diff
from onair.live.matching.reads import Condition, Reading, ReadSet, Term
from onair.live.rendering import wire
from onair.live.rendering.result import RegionRendering
from onair.live.templating.audience import Audience, Phase, Touch
from onair.live.templating.lists import Items
from onair.live.templating.page import Options, Reads
from tests.live.templating.showing import rendered, request_of
from tests.live.templating.test_lists_again import LISTS
from tests.site.board.models import Column, Ticket
from tests.site.library.models import Book


def there(rendering: RegionRendering) -> RegionRendering:
    """The region as another process has it."""
    return wire.decode(json.loads(json.dumps(wire.encode(rendering))))


def of(tree: Block, read_set: ReadSet | None = None, **options: Any) -> RegionRendering:
    reads = Reads(read_set or ReadSet(), Audience("facts:"), Options(**options))
    return RegionRendering(tree.key, "private-onair-live-1", tree, reads, Items(nonce="1234"))


TEXTS = st.text(max_size=8) | st.sampled_from(["<i>", "\ud800", "<!--o:0-->"])
BOUND = st.builds(Bound, st.none() | st.sampled_from(["href", "="]), TEXTS)


def _blocks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Block]:
    @st.composite
    def block(draw: st.DrawFn) -> Block:
        kind = draw(st.sampled_from([kind for kind in Kind if kind is not Kind.SECRET]))
        children = draw(st.lists(inner, max_size=4))
        if kind is Kind.LIST:
            children = [child for child in children if isinstance(child, Block)]
            children = list({child.key: child for child in children}.values())
        statics = [draw(TEXTS) for _ in range(len(children) + 1)]
        return Block(kind, draw(st.sampled_from(["", "a", "b", "=20"])), tuple(statics), tuple(children))

    return block()


TREES = st.recursive(_blocks(BOUND), lambda inner: _blocks(inner | BOUND), max_leaves=12)


@settings(deadline=None)
@given(TREES, TREES)
def test_a_tree_comes_out_as_it_went_in(old: Block, new: Block) -> None:
    old_there, new_there = (there(of(tree)).tree for tree in (old, new))
    assert (new_there.html, new_there.digest, new_there.labels) == (new.html, new.digest, new.labels)
    assert (new_there.kind, new_there.key) == (new.kind, new.key)
    assert diff(new, new_there) is diff(new_there, new) is None
    assert diff(old_there, new_there) == diff(old, new)


def test_a_tree_may_be_deeper_than_functions_call_each_other() -> None:
    tree = Block(Kind.VALUE, "", ("text",))
    for _ in range(5_000):
        tree = Block(Kind.BLOCK, "", ("<i>", "</i>"), (tree,))
    told = json.dumps(wire.encode(of(tree)))
    assert json.dumps(wire.encode(wire.decode(json.loads(told)))) == told


def test_all_but_the_items_of_its_lists_comes_out_as_it_went_in() -> None:
    touches = (
        Touch("user.is_staff", "True", Phase.ACCESS, "news.views, line 7"),
        Touch("session", None, Phase.CONTENT, "news/list.html, line 3"),
    )
    read_set = ReadSet(
        (
            Reading(
                "default", Book, (Term.of({"pages": 1}, Condition("id", "gt", 5)),), None, frozenset({"id"})
            ),
        ),
        {("default", Book, 1): None},
        frozenset({"weather"}),
    )
    options = Options(mark_safe("staff"), 0.5, 30.0, ("weather",), "{n} new", "pill", pause=True)
    reads = Reads(read_set, Audience("session:1|en|UTC", touches), options, "news/list.html, line 2")
    rendering = RegionRendering(
        "a", "private-onair-live-1", Block(Kind.REGION, "a", ("",)), reads, Items("12")
    )
    told = there(rendering)
    assert (told.id, told.channel, told.reads) == (rendering.id, rendering.channel, rendering.reads)
    assert told.reads.audience.is_personal
    assert told.items == Items(nonce="")
    assert type(told.options.audience) is str


PAGES = {
    "a list": ("{% include 'board/list.html' %}", False),
    "one row": ("{% include 'board/column.html' %}", False),
    "a count": ("{% include 'board/counter.html' %}", False),
    "the whole page": ("{% include 'board/whole.html' %}", True),
    "regions in a page": (
        """{% live %}<p title="{{ column }}">{{ column }}</p>
        {% live tickets as t %}<b>{{ t }}</b>{% endlive %}
        {% nolive %}{{ column }}{% endnolive %}<textarea>{{ column }}</textarea>{% endlive %}""",
        True,
    ),
    **{name: (f"{{% live rows as t %}}{item}{{% endlive %}}", False) for name, (item, _) in LISTS.items()},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_region_of_a_page_is_told_of_changes_as_it_is_where_it_was_rendered(name: str) -> None:
    template, whole = PAGES[name]
    user = User.objects.create(username="ann", is_staff=True)
    column, other = (Column.objects.create(name=name) for name in "ab")
    ticket = Ticket.objects.create(title="<first>", column=column, owner=user)
    Ticket.objects.create(title="second", column=other)

    def shown() -> dict[str, RegionRendering]:
        _, query = LISTS.get(name, LISTS["all"])
        context = {
            "tickets": Ticket.objects.order_by("id"),
            "column": Column.objects.get(pk=column.pk),
            "rows": query(),
        }
        return dict(rendered(template, context, request_of(user=user), whole=whole).regions)

    before = shown()
    Ticket.objects.create(title="third", column=other)
    Ticket.objects.filter(pk=ticket.pk).update(title="last", column=other)
    Column.objects.filter(pk=column.pk).update(name="renamed")
    after = shown()
    assert before.keys() == after.keys() != set()
    assert any(diff(before[region].tree, after[region].tree) for region in after)
    for region in after:
        old, new = there(before[region]), there(after[region])
        assert (new.tree.html, new.tree.digest) == (after[region].tree.html, after[region].tree.digest)
        assert new.reads == after[region].reads
        assert diff(after[region].tree, new.tree) is None
        assert diff(old.tree, new.tree) == diff(before[region].tree, after[region].tree)


TOLD = wire.encode(
    of(
        Block(Kind.REGION, "a", ("", "", ""), (Bound("href", "/"), Block(Kind.VALUE, "", ("1",)))),
        ReadSet(
            (
                Reading(
                    "default",
                    Book,
                    (
                        Term.of(
                            {"pages": 1},
                            Condition("id", "in", frozenset({1, 2})),
                            Condition("id", "range", (1, 2)),
                        ),
                    ),
                    None,
                    frozenset({"title"}),
                    frozenset({1}),
                ),
            ),
            {("default", Book, 1): frozenset({"pages"})},
            frozenset({"weather"}),
        ),
        topics=("weather",),
    )
)


def _places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all that is in it."""
    yield path
    if isinstance(content, dict | list):
        for at, inner in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _places(inner, (*path, at))


def _with(path: tuple[Any, ...], value: Any) -> Any:
    content = [deepcopy(TOLD)]
    *way, last = (0, *path)
    where: Any = content
    for step in way:
        where = where[step]
    where[last] = value
    return content[0]


READINGS, ROWS = ("reads", 0), ("reads", 1)
TERM = (*READINGS, 0, 2, 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), None),
        ((), {}),
        (("id",), 7),
        (("more",), 7),
        (("tree",), []),
        (("tree",), [["v", "", ["1"]], ["v", "", ["1"]]]),
        (("tree",), [["=", "href", ["/"]]]),
        (("tree", 0), ["=", "href", []]),
        (("tree", 0), ["z", "", ["1"]]),
        (("tree", 0), ["v", None, ["1"]]),
        (("tree", 2), ["r", "a", []]),
        (("tree", 2), ["r", "a", ["", ""]]),
        (("tree", 2), ["r", "a", ["", "", "", ""]]),
        ((*READINGS, 0, 0), "nowhere"),
        ((*READINGS, 0, 1), "library.gone"),
        ((*READINGS, 0, 1), "book"),
        ((*READINGS, 0, 4), "title"),
        ((*READINGS, 0, 5), [[1]]),
        ((*READINGS, 0, 5), [{"n": "sNaN"}]),
        ((*TERM, 0), [["pages"]]),
        ((*TERM, 0), [["pages", 1.5]]),
        ((*TERM, 1, 0, 1), "contains"),
        ((*TERM, 1, 0, 2), "12"),
        ((*TERM, 1, 0, 2), 1),
        ((*TERM, 1, 1, 2), [1, 2, 3]),
        ((*ROWS, 0, 0), "nowhere"),
        ((*ROWS, 0, 1), "library.gone"),
        ((*ROWS, 0, 3), [{"x": 1}]),
        (("options", "throttle"), "soon"),
        (("audience", "why"), [{}]),
    ],
)
def test_what_is_no_region_is_an_error(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(ValueError, match="no region that can be shown here"):
        wire.decode(_with(path, value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("nmdstuk"), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(_places(TOLD))), JSON)
def test_whatever_comes_is_a_region_or_an_error(path: tuple[Any, ...], value: Any) -> None:
    try:
        found = wire.decode(_with(path, value))
    except ValueError:
        return
    assert wire.decode(wire.encode(found)).tree.html == found.tree.html
