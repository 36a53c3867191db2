"""Eight ways to write to a database. None of them says a word about events."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from articles.models import Tag, Written

from .boards import Board

Way = Written.Way


class ChangedMyMind(Exception):
    """Rolls a transaction back."""


def save(board: Board, request: HttpRequest) -> None:
    row = board.renew(board.some())
    row.way = Way.SAVE
    row.save()


def update(board: Board, request: HttpRequest) -> None:
    board.model.objects.filter(board.running).update(**{board.column: board.line(), "way": Way.UPDATE})


def bulk_create(board: Board, request: HttpRequest) -> None:
    rows = [board.new(line, request.user) for line in random.sample(board.lines, 3)]
    for row in rows:
        row.way = Way.BULK_CREATE
    board.model.objects.bulk_create(rows)


def through_admin(board: Board, request: HttpRequest) -> None:
    """Send the form of the admin's own change page, with one field filled in anew."""
    row = board.some()
    model_admin = admin.site.get_model_admin(board.model)
    filled_in = QueryDict(mutable=True)
    for field in model_admin.get_form(request, row)(instance=row):
        value = field.value()
        filled_in.setlist(field.name, value if isinstance(value, list) else [value])
    filled_in[board.column] = board.line(getattr(row, board.column))
    request.POST = filled_in
    response = model_admin.change_view(request, str(row.pk))
    if response.status_code != 302:
        raise ValueError(f"The admin has not saved {row!r}.")


def many_to_many(board: Board, request: HttpRequest) -> None:
    row = board.some()
    spare = Tag.objects.exclude(pk__in=row.tags.all()).order_by("?").first()
    if spare is not None:
        row.tags.add(spare)
    else:
        row.tags.clear()


def raw_sql(board: Board, request: HttpRequest) -> None:
    row = board.some()
    table, column = row._meta.db_table, board.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = %s, way = %s WHERE id = %s",
            [board.line(getattr(row, column)), Way.RAW, row.pk],
        )


def another_process(board: Board, request: HttpRequest) -> None:
    subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "write", board.slug],
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
    )


def roll_back(board: Board, request: HttpRequest) -> None:
    with suppress(ChangedMyMind), transaction.atomic():
        row = board.renew(board.some())
        row.way = Way.ROLLBACK
        row.save()
        raise ChangedMyMind


@dataclass(frozen=True)
class Button:
    """One way to write, and what the live desk says of it.

    ``code`` has ``{places}`` for the names of the board's model.
    """

    way: Written.Way
    label: str
    code: str
    write: Callable[[Board, HttpRequest], None]

    def shown(self, board: Board) -> str:
        """Return the code as it is for this board."""
        options = board.model._meta
        return self.code.format(
            row=options.model_name,
            Model=options.object_name,
            column=board.column,
            table=options.db_table,
            slug=board.slug,
            admin=reverse(f"admin:{options.app_label}_{options.model_name}_changelist"),
        )

    def silence(self, board: Board) -> str:
        """Return why nothing may come of it; empty where something must come."""
        if self.way is Way.ROLLBACK:
            return "Nothing came, as it should be: it was rolled back."
        if self.way is Way.RAW and not board.has_triggers:
            return "Nothing came: it passes the ORM by. Triggers see it, and the ferries have some."
        return ""


BUTTONS = {
    button.way: button
    for button in (
        Button(Way.SAVE, "save()", "{row}.save()", save),
        Button(Way.UPDATE, "update()", "{Model}.objects.filter(…).update({column}=…)", update),
        Button(Way.BULK_CREATE, "bulk_create()", "{Model}.objects.bulk_create([…, …, …])", bulk_create),
        Button(Way.ADMIN, "The admin", "POST {admin}…/change/", through_admin),
        Button(Way.M2M, "Many-to-many", "{row}.tags.add(tag)", many_to_many),
        Button(Way.RAW, "Raw SQL", "UPDATE {table} SET {column} = …", raw_sql),
        Button(Way.PROCESS, "Another process", "$ manage.py write {slug}", another_process),
        Button(Way.ROLLBACK, "Rolled back", "with atomic(): {row}.save(); raise …", roll_back),
    )
}
