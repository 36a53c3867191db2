from __future__ import annotations

from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=100)


class Sighting(models.Model):
    """Written by another program, too: triggers see it."""

    text = models.CharField(max_length=100)
