from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from onair.engines.postgres import ensure_schema
from onair.engines.urls import EngineUrl
from tests.cluster import Cluster
from tests.engines.contract.peers import Peers, running_peers
from tests.engines.contract.site import Site


@pytest.fixture
def peers() -> Iterator[Peers]:
    with running_peers() as peers:
        yield peers


@pytest.fixture
def site(postgres_url: str, peers: Peers) -> Site:
    """An app on the cluster that all tests share."""
    return Site(EngineUrl(postgres_url), peers)


@pytest.fixture
def program(postgres_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another program's connection to the engine's database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A cluster that the tests of a module may stop."""
    cluster = Cluster.planned(synchronous_commit="on")  # a crash leaves the schema
    try:
        cluster.ensure_started()
        ensure_schema(cluster.url())
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def app_id() -> str:
    return secrets.token_hex(4)
