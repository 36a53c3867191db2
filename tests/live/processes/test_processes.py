"""Pages whose sockets are in one process follow what happens in all of them."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.live.processes.running import Served, Site, opened, wait_for
from tests.live.rendering.pages import Page

numbers = count(1)

WRITE = "from notes.models import Note; Note.objects.create(text={!r})"


@pytest.fixture
def served(first: Served, second: Served, pages: Served) -> dict[str, Served]:
    return {"first": first, "second": second, "pages": pages}


@pytest.fixture
def user() -> str:
    return f"user{next(numbers)}"


def verdict(page: Page) -> dict[str, Any]:
    """What a page is told that shall not go on as it is."""
    while not (patch := page.patch()).keys() & {"again", "denied"}:
        pass  # what was written by the tests before
    return patch


@pytest.mark.parametrize(
    ("loaded", "socket"), [("first", "first"), ("first", "second"), ("pages", "first"), ("pages", "second")]
)
def test_a_page_follows_what_is_written_anywhere(
    notes: Site, served: dict[str, Served], loaded: str, socket: str
) -> None:
    text = f"{next(numbers)} of {{}}".format
    with opened("/notes/", served[loaded], served[socket]) as page:
        for name, process in served.items():
            process.do("write", text(name))
            wait_for(page, text(name))
        notes.manage("shell", "-c", WRITE.format(text("a command")))
        wait_for(page, text("a command"))
        notes.see(text("another program"))
        wait_for(page, text("another program"))


@pytest.mark.parametrize("where", ["first", "second", "pages"])
def test_a_permission_that_is_withdrawn_anywhere_takes_the_page_away(
    served: dict[str, Served], user: str, where: str
) -> None:
    served["pages"].do("allow", user)
    cookies = served["pages"].enter(user)
    with opened("/some/", served["pages"], served["first"], cookies) as page:
        served[where].do("forbid", user)
        # Who has just come may be asked about already.
        if "denied" not in verdict(page):
            assert {"denied": True} in page.exchange().values()


@pytest.mark.parametrize("where", ["first", "second", "pages"])
def test_who_logs_out_anywhere_is_shown_nothing_more(
    served: dict[str, Served], user: str, where: str
) -> None:
    cookies = served["pages"].enter(user)
    with opened("/members/", served["second"], served["first"], cookies) as page:
        served[where].do("leave", "now", cookies)
        assert "denied" in verdict(page)


@pytest.mark.parametrize("where", ["first", "second", "pages"])
def test_what_is_touched_or_revoked_anywhere_is_looked_at(
    notes: Site, served: dict[str, Served], user: str, where: str
) -> None:
    cookies = served["pages"].enter(user)
    weather = f"weather {next(numbers)}"
    with opened("/members/", served["first"], served["first"], cookies) as page:
        (notes.folder / "weather").write_text(weather)
        served[where].do("touch", "weather")
        wait_for(page, weather)
        served[where].do("revoke", user)
        assert "again" in verdict(page)
