from __future__ import annotations

from django.conf import settings
from django.db import models


class Column(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    title = models.CharField(max_length=200)
    column = models.ForeignKey(Column, models.CASCADE, related_name="tickets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    is_open = models.BooleanField(default=True)
    notes = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """The model of django_rt's sample, as it is spelled there."""

    name = models.CharField(max_length=20)

    def __unicode__(self) -> str:
        return self.name
