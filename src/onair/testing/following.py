"""A live page in a test: rendered, changed by the test's code, and looked at as a browser shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.test import Client, RequestFactory

from onair.changes.change import Commit
from onair.live import capture
from onair.live.explaining import words
from onair.live.markup import Block, diff
from onair.live.markup.marks import Kind
from onair.live.matching.index import Index, affects
from onair.live.matching.reads import Reading, ReadSet
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.templating.lists import Last
from onair.live.templating.page import WHOLE_PAGE
from onair.live.visiting import PageNotShown, Visit
from onair.testing.change import LiveChange
from onair.testing.telling import Told, place_of
from onair.testing.writes import Writes, collected

#: What stands for the page's access in the index.
_ACCESS = ("access",)


class LivePage:
    """A live page that somebody has open. See :func:`onair.testing.assertLive`."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._page = visit.render()
        self._shown = self._page.document.root
        #: All that was written and touched since, and how much of it each region was rendered after.
        self._changes: list[Commit | str] = []
        self._seen = dict.fromkeys(self._page.regions, 0)

    def on(self, action: Callable[[], object]) -> LiveChange:
        """Run code, and return what it does to the open page.

        Everything is done on this thread: what is written is matched with what the page has read, the regions
        that it concerns are rendered again, and what differs is put into the page. The other regions are
        rendered as well, to see that nothing was missed.

        Args:
            action: called without arguments. What it raises is raised here.

        Raises:
            AssertionError: a region would not have followed what was written.
        """
        __tracebackhide__ = True
        with collected() as writes:
            action()
        self._changes += [*writes.commits, *writes.topics]
        matched = _match(self._page, writes)
        told = Told(self._visit, self._page, writes, frozenset(matched - {_ACCESS}))
        before = self._shown
        try:
            # As the server does it: those that are concerned, alone, and of their lists what has changed.
            again = self._visit.render(told.matched, self._last(told.matched)) if told.matched else None
            after = self._visit.render()
        except PageNotShown as refused:
            if refused.status >= 500:
                raise
            _assert_noticed(self._page, matched, writes, refused, told)
            return LiveChange(told, before, before, refused)
        fresh = {} if again is None else again.regions
        _assert_whole(told, fresh, after, self._visit)
        self._shown = _patched(before, {name: region.tree for name, region in fresh.items()})
        self._go_on(fresh, after)
        return LiveChange(told, before, self._shown, None)

    def _last(self, regions: Iterable[str]) -> dict[str, Last]:
        """Return how regions were rendered last, for their next rendering."""
        return {
            name: Last(self._page.regions[name].items, partial(self._is_same, self._seen[name]))
            for name in regions
        }

    def _is_same(self, since: int, read_set: ReadSet) -> bool:
        return not any(
            change in read_set.topics if isinstance(change, str) else affects(read_set, change)
            for change in self._changes[since:]
        )

    def _go_on(self, fresh: Mapping[str, RegionRendering], after: PageRendering) -> None:
        """Follow the regions as the server does: those that it did not render by what they had read then."""
        before = self._page.regions
        regions = {
            name: fresh.get(name) or before.get(name) or region for name, region in after.regions.items()
        }
        self._page = replace(after, regions=regions)
        self._seen = {
            name: self._seen[name] if region is before.get(name) else len(self._changes)
            for name, region in regions.items()
        }


def open_page(url: str, user: Any, client: Client | None) -> LivePage:
    """Render a page, as it is opened in a browser.

    Raises:
        AssertionError: it is no live page, or is not shown.
    """
    __tracebackhide__ = True
    parts = urlsplit(url)
    # The request that the client would make, with its headers and cookies, without making it.
    request = RequestFactory.request(
        client or Client(),  # type: ignore[arg-type] # a subclass of it, where it runs
        REQUEST_METHOD="GET",
        PATH_INFO=unquote_to_bytes(parts.path).decode("latin-1"),
        QUERY_STRING=parts.query,
    )
    try:
        page = LivePage(Visit.of(request, user))
    except PageNotShown as error:
        raise AssertionError(str(error)) from error
    if not capture.is_on():
        raise AssertionError(
            'ONAIR["LIVE"] is False: nothing that is written is captured, so that no page follows it. '
            "Leave it out, or override it in the test."
        )
    return page


def _match(page: PageRendering, writes: Writes) -> set[Any]:
    """Return the regions that what was written concerns, as the server finds them."""
    index = Index()
    index.add(_ACCESS, page.access)
    for region in page.regions.values():
        index.add(region.id, region.reads.read_set)
    found = {one for commit in writes.commits for one in index.match(commit)}
    return found | {one for topic in writes.topics for one in index.match_topic(topic)}


def _patched(block: Block, trees: Mapping[str, Block]) -> Block:
    """Return the page with the regions as they are now."""
    if WHOLE_PAGE in trees:
        return trees[WHOLE_PAGE]
    children = [
        _patched_child(child, trees) if isinstance(child, Block) else child for child in block.children
    ]
    return Block(block.kind, block.key, block.statics, tuple(children))


def _patched_child(child: Block, trees: Mapping[str, Block]) -> Block:
    if child.kind is Kind.REGION and child.key in trees:
        return trees[child.key]
    return _patched(child, trees)


def _assert_whole(
    told: Told, fresh: Mapping[str, RegionRendering], after: PageRendering, visit: Visit
) -> None:
    """Assert that each region, rendered or not, is now what a page is that is loaded now."""
    __tracebackhide__ = True
    for region in told.page.regions.values():
        now = after.regions.get(region.id)
        shown = fresh.get(region.id, region)
        if now is None or diff(shown.tree, now.tree) is None:
            continue
        once_more = visit.render().regions.get(region.id)
        if once_more is None or diff(now.tree, once_more.tree) is not None:
            continue  # it is another one with each rendering, which no write can be missed for
        if region.id in told.matched:
            raise AssertionError(
                f"The region {region.id} ({place_of(region)}) is another one when it is rendered alone: what "
                f"its template does before it reaches into it.\n{told}"
            )
        tables = _tables_that_differ(region.reads.read_set, now.reads.read_set)
        raise AssertionError(
            f"Missed: the region {region.id} ({place_of(region)}) has changed, and nothing that was captured "
            f"concerns it. It is about {tables}. What raw SQL or another program writes is seen by triggers "
            f"alone; what is not in the database needs onair.touch() or {{% live every=… %}}.\n{told}"
        )


def _assert_noticed(
    page: PageRendering, matched: Iterable[Any], writes: Writes, refused: PageNotShown, told: Told
) -> None:
    """Assert that an open page is told that it is not shown any more."""
    __tracebackhide__ = True
    noticed = writes.revoked | writes.logged_out
    if _ACCESS in matched or page.viewer.user in noticed or told.matched:
        return
    raise AssertionError(
        f"Missed: {refused} Nothing that was captured concerns what decides it: call onair.revoke(user).\n"
        f"{told}"
    )


def _tables_that_differ(before: ReadSet, after: ReadSet) -> str:
    """Return the tables in which a region finds other rows than before; all of its tables where none does."""
    rows = {(using, model) for using, model, _ in before.instances.keys() ^ after.instances.keys()}
    keyed = {*_keyed(before)} ^ {*_keyed(after)}
    found = rows | {(reading.using, reading.model) for reading in keyed}
    found = found or {(reading.using, reading.model) for reading in before.readings}
    return ", ".join(sorted(words.table_of(model, using) for using, model in found)) or "no table"


def _keyed(read_set: ReadSet) -> Iterable[Reading]:
    return (reading for reading in read_set.readings if reading.keys is not None)
