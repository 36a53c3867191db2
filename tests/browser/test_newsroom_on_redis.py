"""The demo as it is, in two processes that share it through Redis, with ``ONAIR_URL`` alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.newsroom import edit, notice, save, sign_in, summary, visit
from tests.browser.served import ROOT, Served
from tests.deployments.running import processes_of
from tests.embedded.running import Process, started
from tests.redis_server import RedisServer

#: What the demo writes on its way, and how often: each has its own time.
STEPS = (
    ("journalists", 1),
    ("Started parent process", 1),
    ("Application startup complete", 1),
    ("Application startup complete", 2),
)


class Shared(NamedTuple):
    """The demo, and the process whose children serve it."""

    site: Served
    process: Process

    def holders(self) -> set[int]:
        """The processes that have connections of browsers."""
        port = self.site.port
        return {
            process.pid
            for process in processes_of([self.process])
            for own in process.net_connections("tcp")
            if own.status == "ESTABLISHED" and own.laddr.port == port
        }


@pytest.fixture(params=["its own", "that of ONAIR_URL"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer) -> Iterator[Shared]:
    site = Served(tmp_path, ROOT / "demo" / "manage.py")
    environment = {"DEMO_DATABASE": str(tmp_path / "db.sqlite3"), "TMPDIR": str(tmp_path)}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    if request.param == "that of ONAIR_URL":
        environment["ONAIR_URL"] = redis_server.url
    with started(ROOT, "-m", "demo.on_redis", str(site.port), **environment) as process:
        for step, count in STEPS:
            process.wait_for(step, count=count)
        yield Shared(site, process)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        assert process.exit_code() == 0
        assert "Traceback" not in process.written


def test_two_journalists_in_two_processes_see_each_other(shared: Shared, open_window: OpenWindow) -> None:
    site = shared.site
    anna, ben = open_window().page, open_window().page
    for page, name in ((anna, "anna"), (ben, "ben")):
        sign_in(page, site, name)
    while len(shared.holders()) < 2:
        visit(open_window().page, site, "/sign-in/")
    edit(ben, site, 1)
    edit(anna, site, 1)
    expect(notice(ben, "update")).to_have_text("Anna has opened this article to edit it.")
    expect(summary(ben)).to_have_text("You and Anna")
    save(anna, title="Saved by Anna")
    expect(notice(ben, "updated")).to_contain_text("Anna has saved this article")
    expect(summary(ben)).to_have_text("Only you")
