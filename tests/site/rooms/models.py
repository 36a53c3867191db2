from __future__ import annotations

from django.db import models


class Article(models.Model):
    """An article of furniture: another app has a model of the same name."""

    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title
