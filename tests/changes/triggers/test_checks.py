"""When the check of a database's triggers says something, and when it waits."""

from __future__ import annotations

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from onair.changes.triggers import checks


@override_settings(ONAIR={"TRIGGERS": ["depot.Slot"]})
def test_migrations_that_wait_may_bring_what_is_missing(database: str) -> None:
    assert [message.id for message in checks.check_triggers(databases=[database])] == ["onair.W083"]
    MigrationExecutor(connections[database]).migrate([("onair_outbox", None)])
    try:
        assert checks.check_triggers(databases=[database]) == []
    finally:
        executor = MigrationExecutor(connections[database])
        executor.migrate(executor.loader.graph.leaf_nodes("onair_outbox"))
