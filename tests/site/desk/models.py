"""Models that announce what happens to them, one for each kind of choice."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

import onair


class Topic(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


@onair.broadcasts
class Story(models.Model):
    """Announced as by default."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    day = models.DateField(null=True)
    views = models.IntegerField(default=0)
    notes = models.JSONField(default=dict)
    api_key = models.CharField(max_length=50, default="k-123")
    section = models.ForeignKey(Section, null=True, on_delete=models.CASCADE)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    topics = models.ManyToManyField(Topic)
    reporters = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Assignment", related_name="stories")

    def __str__(self) -> str:
        return self.title


class Assignment(models.Model):
    """A link between two objects that has something to say itself."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.role


class Place(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


@onair.broadcasts
class Restaurant(Place):
    """A child with a table of its own, whose parent announces nothing."""

    stars = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


@onair.broadcasts(fields=("title",), events=("created", "deleted"), many=2)
class Announced(models.Model):
    """What each concrete model that inherits from it announces, unless it says otherwise."""

    title = models.CharField(max_length=50)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Memo(Announced):
    body = models.TextField(blank=True)


@onair.broadcasts(public=True, exclude="body")
class Poster(Announced):
    body = models.TextField(blank=True)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)


class Kept(models.Manager["Card"]):
    def get_queryset(self) -> models.QuerySet[Card]:
        return super().get_queryset().filter(is_archived=False)


@onair.broadcasts
class Card(models.Model):
    """Its managers hide some of it, and it is refreshed by named arguments alone."""

    title = models.CharField(max_length=50)
    is_archived = models.BooleanField(default=False)

    objects = Kept()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.title

    def refresh_from_db(self, **options: Any) -> None:  # type: ignore[override]
        super().refresh_from_db(**options)


class Label(models.Model):
    """Its keys are texts that a channel's name cannot hold."""

    name = models.CharField(max_length=250, primary_key=True)
    colour = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name


onair.broadcasts(many=3)(Label)


class Room(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


@onair.broadcasts(many=3)
class Message(models.Model):
    """Decides everything by itself, by what its rooms are."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    text = models.TextField()
    is_draft = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text

    def broadcast_on(self, event: str) -> Any:
        return [f"private-room-{self.room_id}", self]

    def broadcast_as(self, event: str) -> str | None:
        return "said" if event == "created" else None

    def broadcast_with(self, event: str) -> Any:
        if self.text == "wrong":
            raise ValueError("no such word")
        return {"text": self.text.upper()}

    def broadcast_when(self, event: str) -> bool:
        return not self.is_draft


class Shop(models.Model):
    shop_id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.owner


@onair.broadcasts
class Cafe(Place, Shop):
    """A child of two parents: its key is that of the first."""

    tables = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


@onair.broadcasts
class Seat(models.Model):
    """Its key has two columns."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    guest = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return f"{self.row}/{self.number}"
