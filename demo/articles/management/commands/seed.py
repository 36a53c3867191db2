"""``manage.py seed``: people, the wire, today's paper, the ferries, the board. Twice adds what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

import onair
from articles.models import Article, Dispatch, Tag
from board.models import Board, Column, Ticket
from harbour.models import Ferry
from samples.models import Entry

STORIES = Path(__file__).resolve().parents[2] / "stories.json"

JOURNALISTS = {"anna": ("Anna", "Lindqvist"), "ben": ("Ben", "Okafor"), "carla": ("Carla", "Reyes")}
#: May sign in, and nothing more: the live desk shows her nothing.
TRAINEE = ("dora", ("Dora", "Holm"))
PASSWORD = "demo"

DISPATCHES = [
    ("ben", "Ice in the outer harbour: the morning ferry waits for daylight."),
    ("carla", "Council votes on the tram at eight tonight, two members are ill."),
    ("anna", "Lighthouse: the new lamp was lit on time, says the harbour office."),
]

TAGS = ["Breaking", "Confirmed", "Photo", "Weather"]

FERRIES = [
    ("Meridian", "Harbour to Skarholm", "On time"),
    ("Floating Oven", "Harbour to the outer islands", "Boarding now at quay 3"),
    ("Edda S.", "Harbour to Lighthouse point", "Waits for the wind to drop"),
]

#: The columns of the board, with who writes what. The restricted one is for who has the permission.
COLUMNS = {
    "Ideas": [("What the pilots drink at four in the morning", None), ("Who paints the buoys", "carla")],
    "Reporting": [
        ("The last night of the lighthouse keeper", "anna"),
        ("Tram to the north quay: who pays", "ben"),
    ],
    "Editing": [("Ice in the outer harbour", "ben"), ("A choir moves indoors", "carla")],
    "Legal": [("The sunken dredger, and whose it was", "anna")],
    "In print": [("Two hundred sandbags", "carla")],
}
RESTRICTED = "Legal"
#: Whoever may see it.
EDITORS = ["anna"]

ENTRIES = ["Lighthouse", "Ferry", "Fish market"]


class Command(BaseCommand):
    help = "Create the people of the demo (password: demo), its articles, its ferries and its board."

    # Nobody looks yet.
    @onair.writing(silent=True)
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        newsroom = self.newsroom()
        journalists = {name: self.user(name, *names) for name, names in JOURNALISTS.items()}
        for journalist in journalists.values():
            journalist.groups.add(newsroom)
        get_user_model().objects.filter(username__in=journalists).update(is_staff=True)
        self.user(TRAINEE[0], *TRAINEE[1])
        for name in TAGS:
            Tag.objects.get_or_create(name=name)
        stories = json.loads(STORIES.read_text())
        self.add(
            Article,
            (
                story | {"author": journalists[story["author"]], "body": "\n\n".join(story["body"])}
                for story in stories
            ),
        )
        self.add(Ferry, ({"name": name, "line": line, "status": status} for name, line, status in FERRIES))
        self.board(journalists)
        self.add(Entry, ({"name": name} for name in ENTRIES))
        if not Dispatch.objects.exists():
            for author, text in DISPATCHES:
                Dispatch.objects.create(author=journalists[author], text=text)
        self.stdout.write(f"{len(journalists)} journalists, {Article.objects.count()} articles.")

    def newsroom(self) -> Group:
        """Return the group of who may see and write what the newsroom makes."""
        group, _ = Group.objects.get_or_create(name="Newsroom")
        made_here = Permission.objects.filter(content_type__app_label__in=["articles", "board", "harbour"])
        group.permissions.set(made_here.exclude(codename="view_restricted"))
        return group

    def board(self, journalists: dict[str, Any]) -> None:
        """Put the columns on the board, and tickets where there are none."""
        editors, _ = Group.objects.get_or_create(name="Editors")
        editors.permissions.set(Permission.objects.filter(codename="view_restricted"))
        for name in EDITORS:
            journalists[name].groups.add(editors)
        self.add(Board, [{"name": "Tomorrow in the paper"}])
        self.add(
            Column,
            (
                {"board_id": 1, "name": name, "position": place, "is_restricted": name == RESTRICTED}
                for place, name in enumerate(COLUMNS)
            ),
        )
        if not Ticket.objects.exists():
            for column in Column.objects.all():
                for title, name in COLUMNS.get(column.name, []):
                    Ticket(title=title, assignee=journalists.get(name)).move_to(column)

    def user(self, username: str, first_name: str, last_name: str) -> Any:
        user, created = get_user_model().objects.get_or_create(
            username=username, defaults={"first_name": first_name, "last_name": last_name}
        )
        if created:
            user.set_password(PASSWORD)
            user.save()
        return user

    def add(self, model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
        """Create the rows that are missing, with the keys 1, 2, 3 and so on."""
        for key, values in enumerate(rows, start=1):
            model._default_manager.get_or_create(pk=key, defaults=values)
        # A database that counts apart from the rows goes on behind them.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)
