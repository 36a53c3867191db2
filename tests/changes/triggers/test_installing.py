"""Triggers come, go, and are compared with their models: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.test import override_settings

from onair.changes.triggers import checks, installing
from onair.changes.triggers.dialects import dialect_of, has_outbox
from onair.changes.triggers.table import Table, tables_of
from onair.outbox import migrating
from onair.outbox.models import Entry
from onair.outbox.operations import InstallTriggers
from tests.site.depot.models import Crate, Label, Slot

NONE = ["depot.crate has no triggers", "depot.crate_labels has no triggers"]


@pytest.fixture
def connection(database: str) -> Iterator[BaseDatabaseWrapper]:
    connection = connections[database]
    yield connection
    for statement in dialect_of(connection).remove_all(connection):
        installing.execute(connection, [statement])


def run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def command(connection: BaseDatabaseWrapper, *arguments: str) -> str:
    output = StringIO()
    call_command("onair", "triggers", *arguments, "--database", connection.alias, stdout=output)
    return output.getvalue()


def problems(connection: BaseDatabaseWrapper, *of: type[models.Model]) -> list[str]:
    tables = [table for model in of for table in tables_of(model)]
    return [str(problem) for problem in installing.problems(connection, tables)]


def test_the_command_installs_compares_and_removes(connection: BaseDatabaseWrapper) -> None:
    with pytest.raises(CommandError, match=r"depot\.crate has no triggers.*\n.*\nRun .*install") as caught:
        command(connection, "check", "depot.Crate")
    assert caught.value.returncode == 1
    for _ in range(2):  # again does no harm
        assert "Depot Crates' table" in command(connection, "install", "depot.Crate")
    assert "have their triggers" in command(connection, "check", "depot.Crate")
    Crate.objects.using(connection.alias).create(name="A")
    assert [entry.label for entry in Entry.objects.using(connection.alias).all()] == ["depot.crate"]
    for _ in range(2):
        command(connection, "remove", "depot.Crate")
    assert problems(connection, Crate) == [
        "depot.crate has no triggers",
        "depot.crate_labels has no triggers",
    ]
    Crate.objects.using(connection.alias).create(name="B")
    assert Entry.objects.using(connection.alias).count() == 1


@override_settings(ONAIR={"TRIGGERS": ["depot.Slot"]})
def test_the_command_takes_the_models_of_the_settings(connection: BaseDatabaseWrapper) -> None:
    command(connection, "install")
    assert problems(connection, Slot, Label) == ["depot.label has no triggers"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["install"], "No model is named"),
        (["install", "depot.Nothing"], "'depot.Nothing' names no model"),
        (["install", "nonsense"], "'nonsense' names no model"),
        (["install", "sessions.Session"], "never captured"),
        (["install", "onair_outbox.Entry"], "never captured"),
        (["install", "news.Headline"], "is a proxy .* name news.Article"),
        (["install", "depot.Crate_labels"], "name the model of the field"),
        (["install", "depot.Stamp"], "no table 'depot_stamp'"),
        (["install", "depot.Slot", "--database", "nowhere"], "DATABASES has no 'nowhere'"),
        (["follow"], "reads the outbox itself"),
    ],
)
def test_what_cannot_have_triggers_is_refused_with_the_remedy(
    connection: BaseDatabaseWrapper, arguments: list[str], message: str
) -> None:
    if "--database" not in arguments:
        arguments = [*arguments, "--database", connection.alias]
    with pytest.raises(CommandError, match=message):
        call_command("onair", "triggers", *arguments)


def test_without_an_outbox_the_remedy_is_named(connection: BaseDatabaseWrapper) -> None:
    run(connection, "ALTER TABLE onair_outbox_entry RENAME TO moved")
    try:
        with pytest.raises(CommandError, match=f"migrate onair_outbox --database {connection.alias}"):
            command(connection, "install", "depot.Slot")
    finally:
        run(connection, "ALTER TABLE moved RENAME TO onair_outbox_entry")


@override_settings(INSTALLED_APPS=["onair", "tests.site.depot"])
def test_without_the_app_the_remedy_is_named(connection: BaseDatabaseWrapper) -> None:
    with pytest.raises(CommandError, match=r'add "onair\.outbox" to INSTALLED_APPS'):
        command(connection, "install", "depot.Slot")


def test_triggers_of_another_shape_are_found_and_renewed(connection: BaseDatabaseWrapper) -> None:
    old = Table("depot.slot", "depot_slot", ("shelf",), Table.of(Slot).columns[:1])
    installing.install(connection, [old])
    assert problems(connection, Slot) == ["depot.slot has triggers of another shape than its model"]
    installing.install(connection, tables_of(Slot))
    assert problems(connection, Slot) == []


def test_some_triggers_are_not_enough(connection: BaseDatabaseWrapper) -> None:
    installing.install(connection, tables_of(Slot))
    where = {"postgresql": "onair_outbox_update ON depot_slot", "sqlite": '"onair_outbox_update_depot.slot"'}
    run(connection, f"DROP TRIGGER {where[connection.vendor]}")
    assert problems(connection, Slot) == ["depot.slot lacks some of its triggers"]


def test_disabled_triggers_are_found(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":  # which cannot disable any
        return
    installing.install(connection, tables_of(Slot))
    run(connection, "ALTER TABLE depot_slot DISABLE TRIGGER onair_outbox_delete")
    assert problems(connection, Slot) == ["depot.slot has triggers that are disabled"]


def ids_of_check(connection: BaseDatabaseWrapper) -> list[str | None]:
    return [message.id for message in checks.check_triggers(databases=[connection.alias])]


def test_the_system_check_compares_settings_and_database(connection: BaseDatabaseWrapper) -> None:
    assert ids_of_check(connection) == []
    with override_settings(ONAIR={"TRIGGERS": ["depot.Slot"]}):
        assert ids_of_check(connection) == ["onair.W083"]
        installing.install(connection, tables_of(Slot))
        assert ids_of_check(connection) == []
    assert ids_of_check(connection) == ["onair.W084"]


@contextmanager
def migrated(
    connection: BaseDatabaseWrapper, *operations: migrations.operations.base.Operation
) -> Iterator[None]:
    """Run operations as ``migrate`` does, and reverse them."""
    state = ProjectState.from_apps(apps)
    states = [state]
    for operation in operations:
        after = states[-1].clone()
        operation.state_forwards("depot", after)
        states.append(after)
    migrating.before(using=connection.alias, plan=[(None, False)])
    for operation, before, after in zip(operations, states[:-1], states[1:], strict=True):
        with connection.schema_editor() as editor:
            operation.database_forwards("depot", editor, before, after)
    migrating.after(using=connection.alias)
    yield
    migrating.before(using=connection.alias, plan=[(None, True)])
    for operation, before, after in reversed(list(zip(operations, states[:-1], states[1:], strict=True))):
        with connection.schema_editor() as editor:
            operation.database_backwards("depot", editor, after, before)
    migrating.after(using=connection.alias)


def test_a_migration_installs_triggers_and_takes_them(connection: BaseDatabaseWrapper) -> None:
    with migrated(connection, InstallTriggers("depot", "Crate")):
        assert problems(connection, Crate) == []
    assert problems(connection, Crate) == [
        "depot.crate has no triggers",
        "depot.crate_labels has no triggers",
    ]


def test_the_operation_can_be_written_to_a_file() -> None:
    from django.db.migrations.writer import OperationWriter

    text, imports = OperationWriter(InstallTriggers("news", "Article"), indentation=0).serialize()
    assert "InstallTriggers" in text
    assert any("onair.outbox.operations" in line for line in imports)


def test_columns_come_and_go_by_migrations_and_the_triggers_stay(connection: BaseDatabaseWrapper) -> None:
    installing.install(connection, tables_of(Crate))
    extra = models.IntegerField(default=3, db_default=3)
    add = migrations.AddField("crate", "extra", extra)
    with migrated(connection, add, migrations.RemoveField("crate", "count")):
        assert dialect_of(connection).installed(connection, list(tables_of(Crate)))
        run(connection, 'DELETE FROM "Depot Crates\' table"')
    assert problems(connection, Crate) == []


def test_without_its_outbox_no_trigger_is_left(connection: BaseDatabaseWrapper) -> None:
    """A trigger that writes nowhere would break every write."""
    installing.install(connection, tables_of(Crate))
    executor = MigrationExecutor(connection)
    executor.migrate([("onair_outbox", None)])
    try:
        assert not has_outbox(connection)
        Crate.objects.using(connection.alias).create(name="A")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("onair_outbox"))
    assert has_outbox(connection)


def test_the_settings_are_checked() -> None:
    with override_settings(ONAIR={"TRIGGERS": ["depot.Nothing", "news.Headline", "depot.Slot"]}):
        assert [message.id for message in checks.check_labels()] == ["onair.E080"] * 2
        assert checks.check_outbox() == []
        with override_settings(INSTALLED_APPS=["onair", "tests.site.depot"]):
            assert [message.id for message in checks.check_outbox()] == ["onair.E081"]
