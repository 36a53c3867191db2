"""The engine's tables: their coming and going, and what is said where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from onair.engines.base import EngineRefused, Nodes
from onair.engines.postgres import ensure_schema, open_client, open_engine
from onair.engines.postgres_schema import VERSION, removal
from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import WAIT, Peers
from tests.engines.contract.site import BOUNDS
from tests.postgres import ON_MEMORY, ON_POSTGRES

REMEDY = 'add "onair.outbox" to INSTALLED_APPS and run "manage.py migrate"'


def things_in(database: psycopg.Connection[tuple[object, ...]]) -> int:
    """Return how many tables and functions of the engine there are."""
    row = database.execute(
        "SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'onair_engine_%') "
        "+ (SELECT count(*) FROM pg_proc WHERE proname LIKE 'onair_engine_%')"
    ).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]


def nodes_at(url: str) -> Mapping[str, bytes]:
    """Ask a database for something, as a client does."""
    with closing(open_client(url, "1", BOUNDS)) as client:
        return client.do(Nodes(), WAIT)


def make_tables_of(version: int, url: str) -> None:
    """Make tables that say that they are of this version."""
    ensure_schema(url)
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION onair_engine_version() RETURNS integer LANGUAGE sql IMMUTABLE "
            f"AS 'SELECT {version}'"
        )


def test_a_server_says_what_to_do_where_the_tables_are_missing(
    empty_postgres: str, peers: Peers, caplog: pytest.LogCaptureFixture
) -> None:
    peer = peers.add(lambda: open_engine(empty_postgres, "1", BOUNDS))
    peer.wait(lambda peer: bool(peer.reasons))
    assert REMEDY in str(peer.reasons[0])
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    ensure_schema(empty_postgres)
    peer.wait_until_connected()


def test_a_client_is_refused_where_the_tables_are_missing(empty_postgres: str) -> None:
    with pytest.raises(EngineRefused, match="INSTALLED_APPS"):
        nodes_at(empty_postgres)


@pytest.mark.parametrize(("version", "remedy"), [(VERSION - 1, "migrate"), (VERSION + 1, "restart")])
def test_tables_of_another_version_are_refused(empty_postgres: str, version: int, remedy: str) -> None:
    make_tables_of(version, empty_postgres)
    with pytest.raises(EngineRefused, match=remedy):
        nodes_at(empty_postgres)


def test_tables_of_an_older_version_are_replaced(empty_postgres: str) -> None:
    make_tables_of(VERSION - 1, empty_postgres)
    ensure_schema(empty_postgres)
    assert nodes_at(empty_postgres) == {}


def test_tables_of_a_newer_version_are_left_to_newer_code(empty_postgres: str) -> None:
    make_tables_of(VERSION + 1, empty_postgres)
    with pytest.raises(EngineRefused, match="restart"):
        ensure_schema(empty_postgres)


def test_an_engine_makes_the_tables_where_it_shall(empty_postgres: str, peers: Peers) -> None:
    engines = [EngineUrl(empty_postgres, makes_tables=True) for _ in range(3)]
    started = [peers.add(lambda url=url: url.open("1", BOUNDS)) for url in engines]
    for peer in started:
        peer.wait_until_connected()
        assert peer.reasons == []


def test_tables_that_are_there_are_left_as_they_are(empty_postgres: str, peers: Peers) -> None:
    ensure_schema(empty_postgres)
    peer = peers.add(lambda: open_engine(empty_postgres, "1", BOUNDS))
    peer.wait_until_connected()
    ensure_schema(empty_postgres)
    peer.do(Nodes())
    assert peer.reasons == []


def test_a_role_without_rights_is_told_so(empty_postgres: str) -> None:
    ensure_schema(empty_postgres)
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS visitor")
        connection.execute("CREATE ROLE visitor LOGIN")
        try:
            with pytest.raises(EngineRefused, match="let it own them"):
                nodes_at(empty_postgres.replace("postgres@", "visitor@"))
        finally:
            connection.execute("DROP ROLE visitor")


def test_another_isolation_level_does_no_harm(empty_postgres: str, peers: Peers) -> None:
    ensure_schema(empty_postgres)
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(
            f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'".encode()
        )
    assert nodes_at(empty_postgres) == {}
    peer = peers.add(lambda: open_engine(empty_postgres, "1", BOUNDS))
    peer.wait_until_connected()
    assert peer.do(Nodes()) == {}


@pytest.mark.parametrize("database", [ON_POSTGRES], indirect=True)
def test_a_migration_makes_the_tables_and_takes_them_away(database: str) -> None:
    django = connections[database]
    django.ensure_connection()
    assert isinstance(django.connection, psycopg.Connection)
    there = things_in(django.connection)
    assert there
    try:
        call_command("migrate", "onair_outbox", "0001", database=database, verbosity=0)
        assert things_in(django.connection) == 0
    finally:
        call_command("migrate", "onair_outbox", database=database, verbosity=0)
    assert things_in(django.connection) == there


@pytest.mark.parametrize("database", [ON_MEMORY], indirect=True)
def test_a_migration_does_nothing_on_other_databases(database: str) -> None:
    tables = connections[database].introspection.table_names()
    assert not [table for table in tables if table.startswith("onair_engine")]
    call_command("migrate", "onair_outbox", "0001", database=database, verbosity=0)
    call_command("migrate", "onair_outbox", database=database, verbosity=0)
    assert connections[database].introspection.table_names() == tables


def test_nothing_is_left_when_all_is_taken_away(empty_postgres: str) -> None:
    ensure_schema(empty_postgres)
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        assert things_in(connection)
        connection.execute(removal().encode())
        assert things_in(connection) == 0
