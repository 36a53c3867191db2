"""A list of tickets, each with a row of another table."""

from __future__ import annotations

from django.db import models


class Lane(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    title = models.CharField(max_length=100)
    notes = models.CharField(max_length=100)
    lane = models.ForeignKey(Lane, models.CASCADE)

    def __str__(self) -> str:
        return self.title
