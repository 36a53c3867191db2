"""What triggers write down is read by one process, and announced once; where it ends, another one goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.embedded.running import listener
from tests.http_client import request
from tests.live.processes.running import Served, Site, opened, site, wait_for
from tests.redis_server import RedisServers
from tests.server.clients import Client, wait_until


def texts(client: Client, last: str) -> list[str]:
    """What is announced until something is."""
    found: list[str] = []
    while not found or found[-1] != last:
        message = client.receive()
        assert message["event"] == "sighting.created", message
        found.append(message["data"]["object"]["text"])
    return found


def reader_of(made: Site, processes: list[Served]) -> Served:
    """The process that reads, as soon as one does: it has a lock."""

    def readers() -> list[Served]:
        holders = {lock.read_text() for lock in made.folder.parent.rglob("outbox-*.lock")}
        return [served for served in processes if str(served.process.pid) in holders]

    wait_until(readers, "somebody reads")
    (found,) = readers()
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_who_takes_over_announces_what_nobody_has_and_nothing_twice(
    tmp_path: Path, redis_servers: RedisServers, how: signal.Signals
) -> None:
    made = site(tmp_path / "site", redis_servers.start().url)
    with made.uvicorn() as one, made.uvicorn() as other, made.gunicorn() as pages:
        processes = [one, other]
        html = request("GET", f"{pages.address}/notes/").data.decode()
        reader = reader_of(made, processes)
        processes.remove(reader)
        (left,) = processes
        with (
            opened("/notes/", pages, left) as page,
            listener(left.socket_url(html), "notes.sighting") as client,
        ):
            for text in ("first", "second"):
                made.see(text)
                assert text in texts(client, text)
                wait_for(page, text)
            reader.process.signal(how)
            made.see("while nobody reads")
            heard = texts(client, "while nobody reads")
            made.see("last")
            heard += texts(client, "last")
            assert [text for text in heard if text != "second"] == ["while nobody reads", "last"]
            wait_for(page, "last")
        assert reader_of(made, [left]) is left
