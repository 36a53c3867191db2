"""Engines that a test has for itself, whatever the app: nothing is in them, and nobody else uses them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest

from onair.engines.postgres import ensure_schema
from tests.cluster import Cluster
from tests.redis_server import RedisServer

#: Each engine, and the fixture that has its URL.
LONE_ENGINES = {"redis": "lone_redis", "postgres": "lone_postgres"}

_EMPTY = """
DO $$ BEGIN
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') FROM pg_class
        WHERE relkind = 'r' AND relname LIKE 'onair\\_engine\\_%'
    );
END $$
"""


@pytest.fixture
def lone_redis(redis_server: RedisServer) -> str:
    """The URL of a Redis with nothing in it."""
    return redis_server.url


@pytest.fixture
def empty_postgres(cluster: Cluster) -> Iterator[str]:
    """The URL of a database that nobody has migrated."""
    cluster.ensure_started()
    name = f"empty_{secrets.token_hex(4)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield cluster.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def _own_database(cluster: Cluster) -> str:
    """The URL of a database that this worker's tests have for themselves."""
    name = f"engine_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.ensure_started()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = cluster.url(name)
    ensure_schema(url)
    return url


@pytest.fixture
def lone_postgres(_own_database: str) -> str:
    """The URL of a database with the engine's tables, and nothing in them."""
    with psycopg.connect(_own_database, autocommit=True) as connection:
        connection.execute(_EMPTY)
    return _own_database
