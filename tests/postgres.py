"""PostgreSQL for the tests: a private cluster, started by the first test that needs it.

A test runs on both databases, with real transactions, by the fixture ``database``, which is the alias::

    def test_a_row_is_announced(database: str) -> None:
        Article.objects.using(database).create(title="A")

It needs no ``django_db`` mark. A test for PostgreSQL alone is decorated by ``@on_postgres`` (of this module)
and uses the alias ``"postgres"``; one for other databases parametrises the fixture::

    @pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)

``"file"`` is SQLite in a file, for tests with other connections and other processes; ``"default"`` is SQLite
in memory. Each pytest-xdist worker has a database of its own in the one cluster. ``connections[alias]
.settings_dict`` says where it is: ``HOST`` is the folder of a Unix socket, and every role may come in.

A run in which no such test is collected neither needs nor starts PostgreSQL. Where its programs are missing,
those tests fail, and the message names the remedy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import pytest

ALIAS = "postgres"

#: The parameters of ``database``. The marks tell pytest-django which databases a test may touch, and empties.
ON_MEMORY = pytest.param("default", marks=pytest.mark.django_db(transaction=True))
ON_FILE = pytest.param("file", marks=pytest.mark.django_db(transaction=True, databases=["default", "file"]))
ON_POSTGRES = pytest.param(ALIAS, marks=pytest.mark.django_db(transaction=True, databases=["default", ALIAS]))

Test = TypeVar("Test", bound=Callable[..., object])


def on_postgres(test: Test) -> Test:
    """Give a test, or a class of tests, PostgreSQL's database with real transactions."""
    marked: Any = pytest.mark.usefixtures(ALIAS)(test)
    for mark in ON_POSTGRES.marks:
        marked = getattr(pytest.mark, mark.name)(*mark.args, **mark.kwargs)(marked)
    return cast("Test", marked)
