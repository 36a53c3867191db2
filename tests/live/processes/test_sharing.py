"""A region that is followed in several processes is rendered by one of them, for all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count

import pytest

from tests.live.markup.applying import apply
from tests.live.processes.running import Served, Site, opened, wait_for
from tests.live.rendering.pages import Page
from tests.server.clients import wait_until

numbers = count(1)

#: Writes that are looked at together, and the renderings where each of two processes makes its own.
#: On a busy machine the other one does not always wait long enough.
WRITES = 12
MOST_RENDERINGS = 2 * WRITES


class Shown:
    """What a page shows of its regions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.versions = dict(page.versions)
        self.contents = contents(page.html, self.versions)

    def hear(self) -> None:
        patch = self.page.patch()
        region = patch["r"]
        if "stale" in patch:
            return  # it could not be rendered, and is told of again
        if "again" in patch:
            self.page.versions = {region: self.versions[region]}
            self.page.listen()
            return
        if "html" in patch:
            self.contents[region] = patch["html"]
        elif patch["p"] == self.versions[region]:
            self.contents[region] = apply(self.contents[region], patch["ops"])
        else:
            return  # it has that already
        self.versions[region] = patch["v"]


def contents(html: str, regions: dict[str, str]) -> dict[str, str]:
    return {
        region: html.partition(f"<!--o:r:{region}-->")[2].partition(f"<!--/o:r:{region}-->")[0]
        for region in regions
    }


def renderings(processes: list[Served]) -> list[int]:
    return [int(process.do("renderings", "now")) for process in processes]


def write(process: Served, pages: list[Page]) -> None:
    """Write a note, and wait until all pages show it."""
    text = f"note {next(numbers)}."
    process.do("write", text)
    for page in pages:
        wait_for(page, text)


def costs_of_a_write(writer: Served, processes: list[Served], pages: list[Page]) -> list[int]:
    """Which processes have rendered a page for it, and how often."""
    before = renderings(processes)
    write(writer, pages)
    return [after - had for had, after in zip(before, renderings(processes), strict=True)]


@contextmanager
def open_in_each(processes: list[Served]) -> Iterator[list[Page]]:
    """The same page in each process, once they know of each other."""
    with ExitStack() as stack:
        pages = [stack.enter_context(opened("/notes/", processes[0], process)) for process in processes]
        wait_until(
            lambda: sum(costs_of_a_write(processes[0], processes, pages)) == 1,
            "one process renders for the other",
        )
        yield pages


@pytest.mark.parametrize("writer", ["first", "second", "pages"])
def test_one_of_two_processes_renders(first: Served, second: Served, pages: Served, writer: str) -> None:
    processes = [first, second]
    written = {"first": first, "second": second, "pages": pages}[writer]
    with open_in_each(processes) as shown:
        before = sum(renderings(processes))
        for _ in range(WRITES):
            write(written, shown)
        assert WRITES <= sum(renderings(processes)) - before < MOST_RENDERINGS


def test_a_touched_topic_is_rendered_once_as_well(notes: Site, first: Served, second: Served) -> None:
    processes = [first, second]
    with open_in_each(processes) as shown:
        before = sum(renderings(processes))
        for _ in range(WRITES):
            weather = f"weather {next(numbers)}."
            (notes.folder / "weather").write_text(weather)
            first.do("touch", "weather")
            for page in shown:
                wait_for(page, weather)
        assert WRITES <= sum(renderings(processes)) - before < MOST_RENDERINGS


def test_who_is_alone_renders_at_once(first: Served, second: Served) -> None:
    with open_in_each([first, second]) as (page, _):
        pass
    with opened("/notes/", first, first) as page:
        costs = [costs_of_a_write(second, [first, second], [page]) for _ in range(3)]
    assert costs == [[1, 0]] * 3


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_one_that_renders_is_gone_the_other_does(
    notes: Site, pages: Served, signum: signal.Signals
) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(notes.uvicorn()) for _ in range(2)]
        with open_in_each(processes) as shown:
            costs = costs_of_a_write(pages, processes, shown)
            leader = costs.index(max(costs))
            processes[leader].process.signal(signum)
            processes[leader].process.exit_code()
            for _ in range(3):
                write(pages, [shown[1 - leader]])


def test_pages_show_the_same_whoever_writes_meanwhile(first: Served, second: Served, pages: Served) -> None:
    processes = [first, second]
    with open_in_each(processes), ExitStack() as stack:
        shown = [
            Shown(stack.enter_context(opened("/notes/", first, process)))
            for process in processes
            for _ in range(2)
        ]
        with ThreadPoolExecutor(3) as threads:
            for writer in (first, second, pages):
                for _ in range(20):
                    threads.submit(writer.do, "write", f"note {next(numbers)}.")
        fresh = Page(first.address, "")
        expected = contents(fresh.load("/notes/"), fresh.versions)
        for one in shown:
            while one.contents != expected:
                one.hear()
