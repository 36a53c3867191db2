"""Models that refer to each other in every way that Django has, for what a page reads of them."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class ActiveMembers(models.QuerySet["Member"]):
    def active(self) -> ActiveMembers:
        return self.filter(active=True)


class Member(models.Model):
    name = models.CharField(max_length=50)
    active = models.BooleanField(default=True)
    born = models.DateField(null=True)
    seen = models.DateTimeField(null=True)
    score = models.IntegerField(default=0)
    fee = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    data = models.JSONField(default=dict)
    sponsor = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="sponsored")
    remarks = GenericRelation("club.Remark")

    objects = models.Manager.from_queryset(ActiveMembers)()

    def __str__(self) -> str:
        return self.name


class Senior(Member):
    """The same row by another name."""

    class Meta:
        proxy = True


class Trainer(Member):
    """A child with a table of its own."""

    licence = models.CharField(max_length=20)


class Team(models.Model):
    """In an order that another table decides."""

    name = models.CharField(max_length=50)
    code = models.CharField(max_length=10, unique=True)
    captain = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="leads")
    members: Any = models.ManyToManyField(Member, through="Membership", related_name="teams")

    class Meta:
        ordering = ("captain__name", "id")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, default="")

    def __str__(self) -> str:
        return self.role


class Match(models.Model):
    """Foreign keys to what is no primary key, and to what may not be there."""

    home = models.ForeignKey(Team, to_field="code", on_delete=models.CASCADE, related_name="at_home")
    guest = models.ForeignKey(
        Team, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="away"
    )
    goals = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.home_id} at home"


class Remark(models.Model):
    """About anything."""

    text = models.CharField(max_length=100)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveIntegerField()
    target = GenericForeignKey()

    def __str__(self) -> str:
        return self.text


class Locker(models.Model):
    """A key of two columns."""

    pk = models.CompositePrimaryKey("room", "number")
    room = models.IntegerField()
    number = models.IntegerField()
    content = models.CharField(max_length=50, default="")

    def __str__(self) -> str:
        return f"{self.room}/{self.number}"


class Ticket(models.Model):
    """A text that is found by any case: SQLite's other collation."""

    code = models.CharField(max_length=20, db_collation="nocase")

    class Meta:
        required_db_vendor = "sqlite"

    def __str__(self) -> str:
        return self.code
