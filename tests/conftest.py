"""What all tests share: their databases, and how many of them run at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.cluster import Cluster, folder_of_programs
from tests.lone_engines import _own_database, empty_postgres, lone_postgres, lone_redis
from tests.postgres import ALIAS, ON_MEMORY, ON_POSTGRES
from tests.redis_server import redis_server, redis_servers, shared_redis

__all__ = [
    "_own_database",
    "empty_postgres",
    "lone_postgres",
    "lone_redis",
    "redis_server",
    "redis_servers",
    "shared_redis",
]

_CLUSTER = pytest.StashKey[Cluster]()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # So a shell starts what runs in the background; servers that tests end by Ctrl-C would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not _is_worker(config):
        config.stash[_CLUSTER] = cluster = Cluster.planned()
        config.add_cleanup(cluster.stop)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: most tests wait for a process, a socket or a browser, and not for a core."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the cluster is to be."""
    cluster = node.config.stash[_CLUSTER]
    node.workerinput["postgres"] = (str(cluster.folder), cluster.owner)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test for the want of PostgreSQL before anything is set up that could not be torn down."""
    mark = item.get_closest_marker("django_db")
    if mark is not None and ALIAS in mark.kwargs.get("databases", ()):
        folder_of_programs()


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    """The run's cluster, which may not be started."""
    if _is_worker(pytestconfig):
        return Cluster(*pytestconfig.workerinput["postgres"])  # type: ignore[attr-defined]  # xdist's
    return pytestconfig.stash[_CLUSTER]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Make the databases of a run; PostgreSQL's waits for its first test, and pytest-django would not."""
    with _made(set(connections) - {ALIAS}, django_db_blocker):
        yield


@pytest.fixture(scope="session")
def postgres(cluster: Cluster, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL's database of this process, made for the first test that needs it."""
    cluster.ensure_started()
    connections[ALIAS].settings_dict["HOST"] = cluster.folder
    with _made({ALIAS}, django_db_blocker):
        yield


@contextmanager
def _made(aliases: set[str], blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the test databases of these aliases, and remove them in the end."""
    with blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases=aliases)
    yield
    with blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(params=[ON_MEMORY, ON_POSTGRES])
def database(request: pytest.FixtureRequest) -> str:
    """The alias of a database, with real transactions, emptied after the test."""
    if request.param == ALIAS:
        request.getfixturevalue(ALIAS)
    return str(request.param)
