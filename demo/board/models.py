"""An ordinary kanban board: nothing here knows that its page is live."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max


class Board(models.Model):
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class ColumnQuerySet(models.QuerySet["Column"]):
    def visible_to(self, user: Any) -> ColumnQuerySet:
        return self if user.has_perm("board.view_restricted") else self.filter(is_restricted=False)


class Column(models.Model):
    """A step on the way of every ticket. A restricted one is there only for who has the permission."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="columns")
    name = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    is_restricted = models.BooleanField("restricted", default=False)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        permissions = [("view_restricted", "Can see restricted columns")]

    def __str__(self) -> str:
        return self.name


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: Any) -> TicketQuerySet:
        return self if user.has_perm("board.view_restricted") else self.filter(column__is_restricted=False)


class Ticket(models.Model):
    title = models.CharField(max_length=80)
    column = models.ForeignKey(Column, models.CASCADE, related_name="tickets")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    @transaction.atomic
    def move_to(self, column: Column, before: Ticket | None = None) -> None:
        """Put it into a column, in front of another ticket or at the end, and save it."""
        others = column.tickets.exclude(pk=self.pk)
        if before is None:
            last = others.aggregate(last=Max("position"))["last"]
            self.position = 0 if last is None else last + 1
        else:
            self.position = before.position
            others.filter(position__gte=before.position).update(position=F("position") + 1)
        self.column = column
        self.save()


class Reminder(models.Model):
    """A line that somebody writes to herself."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders")
    text = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


class Bulletin(models.Model):
    """What the crowd reads."""

    text = models.CharField("bulletin", max_length=80)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text
