"""A site of all that queries do with tables: joins, links, a child's table, NULL, what is computed."""

from __future__ import annotations

from django.db import models
from django.db.models import F


class Team(models.Model):
    name = models.CharField(max_length=10)
    size = models.IntegerField(default=0)


class Room(models.Model):
    class Kind(models.TextChoices):
        HALL = "hall"
        CELL = "cell"

    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="rooms")
    name = models.CharField(max_length=10)
    is_open = models.BooleanField(default=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HALL)


class Person(models.Model):
    name = models.CharField(max_length=10)
    age = models.IntegerField(null=True)


class Member(Person):
    """Its rows are in two tables."""

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="members")
    rank = models.IntegerField(default=0)


class Tag(models.Model):
    name = models.CharField(max_length=10, unique=True)
    weight = models.IntegerField(default=0)


class Note(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="notes")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    text = models.CharField(max_length=10)
    stars = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    data = models.JSONField(default=dict, null=True)
    double = models.GeneratedField(
        expression=F("stars") * 2, output_field=models.IntegerField(), db_persist=True
    )
    tags = models.ManyToManyField(Tag, related_name="notes")


class Like(models.Model):
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="likes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="likes")
    weight = models.IntegerField(default=1)
