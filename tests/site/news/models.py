from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class Article(models.Model):
    """What the tests publish events about."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.title


class Headline(Article):
    """The same row by another name."""

    class Meta:
        proxy = True


class Colour:
    """A value that JSON has nothing for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class ColourField(models.CharField):  # type: ignore[type-arg] # not at run time
    """A field that a project wrote for itself."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Colour | None:
        return None if value is None else Colour(value)

    def get_prep_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Colour) else value


class Tag(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """One field of every kind that has given a serialiser trouble."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    pub_date = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    length = models.DurationField(null=True)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    rating = models.FloatField(null=True)
    views = models.IntegerField(default=0)
    notes = models.JSONField(default=dict)
    colour = ColourField(max_length=20, default="red")
    attachment = models.FileField(blank=True)
    seal = models.BinaryField(default=b"")
    changed = models.DateTimeField(auto_now=True)
    tags = models.ManyToManyField(Tag)
    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE)
    password = models.CharField(max_length=100, default="hunter2")
    api_key = models.CharField(max_length=100, default="k-123")

    def __str__(self) -> str:
        return self.title
