"""Triggers and migrations: what had triggers before ``migrate`` has them afterwards, as its columns are then.

SQLite's name their columns, and would make a migration fail that drops one of them; and where Django makes a
table anew, they go with the old one. So they are taken before the migrations, and given back after them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Any

from django.db import DatabaseError, connections

from onair.changes.triggers import installing
from onair.changes.triggers.dialects import dialect_of, has_dialect, has_outbox
from onair.changes.triggers.errors import TriggerError
from onair.changes.triggers.models import all_models, tables
from onair.changes.triggers.table import Table

logger = logging.getLogger("onair.outbox")

#: The labels of tables that are to have triggers at the end of the migrations that run now, by alias.
_wanted: defaultdict[str, set[str]] = defaultdict(set)


def want(using: str, label: str) -> None:
    """Give a table its triggers when the migrations have run."""
    _wanted[using].add(label)


def do_not_want(using: str, label: str) -> None:
    """Give it none."""
    _wanted[using].discard(label)


def before(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Note which tables have triggers, and take those in the way. A receiver of ``pre_migrate``."""
    connection = connections[using]
    if not plan or not has_dialect(connection):
        return
    dialect = dialect_of(connection)
    found = dialect.installed(connection, _all_tables(using))
    _wanted[using] = {table.label for table in found}
    if dialect.names_columns:
        installing.remove(connection, found)


def after(using: str, **kwargs: Any) -> None:
    """Give tables their triggers back, or others if they have changed. A receiver of ``post_migrate``."""
    labels = _wanted.pop(using, set())
    connection = connections[using]
    if not labels or not has_outbox(connection):
        return
    for table in _all_tables(using):
        if table.label in labels:
            _renew(using, table)


def _renew(using: str, table: Table) -> None:
    connection = connections[using]
    try:
        if installing.problems(connection, [table]):
            installing.install(connection, [table])
    except (TriggerError, DatabaseError) as error:  # the migrations have run, and are none the worse
        logger.error(
            '%s has no triggers in %r after the migrations: %s Then run "manage.py onair triggers install".',
            table.label,
            using,
            error,
        )


def _all_tables(using: str) -> list[Table]:
    return list(tables(all_models(), using))
