"""Why triggers cannot be installed, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onair.exceptions import OnAirError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from onair.changes.triggers.table import Table


class TriggerError(OnAirError):
    """Triggers cannot be installed; the message says what to do."""


class NoTriggersHere(TriggerError):
    """The database is of a kind that there are no triggers for."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(
            f"The database {connection.alias!r} is {connection.display_name}, and there are triggers for "
            'PostgreSQL and SQLite only. Take its models out of ONAIR["TRIGGERS"]: the writes of Django\'s '
            "ORM are seen without."
        )


class NoOutbox(TriggerError):
    """The outbox's table is not in the database."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(
            f"The database {connection.alias!r} has no outbox for triggers to write to: run "
            f'"manage.py migrate onair_outbox --database {connection.alias}". In a migration, depend on '
            '("onair_outbox", "0001_initial").'
        )


class NoTable(TriggerError):
    """The table is not in the database, or is no table."""

    def __init__(self, connection: BaseDatabaseWrapper, table: Table) -> None:
        super().__init__(
            f"The database {connection.alias!r} has no table {table.name!r} for the triggers of "
            f'{table.label}: run "manage.py migrate --database {connection.alias}", or choose another '
            "database by --database. A view cannot have them."
        )


class WrongLabel(TriggerError):
    """A label names no model whose writes can be captured by triggers."""
