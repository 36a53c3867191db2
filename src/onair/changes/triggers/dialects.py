"""What installing triggers is on each kind of database: reading its catalogue, and the statements for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from onair.changes.triggers import postgres, sqlite
from onair.changes.triggers.errors import NoOutbox, NoTable, NoTriggersHere
from onair.changes.triggers.table import OUTBOX, PREFIX, Table


class Dialect(Protocol):
    """One kind of database."""

    #: Whether a column that is dropped or renamed would be missed by a trigger, and the write fail.
    names_columns: bool

    def install(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        """Return the statements that give a table its triggers, or others than it had.

        Raises:
            NoOutbox: there is nowhere to write to.
            NoTable: there is nothing to have triggers.
        """

    def remove(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        """Return the statements that take a table's triggers, whether it has them or not."""

    def remove_all(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the statements that take the triggers of every table."""

    def problem(self, connection: BaseDatabaseWrapper, table: Table) -> str | None:
        """Say what is wrong with a table's triggers, None where nothing is."""

    def installed(self, connection: BaseDatabaseWrapper, tables: Collection[Table]) -> list[Table]:
        """Return those tables that have triggers, be they whole or not."""


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    """Return how triggers are made on a database.

    Raises:
        NoTriggersHere: there are none for this kind of database.
    """
    dialect = _DIALECTS.get(connection.vendor)
    if dialect is None:
        raise NoTriggersHere(connection)
    return dialect


def has_dialect(connection: BaseDatabaseWrapper) -> bool:
    """Whether there are triggers for this kind of database."""
    return connection.vendor in _DIALECTS


def has_outbox(connection: BaseDatabaseWrapper) -> bool:
    """Whether the outbox's table is in a database."""
    with connection.cursor() as cursor:
        return OUTBOX in connection.introspection.table_names(cursor)


MISSING = "has no triggers"
INCOMPLETE = "lacks some of its triggers"
OUTDATED = "has triggers of another shape than its model"
DISABLED = "has triggers that are disabled"


class _Postgres:
    names_columns = False

    def install(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        return postgres.install(table, _schema(connection), _relation(connection, table))

    def remove(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        return postgres.remove(table, _schema(connection))

    def remove_all(self, connection: BaseDatabaseWrapper) -> list[str]:
        found = _rows(
            connection,
            "SELECT format('DROP FUNCTION %%s CASCADE', p.oid::regprocedure) FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = %s AND p.proname LIKE %s AND p.prorettype = 'trigger'::regtype",
            [_schema(connection), f"{PREFIX}\\_%"],
        )
        return [str(statement) for (statement,) in found]

    def problem(self, connection: BaseDatabaseWrapper, table: Table) -> str | None:
        source = postgres.body(table, _schema(connection))
        found = _rows(
            connection,
            "SELECT t.tgname, t.tgenabled IN ('O', 'A'), p.prosrc FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = to_regclass(%s) AND p.proname = %s",
            [connection.ops.quote_name(table.name), postgres.function_name(table)],
        )
        wrong = {
            MISSING: not found,
            INCOMPLETE: {name for name, _, _ in found} != postgres.trigger_names(),
            DISABLED: not all(enabled for _, enabled, _ in found),
            OUTDATED: any(prosrc != source for _, _, prosrc in found),
        }
        return next((problem for problem, is_so in wrong.items() if is_so), None)

    def installed(self, connection: BaseDatabaseWrapper, tables: Collection[Table]) -> list[Table]:
        found = _rows(
            connection,
            "SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE p.proname LIKE %s",
            [f"{PREFIX}\\_%"],
        )
        names = {name for (name,) in found}
        return [table for table in tables if postgres.function_name(table) in names]


class _SQLite:
    names_columns = True

    def install(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        if not has_outbox(connection):
            raise NoOutbox(connection)
        return sqlite.install(self._as_it_is(connection, table), connection.ops.quote_name(table.name))

    def remove(self, connection: BaseDatabaseWrapper, table: Table) -> list[str]:
        return sqlite.remove(table)

    def remove_all(self, connection: BaseDatabaseWrapper) -> list[str]:
        return [sqlite.drop(name) for name in self._triggers(connection)]

    def problem(self, connection: BaseDatabaseWrapper, table: Table) -> str | None:
        table = self._as_it_is(connection, table)
        expected = dict(sqlite.triggers(table, connection.ops.quote_name(table.name)))
        found = {name: source for name, source in self._triggers(connection).items() if name in expected}
        if not found:
            return MISSING
        if found.keys() != expected.keys():
            return INCOMPLETE
        return None if found == expected else OUTDATED

    def installed(self, connection: BaseDatabaseWrapper, tables: Collection[Table]) -> list[Table]:
        found = self._triggers(connection).keys()
        return [table for table in tables if found & sqlite.trigger_names(table)]

    def _triggers(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        return dict(
            _rows(
                connection,
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE '\\'",
                [f"{PREFIX}\\_%"],
            )
        )

    def _as_it_is(self, connection: BaseDatabaseWrapper, table: Table) -> Table:
        """Return the table with the columns that the database has: a migration may still be to come."""
        with connection.cursor() as cursor:
            if table.name not in connection.introspection.table_names(cursor):
                raise NoTable(connection, table)
            description = connection.introspection.get_table_description(cursor, table.name)
        return table.limited_to({column.name for column in description})


_DIALECTS: dict[str, Dialect] = {"postgresql": _Postgres(), "sqlite": _SQLite()}


def _schema(connection: BaseDatabaseWrapper) -> str:
    found = _rows(
        connection,
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.oid = to_regclass(%s)",
        [connection.ops.quote_name(OUTBOX)],
    )
    if not found:
        raise NoOutbox(connection)
    return str(found[0][0])


def _relation(connection: BaseDatabaseWrapper, table: Table) -> str:
    """Return a table's name as PostgreSQL writes it, with its schema where that is not in the search path."""
    found = _rows(
        connection,
        "SELECT c.oid::regclass::text FROM pg_class c "
        "WHERE c.oid = to_regclass(%s) AND c.relkind IN ('r', 'p')",
        [connection.ops.quote_name(table.name)],
    )
    if not found:
        raise NoTable(connection, table)
    return str(found[0][0])


def _rows(connection: BaseDatabaseWrapper, sql: str, params: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
