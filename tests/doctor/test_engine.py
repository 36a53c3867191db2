"""The hops of an engine, with real ones that are set up rightly and wrongly."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from onair.doctor.examination import Options
from onair.doctor.outcome import Mark, Result
from onair.doctor.running import examine
from onair.doctor.table import HOPS
from onair.engines.base import Beat, Bounds
from onair.engines.urls import EngineUrl
from tests.cluster import Cluster
from tests.embedded.running import free_port
from tests.pgbouncer import pooled
from tests.postgres import ALIAS, on_postgres
from tests.redis_server import RedisServer, RedisServers
from tests.shared_name import shared_name

OF_ENGINES = ("settings", "engine", "engine's log", "nodes")
HOPS_OF_ENGINES = [hop for hop in HOPS if hop.name in OF_ENGINES]

Examine = Callable[..., Mapping[str, Result]]


@pytest.fixture
def examined(settings: Settings) -> Examine:
    """Examine the engine of a URL; the results by their hops."""

    def examined(url: str, options: Options | None = None) -> Mapping[str, Result]:
        settings.ONAIR = {"URL": url}
        return {result.hop: result for result in examine(options or Options(timeout=3), HOPS_OF_ENGINES)}

    return examined


def serve(url: str, *nodes: str) -> None:
    """Say that nodes are alive, as servers do."""
    with closing(EngineUrl(url).connect(shared_name(), Bounds(10, 10))) as client:
        for node in nodes:
            client.do(Beat(node, b'{"pid": 7, "host": "web-1", "address": ["0.0.0.0", 6001]}'), 5)


def assert_names(result: Result, *words: str) -> None:
    assert result.mark is Mark.FAILED, result
    said = f"{result.says}\n{result.remedy}"
    assert not [word for word in words if word not in said], said
    assert result.remedy


def assert_good(results: Mapping[str, Result]) -> None:
    assert {result.mark for result in results.values()} == {Mark.PASSED}, results


def test_a_redis_with_processes_that_serve_is_well(redis_server: RedisServer, examined: Examine) -> None:
    serve(redis_server.url, "one", "two")

    results = examined(redis_server.url, Options(workers=2))

    assert_good(results)
    assert "2 processes serve: process 7 on web-1" in results["nodes"].says
    assert "appendonly" in " ".join(results["engine"].hints)


def test_nothing_is_left_in_a_redis(redis_server: RedisServer, examined: Examine) -> None:
    serve(redis_server.url, "one")
    examined(redis_server.url)  # the first who comes names the epoch
    before = set(redis_server.cli("KEYS", "*").split())

    assert_good(examined(redis_server.url))

    left = set(redis_server.cli("KEYS", "*").split()) - before
    assert [key for key in left if int(redis_server.cli("TTL", key)) not in (0, 1, -2)] == []


def test_nobody_serves_where_no_node_is_alive(redis_server: RedisServer, examined: Examine) -> None:
    results = examined(redis_server.url)

    assert results["engine's log"].mark is Mark.PASSED
    assert_names(results["nodes"], "nobody serves sockets", "onair serve", 'ONAIR["URL"]')


def test_the_number_of_processes_is_not_the_expected_one(
    redis_server: RedisServer, examined: Examine
) -> None:
    serve(redis_server.url, "one")

    results = examined(redis_server.url, Options(workers=2))

    assert_names(results["nodes"], "1 process serves where 2 should", 'same ONAIR["URL"]')


def test_no_redis_is_there(examined: Examine) -> None:
    results = examined(f"redis://127.0.0.1:{free_port()}")

    assert_names(results["engine"], "cannot be reached", "nothing listens", 'ONAIR["URL"]')
    assert results["nodes"].mark is Mark.SKIPPED


def test_the_password_of_a_redis_is_missing_or_wrong(redis_servers: RedisServers, examined: Examine) -> None:
    server = redis_servers.start(requirepass="right")

    for login, words in {"": "wants a password", ":wrong@": "is wrong"}.items():
        results = examined(f"redis://{login}127.0.0.1:{server.port}")
        assert_names(results["engine"], words, 'ONAIR["URL"]')
        assert "wrong@" not in results["engine"].says


WEAK = {
    "no scripts": ("+@all -eval -evalsha", "engine"),
    "no key of ours": ("+@all resetkeys ~other:*", "engine"),
    "no listening": ("+@all -subscribe -ssubscribe", "engine's log"),
    "no channel of ours": ("+@all resetchannels &other:*", "engine's log"),
}


@pytest.mark.parametrize("lacking", WEAK)
def test_the_user_of_a_redis_may_not_do_what_is_needed(
    lacking: str, redis_servers: RedisServers, examined: Examine
) -> None:
    rights, hop = WEAK[lacking]
    server = redis_servers.start()
    server.cli("ACL", "SETUSER", "weak", "on", ">secret", "~*", "&*", *rights.split())

    results = examined(f"redis://weak:secret@127.0.0.1:{server.port}", Options(timeout=1))

    assert_names(results[hop], "NOPERM", "its user may not do this", "&onair:*", 'ONAIR["URL"]')


def test_a_replica_takes_no_writes(
    redis_server: RedisServer, redis_servers: RedisServers, examined: Examine
) -> None:
    replica = redis_servers.start(replicaof=f"127.0.0.1 {redis_server.port}")

    assert_names(examined(replica.url)["engine"], "replica", "primary")


def test_a_redis_that_may_forget_is_worth_a_word(redis_servers: RedisServers, examined: Examine) -> None:
    server = redis_servers.start(maxmemory="100mb", maxmemory_policy="allkeys-lru")

    results = examined(server.url)

    assert results["engine"].mark is Mark.PASSED
    assert "allkeys-lru" in " ".join(results["engine"].hints)


def test_a_clock_that_is_wrong_is_named(redis_server: RedisServer, examined: Examine) -> None:
    slow = examined(redis_server.url, Options(clock=lambda: time.time() - 3600))
    late = examined(redis_server.url, Options(clock=lambda: time.time() + 60))

    assert_names(slow["engine"], "ahead of ours", "600 s", "NTP")
    assert late["engine"].mark is Mark.PASSED
    assert "NTP" in " ".join(late["engine"].hints)


@on_postgres
def test_the_sites_own_database_is_well(examined: Examine) -> None:
    serve(f"postgres:{ALIAS}", "one")

    results = examined(f"postgres:{ALIAS}")

    assert_good(results)
    assert "PostgreSQL" in results["engine"].says


@on_postgres
def test_a_clock_beside_postgres_is_compared(examined: Examine) -> None:
    results = examined(f"postgres:{ALIAS}", Options(clock=lambda: time.time() + 3600))

    assert_names(results["engine"], "behind ours", "NTP")


@on_postgres
def test_a_pool_that_shares_its_connections_is_worth_a_word(cluster: Cluster, examined: Examine) -> None:
    name = str(connections[ALIAS].settings_dict["NAME"])
    serve(f"postgres:{ALIAS}", "one")
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="onair-bouncer-") as folder,
        pooled(cluster, name, Path(folder)) as url,
    ):
        results = examined(url, Options(timeout=10))

    assert_good(results)
    assert "PgBouncer" in " ".join(results["engine's log"].hints)


def test_no_postgres_is_there(examined: Examine) -> None:
    results = examined(f"postgres://user:secret@127.0.0.1:{free_port()}/site")

    assert_names(results["engine"], "cannot be reached", 'ONAIR["URL"]')
    assert "secret" not in results["engine"].says
