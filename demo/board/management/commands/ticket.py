"""``manage.py ticket``: writes to the board from a process of its own, which knows nothing of its pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import QuerySet

from board.models import Column, Ticket


class Command(BaseCommand):
    help = "Put a ticket on the board, or move one, from a process of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Put a new ticket on the board.")
        create.add_argument("title")
        create.add_argument("--column", default="Ideas")
        create.add_argument("--assignee", metavar="USERNAME")
        move = actions.add_parser("move", help="Move a ticket into another column.")
        move.add_argument("number", type=int)
        move.add_argument("column")
        move.add_argument("--raw", action="store_true", help="by an SQL statement, which only triggers see")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        column = one(Column.objects.filter(name__iexact=options["column"]), f"column {options['column']!r}")
        if action == "create":
            ticket = self.create(options["title"], column, options["assignee"])
        else:
            ticket = one(Ticket.objects.filter(pk=options["number"]), f"ticket {options['number']}")
            self.move(ticket, column, raw=options["raw"])
        self.stdout.write(f"№ {ticket.pk}, {ticket}: {column}.")

    def create(self, title: str, column: Column, assignee: str | None) -> Ticket:
        users = get_user_model().objects.filter(username=assignee)
        ticket = Ticket(title=title, assignee=one(users, f"user {assignee!r}") if assignee else None)
        ticket.move_to(column)
        return ticket

    def move(self, ticket: Ticket, column: Column, *, raw: bool) -> None:
        if not raw:
            ticket.move_to(column)
            return
        with connection.cursor() as cursor:
            cursor.execute("UPDATE board_ticket SET column_id = %s WHERE id = %s", [column.pk, ticket.pk])


def one(rows: QuerySet[Any], what: str) -> Any:
    row = rows.first()
    if row is None:
        raise CommandError(f"There is no {what}.")
    return row
