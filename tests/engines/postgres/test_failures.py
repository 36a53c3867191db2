"""What becomes of an app when its database ends, crashes, hangs, or comes late."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import psycopg
import pytest

from onair.engines.base import Append, EngineDown, Follow, Nodes, Publish, Since
from onair.engines.postgres import open_engine
from onair.engines.postgres.address import APPLICATION
from onair.engines.postgres.pace import Times
from onair.engines.urls import EngineUrl
from tests.cluster import Cluster
from tests.engines.contract.peers import WAIT, Peer, Peers
from tests.engines.contract.site import BOUNDS, Site

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


@pytest.fixture
def site(own_cluster: Cluster, peers: Peers) -> Site:
    return Site(EngineUrl(own_cluster.url()), peers)


def publish_until_it_arrives(peer: Peer, channel: str, body: bytes) -> None:
    peer.listen(channel)
    peer.do(Follow(channel, "a", 1))
    peer.do(Publish((Append(channel, body),)))
    peer.wait_for_body(channel, body)


def test_a_restart_loses_nothing(site: Site, own_cluster: Cluster) -> None:
    peer = site.peer()
    number = peer.do(Follow("news", "a", 1)).number
    peer.do(Publish((Append("news", b"before"),)))
    own_cluster.restart()
    peer.wait_until_connected(times=2)
    assert peer.epochs[0] == peer.epochs[1]
    entries = peer.do(Since("news", number))
    assert entries is not None
    assert [entry.body for entry in entries] == [b"before"]
    publish_until_it_arrives(peer, "news", b"after")


def test_after_a_crash_the_data_are_gone_and_the_epoch_is_another(site: Site, own_cluster: Cluster) -> None:
    peer = site.peer()
    number = peer.do(Follow("news", "a", 1)).number
    own_cluster.end("immediate")
    own_cluster.begin()
    peer.wait_until_connected(times=2)
    assert peer.epochs[0] != peer.epochs[1]
    assert peer.do(Since("news", number)) is None
    assert peer.do(Nodes()) == {}
    publish_until_it_arrives(peer, "news", b"after")


def test_emptied_tables_are_another_epoch_as_well(site: Site, own_cluster: Cluster) -> None:
    peer = site.peer()
    with psycopg.connect(own_cluster.url(), autocommit=True) as database:
        database.execute("TRUNCATE onair_engine_apps, onair_engine_log, onair_engine_channels")
    peer.wait_until_connected(times=2)
    assert peer.epochs[0] != peer.epochs[1]


def test_connections_that_were_ended_are_made_anew(site: Site, own_cluster: Cluster) -> None:
    peer = site.peer()
    for times in (2, 3):
        with psycopg.connect(own_cluster.url(), autocommit=True) as database:
            assert database.execute(END, [APPLICATION]).rowcount
        peer.wait_until_connected(times)
    assert len(set(peer.epochs)) == 1
    assert len(peer.reasons) == 2
    publish_until_it_arrives(peer, "news", b"after")


def test_a_client_goes_on_after_its_connection_was_ended(site: Site, own_cluster: Cluster) -> None:
    client = site.client()
    client.do(Nodes(), WAIT)
    own_cluster.restart()
    assert client.do(Nodes(), WAIT) == {}


def test_what_is_asked_while_the_database_is_away_fails_at_once(site: Site, own_cluster: Cluster) -> None:
    peer, client = site.peer(), site.client()
    own_cluster.end()
    try:
        peer.wait(lambda peer: bool(peer.reasons))
        with pytest.raises(EngineDown, match="PostgreSQL at"):
            peer.do(Nodes())
        with pytest.raises(EngineDown, match="PostgreSQL at"):
            client.do(Nodes(), WAIT)
        assert len(peer.reasons) == 1
    finally:
        own_cluster.begin()
    peer.wait_until_connected(times=2)


def test_an_engine_waits_for_a_database_that_comes_later(
    site: Site, own_cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    own_cluster.end()
    try:
        peer = site.start()
        peer.wait(lambda peer: bool(peer.reasons))
    finally:
        own_cluster.begin()
    peer.wait_until_connected()
    assert [record.levelname for record in caplog.records if "PostgreSQL" in record.getMessage()][
        -1
    ] == "WARNING"
    assert caplog.records[-1].getMessage().endswith("is back.")


@contextmanager
def paused(cluster: Cluster) -> Iterator[None]:
    first = psutil.Process(cluster.process)
    stopped = [first, *first.children()]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


def test_what_is_asked_of_a_paused_database_is_done_when_it_goes_on(site: Site, own_cluster: Cluster) -> None:
    peer = site.peer()
    with paused(own_cluster):
        future = peer.soon(Follow("news", "a", 1))
        with pytest.raises(TimeoutError):
            future.result(0.5)
    assert future.result(WAIT).count == 1
    assert peer.reasons == []


def test_a_database_that_is_silent_for_too_long_is_given_up_and_found_again(
    peers: Peers, own_cluster: Cluster, app_id: str
) -> None:
    times = Times(patience=0.3, connect=2)
    peer = peers.add(lambda: open_engine(own_cluster.url(), app_id, BOUNDS, times))
    peer.wait_until_connected()
    with paused(own_cluster):
        with pytest.raises(EngineDown, match="does not answer in time"):
            peer.do(Nodes())
        peer.wait(lambda peer: bool(peer.reasons))
    peer.wait_until_connected(times=2)
    publish_until_it_arrives(peer, "news", b"after")


def test_a_client_waits_no_longer_than_it_is_told(site: Site, own_cluster: Cluster) -> None:
    client = site.client()
    client.do(Nodes(), WAIT)
    with paused(own_cluster), pytest.raises(EngineDown, match="does not answer in time"):
        client.do(Nodes(), 0.2)
    assert client.do(Nodes(), WAIT) == {}


def test_closing_waits_for_what_was_asked_before(site: Site) -> None:
    peer, other = site.peer(), site.peer()
    other.listen("news")
    other.do(Follow("news", "b", 1))
    future = peer.soon(Publish((Append("news", b"last"),)))
    peer.close()
    future.result(WAIT)
    other.wait_for_body("news", b"last")
    with pytest.raises(EngineDown, match="closed"):
        peer.do(Nodes())


def test_closing_an_engine_whose_database_is_away_takes_no_effort(site: Site, own_cluster: Cluster) -> None:
    own_cluster.end()
    try:
        peer = site.start()
        peer.wait(lambda peer: bool(peer.reasons))
        peer.close()
    finally:
        own_cluster.begin()


def test_outages_are_said_once(site: Site, own_cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    peer = site.peer()
    own_cluster.restart()
    peer.wait_until_connected(times=2)
    texts = [record.getMessage() for record in caplog.records if record.name == "onair.engines.postgres"]
    assert len(texts) == len(set(texts))
    assert texts[-1].endswith("is back.")
