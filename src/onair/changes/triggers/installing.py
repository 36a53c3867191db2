"""Triggers come and go, and are compared with their models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from onair.changes.triggers.dialects import dialect_of
from onair.changes.triggers.table import Table


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a table's triggers."""

    label: str
    text: str

    def __str__(self) -> str:
        return f"{self.label} {self.text}"


def install(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> None:
    """Give the tables their triggers, all or none. Those that have them already get them as they should be.

    Raises:
        TriggerError: a table or the outbox is not there.
    """
    dialect = dialect_of(connection)
    with transaction.atomic(using=connection.alias):
        for table in tables:
            execute(connection, dialect.install(connection, table))


def remove(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> None:
    """Take the triggers of the tables. It does no harm where there are none.

    Raises:
        TriggerError: a table or the outbox is not there.
    """
    dialect = dialect_of(connection)
    with transaction.atomic(using=connection.alias):
        for table in tables:
            execute(connection, dialect.remove(connection, table))


def problems(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> list[Problem]:
    """Compare the triggers of the tables with what they should be.

    Raises:
        TriggerError: a table or the outbox is not there.
    """
    dialect = dialect_of(connection)
    found = ((table.label, dialect.problem(connection, table)) for table in tables)
    return [Problem(label, problem) for label, problem in found if problem is not None]


def execute(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    """Execute statements as they are: a name may hold a per cent sign."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
