"""The ways in which writes are heard of: by Django's compilers, or by triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.apps import apps
from django.db import connections
from django.test import override_settings

from onair.changes import interest
from onair.changes.change import Commit
from onair.changes.triggers import installing
from onair.changes.triggers.table import tables_of
from onair.outbox.entries import Decoder
from onair.outbox.postgres import PostgresSource
from onair.outbox.source import Source
from onair.outbox.sqlite import SQLiteSource
from tests.live.soundness.trial import Heard

_SOURCES = {"sqlite": SQLiteSource, "postgresql": PostgresSource}


@contextmanager
def all_tables(using: str) -> Iterator[Heard]:
    """As live pages do: nothing is read for it."""
    with _listening(using, interest.watch_all) as heard:
        yield heard


@contextmanager
def watched_models(using: str) -> Iterator[Heard]:
    """As broadcasts do: the keys of rows are read."""

    def watch() -> None:
        for model in apps.get_app_config("soundness").get_models(include_auto_created=True):
            interest.watch(model)

    with _listening(using, watch) as heard:
        yield heard


@contextmanager
def triggers(using: str) -> Iterator[Heard]:
    """As the outbox tells it, which knows all that a row was, and SQL that Django does not see."""
    models = list(apps.get_app_config("soundness").get_models())
    tables = [table for model in models for table in tables_of(model)]
    connection = connections[using]
    with override_settings(ONAIR={"TRIGGERS": [model._meta.label for model in models]}):
        installing.install(connection, tables)
        source: Source = _SOURCES[connection.vendor](connection)
        assert source.open()
        decoder = Decoder(connection)
        try:
            yield lambda: [commit for entries in source.read() if (commit := decoder.commit(entries))]
        finally:
            source.close()
            installing.remove(connection, tables)


@contextmanager
def _listening(using: str, watch: Callable[[], None]) -> Iterator[Heard]:
    kept = {name: getattr(interest, name) for name in ("_watched", "_listeners", "_all")}
    commits: list[Commit] = []

    def hear(commit: Commit) -> None:
        if commit.using == using and commit:
            commits.append(commit)

    def take() -> list[Commit]:
        taken = commits[:]
        commits.clear()
        return taken

    try:
        interest._watched, interest._listeners = set(), [hear]
        watch()
        yield take
    finally:
        for name, value in kept.items():
            setattr(interest, name, value)


#: By name. Triggers are not for SQLite in memory, whose outbox no other connection sees.
WAYS: dict[str, Callable[[str], AbstractContextManager[Heard]]] = {
    "all": all_tables,
    "watched": watched_models,
    "triggers": triggers,
}
