"""``manage.py seed``: people, the wire, today's paper, the ferries. A second run adds what is missing."""

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
from harbour.models import Ferry

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


class Command(BaseCommand):
    help = "Create the people of the demo (password: demo), its articles and its ferries."

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
        if not Dispatch.objects.exists():
            for author, text in DISPATCHES:
                Dispatch.objects.create(author=journalists[author], text=text)
        self.stdout.write(f"{len(journalists)} journalists, {Article.objects.count()} articles.")

    def newsroom(self) -> Group:
        """Return the group of who may see and write what the newsroom makes."""
        group, _ = Group.objects.get_or_create(name="Newsroom")
        group.permissions.set(Permission.objects.filter(content_type__app_label__in=["articles", "harbour"]))
        return group

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
