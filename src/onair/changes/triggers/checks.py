"""The system checks of triggers: that those are there which the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from onair import conf
from onair.changes.triggers import installing
from onair.changes.triggers.dialects import dialect_of, has_dialect
from onair.changes.triggers.errors import TriggerError, WrongLabel
from onair.changes.triggers.models import all_models, model_of, tables
from onair.exceptions import ConfigurationError

WRONG_LABEL = "onair.E080"
NO_OUTBOX_APP = "onair.E081"
NO_DRIVER = "onair.E082"
WRONG_TRIGGERS = "onair.W083"
UNREAD_TRIGGERS = "onair.W084"

#: psycopg's first version that loses no notification.
_PSYCOPG = (3, 2, 4)


def check_labels(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of each label of ``ONAIR["TRIGGERS"]`` that names no model which can have triggers."""
    return [
        Error(f'ONAIR["TRIGGERS"]: {error}', id=WRONG_LABEL)
        for label in _labels()
        if isinstance(error := _model_or_error(label), WrongLabel)
    ]


def check_outbox(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if models are to have triggers, and there is no outbox, or no driver to read it with."""
    messages: list[CheckMessage] = []
    if not _labels():
        return messages
    if not apps.is_installed("onair.outbox"):
        messages.append(
            Error(
                'ONAIR["TRIGGERS"] names models, and triggers write to an outbox that is not installed.',
                hint='Add "onair.outbox" to INSTALLED_APPS, and run "manage.py migrate".',
                id=NO_OUTBOX_APP,
            )
        )
    if any(connection.vendor == "postgresql" for connection in connections.all()) and not _has_driver():
        messages.append(
            Error(
                "The outbox of PostgreSQL is read by psycopg 3.2.4 or later, which is not installed.",
                hint='Run pip install "django-onair[postgres]".',
                id=NO_DRIVER,
            )
        )
    return messages


def check_triggers(
    app_configs: Sequence[Any] | None = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Compare the triggers in these databases with the settings and the models.

    Nothing is said while migrations wait: they may be what brings tables, outbox and triggers, and
    ``migrate`` asks before it runs them.
    """
    return [
        message
        for alias in databases or ()
        if apps.is_installed("onair.outbox") and has_dialect(connections[alias])
        if not _migrations_wait(alias)
        for message in _in_database(alias)
    ]


def _migrations_wait(alias: str) -> bool:
    try:
        executor = MigrationExecutor(connections[alias])
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return False


def _in_database(alias: str) -> Iterator[CheckMessage]:
    connection = connections[alias]
    named = [model for label in _labels() if not isinstance(model := _model_or_error(label), WrongLabel)]
    wanted = list(tables(named, alias))
    try:
        for problem in installing.problems(connection, wanted):
            yield checks.Warning(
                f"In the database {alias!r}, {problem}: what is written to it is not told, or not all of "
                "it, whoever writes.",
                hint=f'Run "manage.py onair triggers install --database {alias}".',
                id=WRONG_TRIGGERS,
            )
        for table in dialect_of(connection).installed(connection, list(tables(all_models(), alias))):
            if table not in wanted:
                yield checks.Warning(
                    f'In the database {alias!r}, {table.label} has triggers, and ONAIR["TRIGGERS"] does not '
                    "name it: what they write is not told.",
                    hint=f'Name it there, or run "manage.py onair triggers remove --database {alias} '
                    f'{table.label}".',
                    id=UNREAD_TRIGGERS,
                )
    except TriggerError as error:
        yield checks.Warning(str(error), id=WRONG_TRIGGERS)
    except DatabaseError:
        """Django says itself that the database does not answer."""


def _labels() -> list[str]:
    try:
        labels = conf.settings.TRIGGERS
    except ConfigurationError:  # the check of the settings says what is wrong
        return []
    return list(labels) if isinstance(labels, list | tuple) else []


def _model_or_error(label: str) -> Any:
    try:
        return model_of(label)
    except WrongLabel as error:
        return error


def _has_driver() -> bool:
    try:
        import psycopg
    except ImportError:
        return False
    return tuple(int(part) for part in psycopg.__version__.split(".")[:3]) >= _PSYCOPG
