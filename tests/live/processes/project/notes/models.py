from __future__ import annotations

from django.db import models

import onair


class Note(models.Model):
    text = models.CharField(max_length=100)


@onair.broadcasts(public=True)
class Sighting(models.Model):
    """Written by another program, too: triggers see it."""

    text = models.CharField(max_length=100)
