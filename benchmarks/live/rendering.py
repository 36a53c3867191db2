"""What a page costs that is followed: the CPU time of one GET, and of rendering it again."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from django.core.handlers.base import BaseHandler
    from django.http import HttpRequest

    from onair.live.rendering.log import Position
    from onair.live.rendering.result import PageRendering
    from onair.live.templating.lists import Last

PLAIN, LIVE, WHOLE = "/plain/", "/live/", "/live/whole/"

#: GETs of one page in a row, of which the mean is taken.
REPEATED = 5

#: What is measured so often first does not count.
WARM_UP = 10

_WITHOUT_LIVE_PAGES = "benchmarks.live.pages"
_WITH_LIVE_PAGES = "benchmarks.live.live_pages"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of two costs that were measured in turns: in seconds, the medians, and the median of their ratios."""

    base: float
    cost: float
    ratio: float

    @classmethod
    def of(cls, bases: Sequence[float], costs: Sequence[float]) -> Ratio:
        ratios = [cost / base for base, cost in zip(bases, costs, strict=True)]
        return cls(statistics.median(bases), statistics.median(costs), statistics.median(ratios))


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a GET costs.

    Args:
        after: of a plain page where there are live pages, over the same where there are none.
        live: of a page with one region, over the plain one.
        whole: of a page that is live as a whole.
    """

    after: Ratio
    live: Ratio
    whole: Ratio


def track(rounds: int) -> Tracking:
    """Measure pages that are loaded. To be called before anything else asks for a live page."""
    with _process_without_live_pages() as plain_without:
        turns = [
            (plain_without(), *(_cost(path, _WITH_LIVE_PAGES) for path in (PLAIN, LIVE, WHOLE)))
            for _ in range(rounds + WARM_UP)
        ]
    before, plain, live, whole = zip(*turns[WARM_UP:], strict=True)
    return Tracking(Ratio.of(before, plain), Ratio.of(plain, live), Ratio.of(plain, whole))


@contextmanager
def _process_without_live_pages() -> Iterator[Callable[[], float]]:
    """A process forked from this one before it has live pages, for what a plain page costs there."""
    from django.db import connections

    connections.close_all()  # a connection is not to be shared with a fork
    forks = multiprocessing.get_context("fork")
    here, there = forks.Pipe()
    process = forks.Process(target=_measure_when_asked, args=(there,))
    process.start()

    def cost() -> float:
        here.send(True)
        return float(here.recv())

    try:
        yield cost
    finally:
        here.send(False)
        process.join()


def _measure_when_asked(there: Connection) -> None:
    while there.recv():
        there.send(_cost(PLAIN, _WITHOUT_LIVE_PAGES))


def render_again(rounds: int) -> Ratio:
    """Measure a list that is rendered again since one of its rows has changed: with what is kept of it, over
    all of it anew."""
    from benchmarks.live import site
    from benchmarks.live.models import Ticket
    from onair.live.rendering.log import log

    anew, kept = [], []
    rendered = _again({})
    for number in range(rounds + WARM_UP):
        position = log.position()
        ticket = Ticket.objects.order_by("pk")[number % site.ROWS]
        ticket.title = f"Rewritten {number}"
        ticket.save(update_fields=["title"])
        last = _last(rendered, position)
        anew.append(_timed(lambda: _again({})))
        kept.append(_timed(lambda last=last: _again(last)))  # type: ignore[misc]
        rendered = _again(last)
    return Ratio.of(anew[WARM_UP:], kept[WARM_UP:])


def _again(last: Mapping[str, Last]) -> PageRendering:
    from onair.live.rendering.replay import Denied, replay
    from onair.live.rendering.viewer import Address, Viewer

    request = _request(LIVE)
    region = _region()
    result = replay(Address.of(request), Viewer.of(request, "", ""), frozenset({region}), last)
    assert not isinstance(result, Denied), f"the site answered {result.status}"
    assert region in result.regions, "the page has no live region"
    return result


@cache
def _region() -> str:
    """The id of the live page's region."""
    from onair.live.rendering.replay import ask
    from onair.live.rendering.viewer import Address, Viewer

    request = _request(LIVE)
    page = ask(Address.of(request), Viewer.of(request, "", ""), None).page
    assert page is not None, "the live page is none"
    (region,) = page.regions
    return region


def _last(rendered: PageRendering, position: Position) -> dict[str, Last]:
    """As the engine has it: what was kept, and what has changed since."""
    from onair.changes.change import Commit
    from onair.live.matching.index import affects
    from onair.live.rendering.log import log
    from onair.live.templating.lists import Last

    changes = [change for change in log.since(position) or () if isinstance(change, Commit)]
    assert changes, "the write was not captured"
    return {
        region.id: Last(region.items, lambda reads: not any(affects(reads, change) for change in changes))
        for region in rendered.regions.values()
    }


def _cost(path: str, urlconf: str) -> float:
    def get() -> None:
        request = _request(path)
        request.urlconf = urlconf  # as the handler reads it
        response = _handler().get_response(request)
        assert response.status_code == 200, f"{path}: {response.status_code}"

    return _timed(get, REPEATED)


def _timed(action: Callable[[], object], times: int = 1) -> float:
    """Return the CPU seconds of this thread for an action."""
    began = time.thread_time()
    for _ in range(times):
        action()
    return (time.thread_time() - began) / times


def _request(path: str) -> HttpRequest:
    from django.test import RequestFactory

    return RequestFactory(SERVER_NAME="127.0.0.1").get(path)


@cache
def _handler() -> BaseHandler:
    """The site's middleware and views, as a server has them."""
    from django.core.handlers.base import BaseHandler

    handler = BaseHandler()
    handler.load_middleware()
    return handler
