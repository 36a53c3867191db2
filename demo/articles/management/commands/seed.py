"""``manage.py seed``: three journalists, the wire, today's paper. A second run adds what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from articles.models import Article, Dispatch

STORIES = Path(__file__).resolve().parents[2] / "stories.json"

JOURNALISTS = {"anna": ("Anna", "Lindqvist"), "ben": ("Ben", "Okafor"), "carla": ("Carla", "Reyes")}
PASSWORD = "demo"

DISPATCHES = [
    ("ben", "Ice in the outer harbour: the morning ferry waits for daylight."),
    ("carla", "Council votes on the tram at eight tonight, two members are ill."),
    ("anna", "Lighthouse: the new lamp was lit on time, says the harbour office."),
]


class Command(BaseCommand):
    help = "Create the journalists anna, ben and carla (password: demo) and the articles of the demo."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        journalists = {name: self.journalist(name, *names) for name, names in JOURNALISTS.items()}
        for number, story in enumerate(json.loads(STORIES.read_text()), start=1):
            values = story | {"author": journalists[story["author"]], "body": "\n\n".join(story["body"])}
            Article.objects.get_or_create(pk=number, defaults=values)
        if not Dispatch.objects.exists():
            for author, text in DISPATCHES:
                Dispatch.objects.create(author=journalists[author], text=text)
        self.stdout.write(f"{len(journalists)} journalists, {Article.objects.count()} articles.")

    def journalist(self, username: str, first_name: str, last_name: str) -> Any:
        user, created = get_user_model().objects.get_or_create(
            username=username, defaults={"first_name": first_name, "last_name": last_name}
        )
        if created:
            user.set_password(PASSWORD)
            user.save()
        return user
