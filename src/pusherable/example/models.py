from __future__ import annotations

from django.db import models


class PusherableExample(models.Model):
    """Something to look at."""

    text = models.TextField()

    def __str__(self) -> str:
        return self.text
