"""How a process learns that there is something to read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import psycopg
import pytest

from onair.engines.base import Append, Follow, Publish
from onair.engines.postgres import open_client, open_engine
from onair.engines.postgres.pace import Times
from tests.cluster import Cluster
from tests.engines.contract.peers import WAIT, Peer, Peers
from tests.engines.contract.site import BOUNDS, Site
from tests.pgbouncer import pooled

#: Who has these hears of nothing unless it is woken.
ASLEEP = Times(looks=(0.005,), idle=10 * WAIT, patience=20 * WAIT, sweep=20 * WAIT)

LOGGER = "onair.engines.postgres"


@pytest.fixture
def pool(cluster: Cluster, postgres_url: str) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="onair-bouncer-") as folder,
        pooled(cluster, "engine", Path(folder)) as url,
    ):
        yield url


def open_peer(peers: Peers, url: str, app_id: str, times: Times) -> Peer:
    peer = peers.add(lambda: open_engine(url, app_id, BOUNDS, times))
    peer.wait_until_connected()
    return peer


def test_a_notification_wakes_a_process(postgres_url: str, peers: Peers, app_id: str) -> None:
    peer = open_peer(peers, postgres_url, app_id, ASLEEP)
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    peer.wait_for_body("news", b"o")
    with closing(open_client(postgres_url, app_id, BOUNDS)) as client:
        client.do(Publish((Append("news", b"heard"),)), WAIT)
        peer.wait_for_body("news", b"heard")


def test_a_process_needs_no_notification_of_what_it_wrote_itself(
    postgres_url: str, peers: Peers, app_id: str
) -> None:
    peer = open_peer(peers, postgres_url, app_id, ASLEEP)
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    # The second one comes in the time in which a process notifies once.
    peer.do(Publish((Append("news", b"notified"),)))
    peer.do(Publish((Append("news", b"not notified"),)))
    peer.wait_for_body("news", b"not notified")


def test_what_nobody_notifies_of_is_found_at_the_next_look(site: Site) -> None:
    peer = site.peer()
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    with closing(open_client(site.url.url, site.app_id, BOUNDS)) as client:
        # The second one comes in the five milliseconds in which a process notifies once.
        for body in (b"heard", b"unheard"):
            client.do(Publish((Append("news", body),)), WAIT)
        peer.wait_for_body("news", b"unheard")


def notified_by(program: psycopg.Connection[tuple[object, ...]], site: Site, *channels: str) -> int:
    """Return how often the server's processes of an app are notified when something is published."""
    program.execute("LISTEN onair_engine")
    with closing(site.client()) as client:
        client.do(Publish(tuple(Append(channel, b"x") for channel in channels)), WAIT)
    program.execute("SELECT pg_notify('onair_engine', 'the end')")
    with closing(program.notifies(timeout=WAIT)) as heard:
        said = [heard.payload for heard in takewhile(lambda heard: heard.payload != "the end", heard)]
    return said.count(site.app_id)


def test_a_call_notifies_once(site: Site, program: psycopg.Connection[tuple[object, ...]]) -> None:
    peer = site.peer()
    peer.do(Follow("one", "a", 1))
    peer.do(Follow("two", "a", 1))
    assert notified_by(program, site, "one", "two", "one") == 1


def test_what_is_written_nowhere_notifies_nobody(
    site: Site, program: psycopg.Connection[tuple[object, ...]]
) -> None:
    assert notified_by(program, site, "nobody is here") == 0


def test_a_pool_of_transactions_is_noticed_and_asked_often(
    pool: str, peers: Peers, app_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    times = replace(ASLEEP, hearing=0.1, deaf=0.02)
    peer = open_peer(peers, pool, app_id, times)
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    with closing(open_client(pool, app_id, BOUNDS)) as client:
        for number in range(20):
            body = b"%d" % number
            client.do(Publish((Append("news", body),)), WAIT)
            peer.wait_for_body("news", body)
    warnings = [record.getMessage() for record in caplog.records if record.name == LOGGER]
    assert len(warnings) == 1
    assert "passes no notifications on" in warnings[0]
    assert "PgBouncer" in warnings[0]


def test_a_database_that_is_reached_directly_gives_no_cause_for_a_warning(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.peer()
    assert [record for record in caplog.records if record.name == LOGGER] == []


def test_entries_of_other_channels_are_not_read(site: Site) -> None:
    peer, other = site.peer(), site.peer()
    peer.listen("news")
    for channel in ("news", "others"):
        other.do(Follow(channel, "a", 1))
    other.do_all(*(Publish((Append("others", b"x"),)) for _ in range(50)), Publish((Append("news", b"e"),)))
    peer.wait_for_body("news", b"e")
    assert set(peer.received) == {"news"}


@pytest.mark.parametrize("channels", [1, 150])
def test_any_number_of_channels_can_be_listened_to(site: Site, channels: int) -> None:
    peer, other = site.peer(), site.peer()
    names = [f"news-{number}" for number in range(channels)]
    peer.listen(*names)
    other.do_all(*(Follow(name, "a", 1) for name in [*names, "others"]))
    for _ in range(3):
        other.do(Publish(tuple(Append(name, b"e") for name in [*names, "others"])))
    peer.wait(lambda peer: all(peer.bodies(name)[-3:] == [b"e"] * 3 for name in names))
    assert set(peer.received) == set(names)


def test_who_listens_no_more_hears_no_more(site: Site) -> None:
    peer = site.peer()
    peer.listen("news", "weather")
    for channel in ("news", "weather"):
        peer.do(Follow(channel, "a", 1))
        peer.wait_for_body(channel, b"o")
    peer.unlisten("news")
    peer.do(Publish((Append("news", b"x"), Append("weather", b"x"))))
    peer.wait_for_body("weather", b"x")
    assert peer.bodies("news") == [b"o"]
