"""The Django site of this process: its databases, and capturing that can be taken out and put in again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.conf import settings
from django.db import connections
from django.db.models.sql import compiler
from tests.cluster import Cluster, NoPostgres

from benchmarks.peers import APP_ID, CREDENTIAL

SQLITE, POSTGRES = "SQLite", "PostgreSQL"

_COMPILERS = (compiler.SQLInsertCompiler, compiler.SQLUpdateCompiler, compiler.SQLDeleteCompiler)

#: As in the settings.
Databases = dict[str, dict[str, Any]]

Functions = dict[tuple[type, str], Callable[..., Any]]


class Switch:
    """Takes what captures out of Django, and puts it in again. Made before any model is watched."""

    def __init__(self) -> None:
        self._off = _functions()
        self._on: Functions = {}

    def capture(self, on: bool) -> None:
        """Capture from now on, or do not."""
        if not self._on:
            self._on = _functions()
        for (owner, name), function in (self._on if on else self._off).items():
            setattr(owner, name, function)


def _functions() -> Functions:
    """The functions that run a query which writes."""
    return {
        (owner, name): function
        for owner in _COMPILERS
        for name, function in vars(owner).items()
        if name.startswith("execute_")
    }


@contextmanager
def databases(wanted: Collection[str], missing: dict[str, str]) -> Iterator[Databases]:
    """The databases that are wanted and that this machine has, by alias.

    Args:
        missing: Gets why one is not there.
    """
    with ExitStack() as stack:
        found: Databases = {}
        if SQLITE in wanted:
            folder = stack.enter_context(TemporaryDirectory(prefix="onair-capture-"))
            found[SQLITE] = {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(folder) / "db.sqlite3"}
        if POSTGRES in wanted:
            try:
                found[POSTGRES] = _postgres(stack)
            except NoPostgres as error:
                missing[POSTGRES] = str(error)
        yield found


def _postgres(stack: ExitStack) -> dict[str, Any]:
    cluster = Cluster.planned()
    stack.callback(cluster.stop)
    cluster.ensure_started()
    user = {"NAME": "postgres", "USER": "postgres"}
    return {"ENGINE": "django.db.backends.postgresql", "HOST": cluster.folder} | user


@contextmanager
def site(found: Databases, port: int) -> Iterator[Switch]:
    """Set the site up, with the tables in every database.

    Args:
        port: Of the server that events go to.
    """
    settings.configure(
        SECRET_KEY="a benchmark's",
        INSTALLED_APPS=["onair", "benchmarks.capture"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}} | found,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        ONAIR={"URL": f"http://{CREDENTIAL.key}:{CREDENTIAL.secret}@127.0.0.1:{port}/apps/{APP_ID}"},
    )
    switch = Switch()
    django.setup()
    from benchmarks.capture.models import Broadcast, Plain, Watched
    from onair.changes import interest

    interest.watch(Watched)
    interest.listen(lambda commit: None)
    try:
        for alias in found:
            with connections[alias].schema_editor() as editor:
                for model in (Plain, Watched, Broadcast):
                    editor.create_model(model)
        yield switch
    finally:
        connections.close_all()
