"""Many at once: what is read has no holes, and what is kept stays small."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onair.engines.base import Append, Bounds, Follow, Lease, Publish, Since, Unfollow
from onair.engines.postgres import open_engine
from onair.engines.postgres.calls import Sweep
from onair.engines.postgres.pace import Times
from onair.engines.postgres.reader import FEW
from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import WAIT, Peer, running_peers
from tests.engines.contract.site import Site

WRITERS = 8

CHANNELS = ("news", "weather", "sport")

#: Whoever listens to as many asks in another way.
OTHERS = tuple(f"other-{number}" for number in range(FEW))

#: What each of some writers publishes: the channels of its calls, several at once.
calls = st.lists(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=4), max_size=40)


def publish(
    site: Site, writer: int, plan: list[list[str]], barrier: threading.Barrier
) -> dict[str, list[bytes]]:
    """Publish by a client of its own, and return what was published, by channel."""
    written = defaultdict(list)
    number = 0
    with closing(site.client()) as client:
        barrier.wait(WAIT)
        for channels in plan:
            appends = []
            for channel in channels:
                body = b"%d:%d" % (writer, number + len(appends))
                appends.append(Append(channel, body))
                written[channel].append(body)
            client.do(Publish(tuple(appends), f"writer-{writer}", number), WAIT)
            number += len(appends)
    return written


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.lists(calls, min_size=WRITERS, max_size=WRITERS))
def test_what_many_publish_at_once_arrives_in_one_order_without_holes(
    postgres_url: str, plans: list[list[list[str]]]
) -> None:
    with running_peers() as peers:
        site = Site(EngineUrl(postgres_url), peers)
        readers = [site.peer(), site.peer()]
        readers[0].listen(*CHANNELS)
        readers[1].listen(*CHANNELS, *OTHERS)
        for node, reader in enumerate(readers):
            reader.do_all(*(Follow(channel, str(node), 1) for channel in CHANNELS))
        barrier = threading.Barrier(WRITERS)
        with ThreadPoolExecutor(WRITERS) as pool:
            written = list(
                pool.map(lambda writer: publish(site, writer, plans[writer], barrier), range(WRITERS))
            )
        for channel in CHANNELS:
            readers[0].do(Publish((Append(channel, b"the end"),)))
        for reader in readers:
            for channel in CHANNELS:
                reader.wait_for_body(channel, b"the end")
                entries = reader.received[channel]
                assert all(later.previous == earlier.number for earlier, later in pairwise(entries))
                for mine in written:
                    ids = set(mine[channel])
                    assert [entry.body for entry in entries if entry.body in ids] == mine[channel]
        assert readers[0].received == readers[1].received


@pytest.fixture
def bounded(postgres_url: str) -> Iterator[tuple[Site, Peer]]:
    """A process of an app that keeps a hundred entries, and a log for no second."""
    with running_peers() as peers:
        site = Site(EngineUrl(postgres_url), peers)
        yield site, site.peer(bounds=Bounds(100, 0))


def rows_of(program: psycopg.Connection[tuple[object, ...]], site: Site, table: str) -> int:
    row = program.execute(f"SELECT count(*) FROM onair_engine_{table} WHERE app = %s".encode(), [site.app_id])
    found = row.fetchone()
    assert found is not None
    assert isinstance(found[0], int)
    return found[0]


def test_a_hundred_thousand_entries_leave_as_many_rows_as_are_kept(
    bounded: tuple[Site, Peer], program: psycopg.Connection[tuple[object, ...]]
) -> None:
    site, peer = bounded
    names = [f"news-{number}" for number in range(10)]
    peer.do_all(*(Follow(name, "a", 1) for name in names))
    for number in range(1000):
        body = b"%d" % number
        peer.do_all(*(Publish(tuple(Append(name, body) for name in names)) for _ in range(10)))
    assert rows_of(program, site, "log") <= len(names) * (100 + 100 // 8 + 2)
    for name in names:
        snapshot = peer.do(Follow(name, "a", 1))
        assert peer.do(Since(name, snapshot.number)) == ()


def test_exactly_so_many_entries_are_known_as_are_kept(bounded: tuple[Site, Peer]) -> None:
    _, peer = bounded
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    for number in range(350):
        peer.do(Publish((Append("news", b"%d" % number),)))
    peer.wait_for_body("news", b"349")
    entries = peer.received["news"]
    assert peer.do(Since("news", entries[-101].number)) == tuple(entries[-100:])
    assert peer.do(Since("news", entries[-102].number)) is None


def swept(site: Site, peer: Peer, program: psycopg.Connection[tuple[object, ...]]) -> None:
    """Have everything deleted that is over."""
    program.execute("UPDATE onair_engine_apps SET swept = '-infinity' WHERE app = %s", [site.app_id])
    while peer.do(Sweep()):
        pass


def test_what_is_over_is_deleted(
    bounded: tuple[Site, Peer], program: psycopg.Connection[tuple[object, ...]]
) -> None:
    site, peer = bounded
    names = [f"news-{number}" for number in range(50)]
    for name in names:
        peer.do_all(Follow(name, "a", 1), Publish(tuple(Append(name, b"x", keep=1) for _ in range(90))))
    peer.do(Publish((), "publisher", 0))
    assert peer.do(Lease("reader", "a", 1))
    tables = ("log", "channels", "kept", "publishers", "leases")
    assert all(rows_of(program, site, table) for table in tables)
    for name in names:
        peer.do(Unfollow(name, "a"))
    program.execute("UPDATE onair_engine_kept SET until = now() WHERE app = %s", [site.app_id])
    program.execute("UPDATE onair_engine_leases SET expires = now() WHERE app = %s", [site.app_id])
    program.execute("UPDATE onair_engine_publishers SET seen = '-infinity' WHERE app = %s", [site.app_id])
    swept(site, peer, program)
    assert [rows_of(program, site, table) for table in tables] == [0, 0, 0, 0, 0]


def test_a_sweep_does_some_at_a_time_and_only_so_often(
    bounded: tuple[Site, Peer], program: psycopg.Connection[tuple[object, ...]]
) -> None:
    site, peer = bounded
    names = [f"news-{number}" for number in range(100)]
    peer.do_all(*(Follow(name, "a", 1) for name in names))
    peer.do_all(*(Publish(tuple(Append(name, b"x") for _ in range(90))) for name in names))
    peer.do_all(*(Unfollow(name, "a") for name in names))
    program.execute("UPDATE onair_engine_apps SET swept = '-infinity' WHERE app = %s", [site.app_id])
    before = rows_of(program, site, "log")
    assert peer.do(Sweep())
    assert 2000 < before - rows_of(program, site, "log") < 2200
    swept(site, peer, program)
    peer.do(Follow("news", "a", 1))
    peer.do(Unfollow("news", "a"))
    assert not peer.do(Sweep())
    assert rows_of(program, site, "channels") == 1


def test_an_engine_sweeps_by_itself(
    postgres_url: str, program: psycopg.Connection[tuple[object, ...]], app_id: str
) -> None:
    with running_peers() as peers:
        peer = peers.add(lambda: open_engine(postgres_url, app_id, Bounds(100, 0), Times(sweep=0.01)))
        peer.wait_until_connected()
        program.execute("LISTEN swept")
        program.execute("BEGIN")
        program.execute(
            "CREATE OR REPLACE FUNCTION tell_swept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN NOTIFY swept; RETURN NULL; END$$"
        )
        program.execute(
            "CREATE TRIGGER swept AFTER DELETE ON onair_engine_channels FOR EACH ROW "
            f"WHEN (OLD.app = '{app_id}') EXECUTE FUNCTION tell_swept()".encode()
        )
        program.execute("COMMIT")
        try:
            peer.do(Follow("news", "a", 1))
            peer.do(Unfollow("news", "a"))
            program.execute("UPDATE onair_engine_apps SET swept = '-infinity' WHERE app = %s", [app_id])
            with closing(program.notifies(timeout=WAIT, stop_after=1)) as heard:
                assert list(heard)
        finally:
            program.execute("DROP TRIGGER swept ON onair_engine_channels")
            program.execute("DROP FUNCTION tell_swept")
