"""The server goes away and comes back; so do the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import edit, notice, save, sign_in, state, summary
from tests.browser.served import Served, make_newsroom, serving
from tests.browser.windows import LOST_SERVER

#: Milliseconds in which a page tries again, however its luck with the jitter. By itself pusher-js waits 15 s.
NEXT_TRY = 9_000


@pytest.fixture
def own_newsroom(tmp_path: Path) -> Iterator[Served]:
    with serving(make_newsroom(tmp_path)) as site:
        yield site


def test_both_pages_come_back_when_the_server_does(own_newsroom: Served, open_window: OpenWindow) -> None:
    anna, ben = open_window(LOST_SERVER).page, open_window(LOST_SERVER).page
    for page, username in ((anna, "anna"), (ben, "ben")):
        page.clock.install()
        sign_in(page, own_newsroom, username)
        edit(page, own_newsroom, 1)
    expect(summary(anna)).to_have_text("You and Ben")
    own_newsroom.kill()
    for page in (anna, ben):
        expect(state(page)).not_to_have_text("Live")
    own_newsroom.start()
    for page in (anna, ben):
        page.clock.fast_forward(NEXT_TRY)
    for page, other in ((anna, "Ben"), (ben, "Anna")):
        expect(state(page)).to_have_text("Live")
        expect(summary(page)).to_have_text(f"You and {other}")
        expect(notice(page, "gap")).to_contain_text("You were offline")
    save(anna, title="Still there")
    expect(notice(ben, "updated")).to_be_visible()
    expect(summary(ben)).to_have_text("Only you")
