"""``manage.py onair triggers``: install, remove and compare them, and read what they write."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import DatabaseError, connections
from django.db.utils import DEFAULT_DB_ALIAS

from onair import conf
from onair.changes.triggers.errors import TriggerError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from onair.changes.triggers.table import Table

#: Exit code of ``check`` where something is wrong.
WRONG = 1


def add_to(commands: Any, command: BaseCommand) -> None:
    """Add ``triggers`` to the subcommands of a command, with commands of its own."""
    parser = commands.add_parser("triggers", help="Database triggers, by which every write is seen.")

    def show_help(**options: Any) -> None:
        parser.print_help()

    parser.set_defaults(run=show_help)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (run, text) in _ON_TABLES.items():
        action = actions.add_parser(name, help=text)
        action.set_defaults(run=_guarded(_on_tables(run, command)))
        _add_database(action, "The database to do it in.")
        action.add_argument(
            "labels",
            nargs="*",
            metavar="LABEL",
            help='Models, as in news.Article. Default: ONAIR["TRIGGERS"].',
        )
    action = actions.add_parser(
        "follow", help="Read the outbox and publish, where the server runs elsewhere."
    )
    action.set_defaults(run=_guarded(_follow(command)))
    _add_database(action, "The database to read.")


def _add_database(action: CommandParser, text: str) -> None:
    action.add_argument("--database", metavar="ALIAS", default=DEFAULT_DB_ALIAS, help=text)


def _guarded(run: Callable[..., None]) -> Callable[..., None]:
    def guarded(**options: Any) -> None:
        if not apps.is_installed("onair.outbox"):
            raise CommandError(
                'Triggers write to an outbox: add "onair.outbox" to INSTALLED_APPS, and run "manage.py '
                'migrate".'
            )
        if options["database"] not in connections:
            raise CommandError(
                f"DATABASES has no {options['database']!r}: name one of {', '.join(connections)} by "
                "--database."
            )
        try:
            run(**options)
        except (TriggerError, DatabaseError) as error:
            raise CommandError(str(error)) from error

    return guarded


def _on_tables(
    run: Callable[[BaseDatabaseWrapper, Sequence[Table], OutputWrapper], None], command: BaseCommand
) -> Callable[..., None]:
    def on_tables(*, database: str, labels: Sequence[str], **options: Any) -> None:
        from onair.changes.triggers.models import chosen, tables

        found = list(tables(chosen(labels), database))
        if not found:
            raise CommandError(
                f"None of these models lies in the database {database!r}: name theirs by --database."
            )
        run(connections[database], found, command.stdout)

    return on_tables


def _install(connection: BaseDatabaseWrapper, tables: Sequence[Table], output: OutputWrapper) -> None:
    from onair.changes.triggers import installing

    installing.install(connection, tables)
    _say(output, "have triggers", connection, tables)


def _remove(connection: BaseDatabaseWrapper, tables: Sequence[Table], output: OutputWrapper) -> None:
    from onair.changes.triggers import installing

    installing.remove(connection, tables)
    _say(output, "have no triggers", connection, tables)


def _check(connection: BaseDatabaseWrapper, tables: Sequence[Table], output: OutputWrapper) -> None:
    from onair.changes.triggers import installing

    problems = installing.problems(connection, tables)
    if problems:
        raise CommandError(
            "\n".join(
                [
                    *(f"{problem}." for problem in problems),
                    f'Run "manage.py onair triggers install --database {connection.alias}".',
                ]
            ),
            returncode=WRONG,
        )
    _say(output, "have their triggers", connection, tables)


def _say(output: OutputWrapper, what: str, connection: BaseDatabaseWrapper, tables: Sequence[Table]) -> None:
    names = ", ".join(table.name for table in tables)
    output.write(f"In {connection.alias}, these tables {what}: {names}.")


def _follow(command: BaseCommand) -> Callable[..., None]:
    def follow(*, database: str, **options: Any) -> None:
        from onair.outbox.reader import Reader

        connection = connections[database]
        if conf.is_embedded():
            raise CommandError(
                "The process that serves the sockets of this site reads the outbox itself: runserver, the "
                'ASGI server with onair.asgi, or "manage.py onair serve".'
            )
        if not Reader.can_read(connection):
            raise CommandError(
                f"The database {database!r} has no outbox that can be read: that takes PostgreSQL, or SQLite "
                "in a file."
            )
        reader = Reader(database, alone=True)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *received: reader.stop())
        command.stdout.write(f"Following the outbox of {database}. Ctrl-C ends it.")
        reader.run()

    return follow


_ON_TABLES: dict[str, tuple[Callable[..., None], str]] = {
    "install": (_install, "Give the models' tables their triggers, or others after a change of columns."),
    "remove": (_remove, "Take the triggers of the models' tables."),
    "check": (_check, "Compare the triggers with the models; exit code 1 if something is wrong."),
}
