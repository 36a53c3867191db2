"""What other processes write reaches the process that shows live pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.embedded.running import ON_AIR, free_port, started
from tests.server.clients import wait_until
from tests.workers.running import Newsroom, newsroom

LIVE = {"TEST_URLCONF": "live_urls"}

WRITES = """
from django.db import transaction
from jobs.models import Note
import onair
with transaction.atomic():
    Note.objects.create(text="{name}")
Note.objects.filter(text="{name}").update(text="{name} again")
with onair.writing(silent=True):
    Note.objects.filter(text="{name} again").delete()
onair.touch("{name}")
onair.revoke(7)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("live") / "site", **LIVE) as site:
        yield site


def heard(site: Newsroom) -> list[Any]:
    found: list[Any] = json.loads(site.site.get("/heard"))
    return found


def heard_after(site: Newsroom, before: int, count: int) -> list[Any]:
    wait_until(lambda: len(heard(site)) >= before + count, f"{count} things more are heard")
    return heard(site)[before:]


FROM_ELSEWHERE = "onair-handovers"

EXPECTED = [
    ["created", "{name}", True, FROM_ELSEWHERE],
    ["updated", "{name} again", True, FROM_ELSEWHERE],
    ["deleted", "{name} again", True, FROM_ELSEWHERE],
    ["touched", "{name}"],
    ["revoked", "7"],
]


@pytest.mark.parametrize(
    ("name", "environment"), [("auto", {}), ("urls", LIVE), ("always", {"TEST_LIVE": "always"})]
)
def test_a_command_that_ends_at_once_is_heard_in_its_order(
    site: Newsroom, name: str, environment: dict[str, str]
) -> None:
    before = len(heard(site))
    process = site.run("manage.py", "shell", "-c", WRITES.format(name=name), **environment)
    assert process.exit_code() == 0, process.written
    got = heard_after(site, before, len(EXPECTED))
    assert got == json.loads(json.dumps(EXPECTED).replace("{name}", name)), process.written


def test_a_process_that_shall_not_tell_its_writes_does_not(site: Newsroom) -> None:
    before = len(heard(site))
    process = site.run("manage.py", "shell", "-c", WRITES.format(name="never"), TEST_LIVE="never")
    assert process.exit_code() == 0, process.written
    assert heard_after(site, before, 2) == [["touched", "never"], ["revoked", "7"]]


def test_a_worker_is_heard(site: Newsroom) -> None:
    before = len(heard(site))
    with site.celery("solo") as worker:
        worker.do("publish_in_a_transaction", "worker")
        assert heard_after(site, before, 1) == [["created", "worker", True, FROM_ELSEWHERE]]
        worker.stop()


def test_the_servers_own_writes_are_heard_on_their_own_thread(site: Newsroom) -> None:
    before = len(heard(site))
    site.site.get("/write/own")
    (kind, text, silent, where) = heard_after(site, before, 1)[0]
    assert (kind, text, silent, where == FROM_ELSEWHERE) == ("created", "own", False, False)


def test_a_server_that_the_url_names_hears_it_where_it_is_a_process_of_the_site(site: Newsroom) -> None:
    port = free_port()
    environment = {**LIVE, "TEST_LIVE": "always", "ONAIR_URL": f"http://key:secret@127.0.0.1:{port}/apps/7"}
    serve = ("manage.py", "onair", "serve", "--bind", f"127.0.0.1:{port}")
    with started(site.folder, *serve, **environment) as server:
        server.wait_for(ON_AIR)
        writer = site.run("manage.py", "shell", "-c", WRITES.format(name="remote"), **environment)
        assert writer.exit_code() == 0, writer.written
        server.wait_for("heard deleted remote again True onair-handovers")
