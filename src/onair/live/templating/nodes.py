"""What Django's own template nodes do on a live page: their output is marked, so that it can be told apart.

Each is patched once, when the first live page is defined, and looks at its context's class: any other
template is rendered as ever.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Page as PaginatedPage
from django.db.models import QuerySet
from django.template import context as template_context
from django.template.backends import django as backend
from django.template.base import Node, NodeList, Template, VariableNode
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode, FilterNode, ForNode, IfNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode
from django.templatetags.cache import CacheNode
from django.utils.safestring import SafeString

from onair.live.markup import Kind, unmarked
from onair.live.reading.recorder import Recorder, recording
from onair.live.templating import page as pages
from onair.live.templating.columns import text_of_column
from onair.live.templating.context import RTContext
from onair.live.templating.keys import NONE, key_of
from onair.live.templating.lists import Item, Place, Unchanged, can_keep, rows_with_kept
from onair.live.templating.page import WHOLE_PAGE, Options, Page, Surroundings
from onair.live.templating.people import People
from onair.live.templating.proxies import rows_of

#: What stands in a region for the secret of a form: the page's own fills it in.
CSRF_PLACEHOLDER = '<input type="hidden" name="csrfmiddlewaretoken" value="" data-onair-csrf>'


_installed = False


def install() -> None:
    """Let the templates of live pages be marked. Twice does no harm."""
    global _installed
    if _installed:
        return
    _installed = True
    backend.make_context = _make_context  # type: ignore[attr-defined]
    for node, render in _RENDERS.items():
        _patch(node, "render", render)
    _patch(Template, "render", _render_template)


def _patch(owner: type, name: str, replacement: Callable[..., Any]) -> None:
    original = getattr(owner, name)

    def patched(self: Any, context: Any) -> Any:
        # For each variable of all other pages, too: nothing is faster.
        return replacement(original, self, context) if type(context) is RTContext else original(self, context)

    patched.__wrapped__ = original  # type: ignore[attr-defined]
    setattr(owner, name, patched)


def _make_context(context: Any, request: Any = None, **options: Any) -> Context:
    page = pages.current()
    if page is None or (context is not None and not isinstance(context, dict)):
        return template_context.make_context(context, request, **options)
    made = RTContext(request=request, page=page, **options)
    if context:
        made.push(context)
    made.surroundings = Surroundings.of(made)
    return made


def _render_template(original: Callable[..., str], template: Template, context: RTContext) -> str:
    """Render a template; the outermost one of a live page is the page's."""
    page = context.page
    if page is None or page.is_rendering or page.is_making_content:
        return original(template, context)
    page.is_rendering = True
    try:
        with page.template():
            if not page.is_whole:
                return original(template, context)
            whole = page.render_region(
                WHOLE_PAGE,
                Options(),
                lambda: original(template, context),
                has_surroundings=False,
                may_hold_others=True,
            )
            return SafeString(whole)
    finally:
        page.is_rendering = False


def _render_variable(original: Callable[..., str], node: VariableNode, context: RTContext) -> str:
    page = _marked(context)
    if page is None:
        return original(node, context)
    column = text_of_column(node.filter_expression, context)
    if column is not None:
        return f"{page.value_mark}{column}{page.end_mark}"
    if node.filter_expression.token in ("csrf_token", "csp_nonce"):
        with page.watch.ignoring():
            return page.secret(original(node, context), "")
    before = context.live_reads
    text = original(node, context)
    if context.live_reads == before:
        return text
    return f"{page.value_mark}{text}{page.end_mark}"


def _render_block(original: Callable[..., str], node: Node, context: RTContext) -> str:
    """Mark what may come and go as a whole."""
    page = _marked(context)
    if page is None:
        return original(node, context)
    return f"{page.block_mark}{original(node, context)}{page.end_mark}"


def _render_processed(original: Callable[..., str], node: Any, context: RTContext) -> str:
    """Render a tag that gets its content as a text: the text has no marks in it."""
    page = _marked(context)
    if page is None or not hasattr(node, "nodelist"):
        return original(node, context)
    processed = copy.copy(node)
    processed.nodelist = _Unmarked(node.nodelist, page.nonce)
    return f"{page.block_mark}{original(processed, context)}{page.end_mark}"


def _render_for(original: Callable[..., str], node: Any, context: RTContext) -> str:
    page = _marked(context)
    if page is None:
        return original(node, context)
    values = node.sequence.resolve(context, ignore_failures=True)
    looped = copy.copy(node)
    place = _place(page, node, values)
    kept = _kept(page, place)
    rows = (
        rows_with_kept(values, kept) if kept else _keyed_rows_of(values) if len(node.loopvars) == 1 else None
    )
    if rows is None:
        looped.sequence = _Resolved(values)
        return _render_block(original, looped, context)
    looped.sequence = _Resolved(rows)
    looped.nodelist_loop = NodeList([_Item(node.loopvars[0], node.nodelist_loop, page, place)])
    if node.nodelist_empty:
        looped.nodelist_empty = NodeList([_Nothing(node.nodelist_empty, page)])
    return f"{page.list_mark}{original(looped, context)}{page.end_mark}"


