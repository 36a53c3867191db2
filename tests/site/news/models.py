from __future__ import annotations

from django.conf import settings
from django.db import models


class Article(models.Model):
    """What the tests publish events about."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.title
