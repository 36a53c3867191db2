"""What the live desk can show: one model each, and what its buttons write there."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.db.models import Q, QuerySet

from articles.models import Article, Written
from articles.serializers import HeadlineSerializer
from harbour.models import Ferry
from harbour.serializers import FerrySerializer


@dataclass(frozen=True)
class Board:
    """A model on the live desk.

    Args:
        slug: Its word in addresses; those of the API have the same.
        title: What the desk calls it.
        model: What is written and followed.
        column: The field that says what is new.
        lines: What may be new.
        running: Which rows are written by the buttons. All others are left as they are.
        passing: What the rows that the buttons add have in common: what is tidied up.
        signed: Whether a row has an author.
        serializer: What the events tell of a row.
    """

    slug: str
    title: str
    model: type[Written]
    column: str
    lines: tuple[str, ...]
    running: Q
    passing: dict[str, str]
    signed: bool
    serializer: Any

    @property
    def name(self) -> str:
        """What the events' names begin with."""
        return self.model._meta.model_name

    @property
    def channel(self) -> str:
        """The channel of the whole model, which its ``view`` permission opens."""
        return f"private-{self.model._meta.label_lower}"

    @property
    def has_triggers(self) -> bool:
        return self.model._meta.label in (settings.ONAIR.get("TRIGGERS") or ())

    def permission(self, action: str) -> str:
        """Return the name of a permission on the model, like ``articles.view_article``."""
        return f"{self.model._meta.app_label}.{get_permission_codename(action, self.model._meta)}"

    def rows(self) -> QuerySet[Written]:
        """Return what the desk shows, the newest on top."""
        return self.model.objects.prefetch_related("tags").order_by("-pk")

    def some(self) -> Written:
        """Return a row that may be written."""
        return random.choice(list(self.model.objects.filter(self.running)))

    def line(self, present: str = "") -> str:
        """Return something new to say: not what is said at present."""
        return random.choice([line for line in self.lines if line != present])

    def new(self, line: str, author: Any) -> Written:
        """Return a row that passes, not saved."""
        signature = {"author": author} if self.signed else {}
        return self.model(**self.passing, **signature, **{self.column: line})

    def renew(self, row: Written) -> Written:
        """Give a row something new to say, without saving it."""
        setattr(row, self.column, self.line(getattr(row, self.column)))
        return row


ARTICLES = Board(
    slug="articles",
    title="Articles",
    model=Article,
    column="title",
    lines=(
        "Storm warning for tonight raised to force ten",
        "Storm: the harbour office closes the outer mole",
        "Storm: schools close at noon, trams run until six",
        "Storm: two hundred sandbags for the fish market",
        "Storm: the choir moves indoors, all of it",
        "Storm: the first gusts reach the lighthouse",
        "Storm: the foghorn sounds, and nobody complains",
        "Storm: the peak is expected shortly before midnight",
    ),
    running=Q(section="Storm"),
    passing={"section": "In brief", "standfirst": "More soon.", "body": "More soon."},
    signed=True,
    serializer=HeadlineSerializer,
)

FERRIES = Board(
    slug="ferries",
    title="Ferries",
    model=Ferry,
    column="status",
    lines=(
        "On time",
        "Ten minutes late",
        "Boarding now at quay 3",
        "Waits for the wind to drop",
        "Leaves from the inner harbour",
        "Full: the next one takes bicycles",
        "Cancelled until the morning",
        "Back at the quay, engine warm",
    ),
    running=~Q(name="Extra sailing"),
    passing={"name": "Extra sailing", "line": "Harbour to the outer islands"},
    signed=False,
    serializer=FerrySerializer,
)

BOARDS = {board.slug: board for board in (ARTICLES, FERRIES)}