def _place(page: Page, node: ForNode, values: Any) -> Place | None:
    """Return by what the items of a list are found in the next rendering, None where none can be kept.

    A page's first rendering keeps none: perhaps nothing ever changes.
    """
    region = page.region
    if region is None or not page.is_again or region.depth or not can_keep(node, values):
        return None
    if region.options.topics or region.options.every:
        return None  # what its items show may change without their rows
    region.runs[node] += 1
    return node, values.model, values.db, region.runs[node]


def _kept(page: Page, place: Place | None) -> dict[Any, Item]:
    region = page.region
    last = None if region is None else page.last.get(region.id)
    return {} if place is None or last is None else last.kept(place, page.nonce)


def _keyed_rows_of(values: Any) -> Sequence[Any] | None:
    """Return the rows of a list that is live, None where its rows have no keys."""
    rows = rows_of(values)
    if rows is not None:
        return rows
    values = values.object_list if isinstance(values, PaginatedPage) else values
    if isinstance(values, QuerySet | People) and all(key_of(row) is not None for row in values):
        return list(values)
    return None


def _render_csrf(original: Callable[..., str], node: CsrfTokenNode, context: RTContext) -> str:
    page = context.page
    if page is None:
        return original(node, context)
    with page.watch.ignoring():
        text = original(node, context)
    return SafeString(page.secret(text, CSRF_PLACEHOLDER)) if page.inside else text


def _render_cached(original: Callable[..., str], node: CacheNode, context: RTContext) -> str:
    """Render what is cached: a fragment does not say what it was read from."""
    page = _marked(context)
    return original(node, context) if page is None else node.nodelist.render(context)


def _marked(context: RTContext) -> Page | None:
    """Return the page, where one of its regions is being rendered."""
    page = context.page
    return page if page is not None and page.inside else None


class _Resolved:
    """A loop's sequence that has been resolved already."""

    def __init__(self, values: Any) -> None:
        self._values = values

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        return self._values


class _Unmarked:
    """Nodes whose text is for code, and not for the page."""

    def __init__(self, nodelist: NodeList, nonce: str) -> None:
        self._nodelist = nodelist
        self._nonce = nonce

    def render(self, context: Context) -> SafeString:
        return SafeString(unmarked(self._nodelist.render(context), self._nonce))


class _Item(Node):
    """The body of a loop, marked with the key of the row that it is rendered for."""

    def __init__(self, variable: str, nodelist: NodeList, page: Page, place: Place | None) -> None:
        self._variable = variable
        self._nodelist = nodelist
        self._page = page
        self._place = place

    def render_annotated(self, context: Context) -> SafeString:
        return self.render(context)

    def render(self, context: Context) -> SafeString:
        row, page = context[self._variable], self._page
        text = self._nodelist.render(context) if self._place is None else self._kept(row, context)
        return SafeString(f"{page.marks.open(Kind.ITEM, key_of(row) or '')}{text}{page.end_mark}")

    def _kept(self, row: Any, context: Context) -> str:
        """Return the item's text, and keep it with what it was rendered from."""
        page, region = self._page, self._page.region
        assert region is not None, "a list that is kept is in a region"
        assert self._place is not None, "and has a place there"
        items = region.items.setdefault(self._place, {})
        if isinstance(row, Unchanged):
            items[row.key] = row.item
            region.recorder.include(row.item.read_set)
            return row.item.text
        recorder, noted = Recorder(), page.watch.noted
        region.depth += 1
        try:
            with recording(recorder):
                text = self._nodelist.render(context)
        finally:
            region.depth -= 1
        region.recorder.merge(recorder)
        if page.watch.noted == noted:  # else it is for its visitor, and the next one may be another
            items[row.pk] = Item(text, recorder.read_set())
        return text


class _Nothing(Node):
    """What a list shows where it has no items: an item, so that the list around it stays."""

    def __init__(self, nodelist: NodeList, page: Page) -> None:
        self._nodelist = nodelist
        self._marks = page.marks

    def render_annotated(self, context: Context) -> SafeString:
        return self.render(context)

    def render(self, context: Context) -> SafeString:
        text = self._nodelist.render(context)
        return SafeString(f"{self._marks.open(Kind.ITEM, NONE)}{text}{self._marks.close()}")


_RENDERS: dict[type[Node], Callable[..., str]] = {
    VariableNode: _render_variable,
    ForNode: _render_for,
    IfNode: _render_block,
    BlockNode: _render_block,
    FilterNode: _render_processed,
    SimpleNode: _render_processed,  # that of a block is one
    CsrfTokenNode: _render_csrf,
    CacheNode: _render_cached,
}
