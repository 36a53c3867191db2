"""A page whose site has no server for its sockets says so, once, and then leaves the network alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage

from tests.browser.conftest import OpenWindow, plain_site
from tests.browser.served import Served, serving
from tests.browser.windows import LOST_SERVER

MINUTE = 60_000


@pytest.fixture
def deaf_site(tmp_path: Path) -> Iterator[Served]:
    with serving(plain_site(tmp_path, "deaf")) as site:
        yield site


def test_the_page_is_silent_after_the_fifth_refusal(deaf_site: Served, open_window: OpenWindow) -> None:
    window = open_window(LOST_SERVER)
    page = window.page
    page.clock.install()
    with page.expect_event("websocket"):
        page.goto(f"{deaf_site.url}/onair-js/")
    for _ in range(3):
        with page.expect_event("websocket"):
            page.clock.fast_forward(MINUTE)
    with page.expect_console_message(is_the_advice) as advice:
        page.clock.fast_forward(MINUTE)
    assert "manage.py onair serve" in advice.value.text
    assert len(window.sockets) == 5
    page.clock.fast_forward(4 * MINUTE)
    assert page.evaluate("onair.state") == "unavailable"
    assert len(window.sockets) == 5
    assert window.problems == [advice.value.text]
    window.problems.clear()


def is_the_advice(message: ConsoleMessage) -> bool:
    return message.text.startswith("onair: no server answers")
