"""The model of django_rt's document."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return str(self.name)
