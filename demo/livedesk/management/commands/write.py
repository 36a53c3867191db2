"""``manage.py write articles``: what a cron job does. It finds the server, and the browsers, by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.models import Written
from livedesk.boards import BOARDS


class Command(BaseCommand):
    help = "Write something new to a board of the live desk, from a process of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("board", choices=BOARDS)

    def handle(self, *args: Any, **options: Any) -> None:
        board = BOARDS[options["board"]]
        row = board.renew(board.some())
        row.way = Written.Way.PROCESS
        row.save()
        self.stdout.write(f"{row}: {getattr(row, board.column)}")
