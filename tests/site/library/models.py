"""Models that are written in every way that Django has."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F


class Author(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Genre(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    title = models.CharField(max_length=200)
    pages = models.IntegerField(default=0)
    notes = models.JSONField(default=dict)
    author = models.ForeignKey(Author, null=True, on_delete=models.CASCADE, related_name="books")
    editor = models.ForeignKey(Author, null=True, on_delete=models.SET_NULL, related_name="edited")
    genres = models.ManyToManyField(Genre)

    def __str__(self) -> str:
        return self.title


class Novel(Book):
    """A child with a table of its own."""

    hero = models.CharField(max_length=100)


class Review(models.Model):
    """What Django deletes without loading it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    stars = models.IntegerField(default=0)


class Copy(models.Model):
    """Columns that the database fills in."""

    label = models.CharField(max_length=50, unique=True)
    price = models.IntegerField(db_default=10)
    doubled = models.GeneratedField(
        expression=F("price") * 2, output_field=models.IntegerField(), db_persist=True
    )


class Badge(models.Model):
    """Each instance has a key before it is saved, and the code is what makes two of them the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=20, unique=True)
    colour = models.CharField(max_length=20, blank=True)


class Shorthand(models.Model):
    """Its database finds a key in capitals as well: SQLite's does, and others have no such collation."""

    code = models.CharField(max_length=20, primary_key=True, db_collation="nocase")
    meaning = models.CharField(max_length=50, blank=True)

    class Meta:
        required_db_vendor = "sqlite"


class Seat(models.Model):
    """A key of two columns."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    taken = models.BooleanField(default=False)


DB_CASCADE: Any = getattr(models, "DB_CASCADE", None)

if DB_CASCADE is not None:

    class Room(models.Model):
        name = models.CharField(max_length=50)

    class Shelf(models.Model):
        room = models.ForeignKey(Room, on_delete=DB_CASCADE)

    class Folder(models.Model):
        """Goes with its shelf, which goes with its room, without a word from Django."""

        shelf = models.ForeignKey(Shelf, on_delete=DB_CASCADE)
        lent_to = models.ForeignKey(Room, null=True, on_delete=models.DB_SET_NULL, related_name="lent")
