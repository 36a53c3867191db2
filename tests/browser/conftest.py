from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.served import Served, make_newsroom, serving
from tests.browser.windows import Window, launch

expect.set_options(timeout=15_000)

OpenWindow = Callable[..., Window]


# For a module and not for the session: while Playwright's synchronous API is up, nothing else in this thread
# can run an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, served to all tests that leave the server alone."""
    with serving(make_newsroom(tmp_path_factory.mktemp("newsroom"))) as site:
        yield site


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site of empty pages, each with one client."""
    with serving(plain_site(tmp_path_factory.mktemp("plain"))) as site:
        yield site


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Served]:
    """The same, for one test that stops it."""
    with serving(plain_site(tmp_path)) as site:
        yield site


def plain_site(folder: Path, *command: str) -> Served:
    return Served(folder, Path(__file__).with_name("plain_site.py"), command or ("runserver", "--noreload"))


@pytest.fixture(scope="session")
def lobbies() -> Iterator[int]:
    return itertools.count(100)


@pytest.fixture
def number(lobbies: Iterator[int]) -> int:
    """The number of a lobby that no other test uses."""
    return next(lobbies)


@pytest.fixture(scope="session")
def articles() -> Iterator[int]:
    return itertools.cycle(range(1, 6))


@pytest.fixture
def article(articles: Iterator[int]) -> int:
    """An article that is nobody else's at the moment."""
    return next(articles)


@pytest.fixture(scope="session")
def doomed_articles() -> Iterator[int]:
    return iter((6, 7))


@pytest.fixture
def doomed_article(doomed_articles: Iterator[int]) -> int:
    """An article that no other test needs, and that may be deleted."""
    return next(doomed_articles)


BEFORE_IT_IS_THERE = re.compile("WebSocket is closed before the connection is established")


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[OpenWindow]:
    """Opens windows; at the end none of them may have had a problem."""
    windows: list[Window] = []

    def open_one(tolerated: re.Pattern[str] | None = None, **options: Any) -> Window:
        windows.append(Window(chromium.new_context(**options), tolerated))
        return windows[-1]

    yield open_one
    for window in windows:
        before = list(window.problems)
        window.context.close()
        # Some tests end before a page is connected: what Chromium says of that is no problem of the page.
        window.problems[:] = before + [
            problem for problem in window.problems[len(before) :] if not BEFORE_IT_IS_THERE.search(problem)
        ]
    assert [window.problems for window in windows] == [[] for _ in windows]
