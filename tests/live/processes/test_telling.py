"""What a process tells the others over the engine, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from onair.engines.base import Bounds, Client, Follow, Since
from onair.engines.entries import EVERYBODY, HANDED, Handed, handed_of
from onair.engines.urls import EngineUrl
from tests.embedded.running import PATIENCE
from tests.live.processes.running import Site, site
from tests.redis_server import RedisServer
from tests.shared_name import shared_name

TELLING = """
from time import monotonic
from django.conf import settings
settings.ONAIR["LIVE"] = {live}
import onair
from notes.models import Note
from onair.changes import interest, wire
from onair.embedded.handovers import Receiver
from onair.live import again, sealing
commits = []
interest.listen(commits.append)
{code}
"""

WRITES = "note = Note.objects.create(text='secret')"

WHILE_IT_IS_MADE_AGAIN = f"""
with again.rendering():
    {WRITES}
"""

FROM_ELSEWHERE = f"""
with again.rendering():
    {WRITES}
receiver = Receiver()
assert receiver.take("changes", sealing.seal(wire.encode(commits[0])))
receiver.end(monotonic() + 10)
receiver.join()
assert len(commits) == 2
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site(tmp_path_factory.mktemp("telling") / "site", "redis://127.0.0.1:1")


@contextmanager
def following(url: str) -> Iterator[Client]:
    """Be a node, so that there is somebody to tell."""
    with closing(EngineUrl(url).connect(shared_name(), Bounds(100, 60))) as client:
        client.do(Follow(EVERYBODY, "test", 1), PATIENCE)
        yield client


def told(client: Client) -> list[Handed]:
    entries = client.do(Since(EVERYBODY, 0), PATIENCE)
    assert entries is not None
    return [handed_of(entry.body) for entry in entries if entry.body[:1] == HANDED]


@pytest.mark.parametrize(
    ("live", "code", "names"),
    [
        (None, WRITES, ["changes"]),
        (False, WRITES, []),
        (None, WHILE_IT_IS_MADE_AGAIN, []),
        (None, FROM_ELSEWHERE, []),
        (None, "onair.touch('weather'); onair.revoke(7)", ["touch", "revoke"]),
    ],
    ids=["a write", "where no page is live", "of a page that is made again", "of another process", "touches"],
)
def test_what_a_process_tells(
    made: Site, redis_server: RedisServer, live: bool | None, code: str, names: list[str]
) -> None:
    with following(redis_server.url) as client:
        Site(made.folder, redis_server.url).manage("shell", "-c", TELLING.format(live=live, code=code))
        handed = told(client)
    assert [each.name for each in handed] == names
    assert not any(b"secret" in each.line for each in handed)
